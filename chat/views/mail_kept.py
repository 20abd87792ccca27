"""The supervisor's page of letters that are kept apart: whose, how many, and into the line with them or away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from chat.models import KeptLetter
from chat.operations import dismiss_kept_letters, open_kept_letters, take_kept_letters
from chat.operations.mail_kept import KEPT_FOR
from chat.views.board_door import supervisor_door
from chat.views.console_doors import uuid_or_none
from chat.views.presence import county_of
from services.models import County, Mailbox

TAKE, DISMISS = "take", "dismiss"


@dataclass(frozen=True, slots=True)
class OfSender:
    """What one sender has in one mailbox, the oldest first."""

    mailbox: Mailbox
    sender: str
    letters: Sequence[KeptLetter]


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_door
def kept_letters(request: HttpRequest, actor: Staff) -> HttpResponse:
    """The letters of her services' mailboxes by sender; what she has chosen is asked once more before it is done."""
    county, act = county_of(request), request.POST.get("act", "")
    chosen = [key for text in request.POST.getlist("letter") if (key := uuid_or_none(text)) is not None]
    if request.method == "POST" and chosen and act in (TAKE, DISMISS):
        if "sure" not in request.POST:
            context = {"act": act, "chosen": chosen, "sender": request.POST.get("sender", "")[:120]}
            return render(request, "chat/board/letters_sure.html", context)
        messages.success(request, _done(actor, act, chosen, county=county))
        return redirect("chat:board_letters")
    if request.method == "POST":
        messages.warning(request, _("Choose at least one letter."))
    found = open_kept_letters(by=actor, county=county)
    return render(request, "chat/board/letters.html", {"groups": _by_sender(found), "days": KEPT_FOR.days})


def _done(actor: Staff, act: str, chosen: Sequence[UUID], *, county: County) -> str:
    if act == TAKE:
        n = take_kept_letters(by=actor, county=county, letters=chosen, now=timezone.now())
        words = ngettext("%(n)d letter is now in the line.", "%(n)d letters are now in the line.", n)
    else:
        n = dismiss_kept_letters(by=actor, county=county, letters=chosen)
        words = ngettext("%(n)d letter was dismissed.", "%(n)d letters were dismissed.", n)
    return words % {"n": n}


def _by_sender(found: Sequence[KeptLetter]) -> list[OfSender]:
    groups: dict[tuple[int, str], list[KeptLetter]] = {}
    for row in found:
        groups.setdefault((row.mailbox_id, row.sender), []).append(row)
    return [OfSender(rows[0].mailbox, sender, rows) for (_mailbox, sender), rows in groups.items()]


__all__ = ["kept_letters"]
