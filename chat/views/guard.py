"""“You are already in the line”: what a resident has open, by any medium, before she begins another beside it (S002-49, M19).

Who she is follows from her browser alone: the chat's cookie, and the code that was given half an hour ago at most. She chooses
whether to go on with the earlier one, to keep both, or to put the new one in its place; what she keeps is shown to the responder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Resident
from chat.choices import LaterKind, Medium, State
from chat.models import Conversation
from chat.operations import Earlier
from chat.residents import reader_of, resident_of
from services.models import County

KEEP, REPLACE = "keep", "replace"

IN_LINE: dict[str, str | Promise] = {
    Medium.CHAT: _("You are in the line of the chat"),
    Medium.FORM: _("You have sent a question"),
    Medium.CALL: _("You have left a call request"),
    Medium.MAIL: _("It has been agreed that you are contacted"),
}
WITH_SOMEBODY: dict[str, str | Promise] = {
    Medium.CHAT: _("A professional is with you in the chat"),
    Medium.FORM: _("A professional has your question"),
    Medium.CALL: _("A professional has your call request"),
    Medium.MAIL: _("It has been agreed that you are contacted"),
}

LETTERS = (_("You have sent a message by e-mail"), _("A professional has your message"))
"""The same of what came to a queue's mailbox: in line, and with somebody."""


@dataclass(frozen=True, slots=True)
class OpenOne:
    """One that she has open already: what it is in words, where it goes on, and whether a new one may take its place."""

    row: Conversation
    words: str | Promise
    url: str
    is_replaceable: bool


def keys_of(request: HttpRequest) -> list[UUID]:
    """Under which keys this browser has something open."""
    people = (resident_of(request.COOKIES), reader_of(request.COOKIES))
    return [person.key for person in people if person is not None]


def open_ones(request: HttpRequest, county: County | int) -> list[OpenOne]:
    """What this browser has open in the county, and what was agreed in its conversations, the newest first."""
    keys = keys_of(request)
    if not keys:
        return []
    rows = Conversation.objects.of_browser(keys).open().filter(county=county, professional__isnull=True)
    found = rows.select_related("service", "origin", "later_contact").order_by("-queued_at")
    return [_told(row, keys) for row in found]


def choice_of(request: HttpRequest, ones: Sequence[OpenOne]) -> str:
    """What she chose about the earlier ones; nothing yet: she is asked, also when the page that she sent did not show each of
    those that the new one would replace.
    """
    chosen = request.POST.get("another", "")
    if chosen == REPLACE and any(one.is_replaceable and not _was_shown(request, one) for one in ones):
        return ""
    return chosen if chosen in (KEEP, REPLACE) else ""


def _was_shown(request: HttpRequest, one: OpenOne) -> bool:
    """It stood on the page that she sent; a page that names none was made without them."""
    shown = request.POST.getlist("shown")
    return not shown or str(one.row.public_id) in shown


def replaced_of(request: HttpRequest, ones: Sequence[OpenOne]) -> list[Earlier]:
    """Those whose place the new one takes, if she chose so: those that she saw and nobody has begun to answer."""
    if request.POST.get("another") != REPLACE:
        return []
    hers = [one for one in ones if one.is_replaceable and _was_shown(request, one)]
    return [Earlier(Resident(one.row.resident_key), one.row.public_id) for one in hers]


def guard_context(request: HttpRequest, ones: Sequence[OpenOne]) -> dict[str, object]:
    """What the notice of the earlier ones shows."""
    return {"others": ones, "chosen": choice_of(request, ones), "may_replace": any(one.is_replaceable for one in ones)}


def earlier_of(ones: Sequence[OpenOne]) -> Conversation | None:
    """The one of which the new one is told to the responder."""
    return ones[0].row if ones else None


def _told(row: Conversation, keys: Sequence[UUID]) -> OpenOne:
    is_own = row.resident_key in keys
    words = (IN_LINE if row.state == State.WAITING else WITH_SOMEBODY)[row.medium]
    later = getattr(row, "later_contact", None)
    if row.medium == Medium.MAIL and row.is_written:
        words = LETTERS[row.state != State.WAITING]
    if later is not None and later.kind == LaterKind.FOLLOW_UP:
        words = IN_LINE[Medium.MAIL]
    if not is_own and row.origin is not None:
        url = reverse("chat:conversation", args=[row.origin.public_id])
    else:
        url = reverse("chat:conversation", args=[row.public_id]) if row.medium == Medium.CHAT else reverse("chat:help_request")
    return OpenOne(row, words, url, is_own and row.state == State.WAITING)


__all__ = ["KEEP", "REPLACE", "OpenOne", "choice_of", "earlier_of", "guard_context", "open_ones", "replaced_of"]
