"""What the desk's own parts show of the responder's presence: the five ways of being there, and that the services close soon."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.actors import Staff
from accounts.models import User
from chat.choices import PresenceKind, State
from chat.models import Conversation, Presence
from chat.shifts import shift_ends
from services.models import County, Membership

LIMITS = range(1, 7)
BREAKS = (5, 10, 15, 20, 30, 45, 60)
NAME_FIELDS = ("public_id", "display_name", "first_name")
WORDS = {
    "available": PresenceKind.AVAILABLE.label,
    "call": PresenceKind.CALL.label,
    "break": PresenceKind.BREAK.label,
    "away": PresenceKind.AWAY.label,
}


def presence_context(request: HttpRequest, actor: Staff, *, talks: bool | None = None) -> dict[str, object]:
    """Her way of being there now, and what she may choose, in three queries. Who is off can cover nobody's break.

    `talks`: whether a conversation of hers goes on, when it is known.
    """
    row = running_of(request, actor)
    if talks is None:
        talks = Conversation.objects.filter(responder_id=actor.user_id, state=State.ACTIVE).exists()
    here = Presence.objects.running().filter(county=getattr(request, "county", None)).exclude(kind=PresenceKind.FINISHING)
    # In this order: those who are here are tens, a group's members hundreds.
    colleagues = User.objects.filter(
        is_active=True,
        pk__in=here.exclude(user_id=actor.user_id).order_by().values("user_id"),
        memberships__group__in=Membership.objects.filter(user_id=actor.user_id).values("group"),
    )
    return {
        "presence": row,
        "presence_kinds": WORDS.items(),
        "presence_limits": LIMITS,
        "presence_breaks": BREAKS,
        "presence_covers": _options(
            (str(key), display or first or "—", row is not None and row.cover_id == pk)
            for pk, key, display, first in colleagues.distinct().order_by("display_name", "pk").values_list("pk", *NAME_FIELDS)
        ),
        "presence_talks": talks,
    }


def _options(people: Iterable[tuple[str, str, bool]]) -> SafeString:
    """The choices of a list: a group may have hundreds of people, and a template would take ten times as long."""
    return mark_safe(  # noqa: S308 - keys are our own UUIDs, and names are escaped
        "".join(f'<option value="{key}"{" selected" if chosen else ""}>{escape(name)}</option>' for key, name, chosen in people)
    )


def closing_context(request: HttpRequest, actor: Staff) -> dict[str, object]:
    """Nothing, until she is warned that the last of her queues closes."""
    row = running_of(request, actor)
    if row is None or row.warned_at is None or row.kind == PresenceKind.FINISHING:
        return {"closing": None}
    now = timezone.now()
    return {"closing": row, "closing_at": shift_ends([row], now=now)[row.pk] or now}


def running_of(request: HttpRequest, actor: Staff) -> Presence | None:
    """Her running interval in the county of the page, read once for each page."""
    known: dict[int, Presence | None] = request.__dict__.setdefault("_running_presences", {})
    if actor.user_id not in known:
        county: County | None = getattr(request, "county", None)
        running = Presence.objects.running().filter(user_id=actor.user_id, county=county)
        known[actor.user_id] = running.first()  # who covers is asked only where somebody does
    return known[actor.user_id]
