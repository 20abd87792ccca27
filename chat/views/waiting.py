"""What the waiting room says: the estimate in words, who answers, what else there is, and how one is called."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actors import Resident
from chat.boards import LineBoard, line_boards, line_of
from chat.choices import State
from chat.estimates import MINUTE, Range, is_long
from chat.models import Conversation, Leg
from chat.operations.reading import Opened
from chat.protocol import Line
from chat.views.start import ways_of
from services.hours import Availability
from services.models import Queue

HOUR = 60 * MINUTE
SOON = timedelta(minutes=30)

PLACES: dict[str, str | Promise] = {
    "next": _("You are next"),
    "one": _("1 person is ahead of you"),
    "many": _("{n} people are ahead of you"),
    "unknown": _("You are in the line"),
}
ESTIMATES: dict[str, str | Promise] = {
    "moment": _("Estimate of the wait: under a minute"),
    "under": _("Estimate of the wait: under {high} minutes"),
    "minute": _("Estimate of the wait: about a minute"),
    "about": _("Estimate of the wait: about {high} minutes"),
    "range": _("Estimate of the wait: {low}–{high} minutes"),
    "hour": _("Estimate of the wait: over an hour"),
}
CALLS: dict[str, str | Promise] = {
    "call:soon": _("It is soon your turn"),
    "call:taken": _("Your turn: a professional is with you"),
    "tabs": _("You are already here in another tab. Both show the same conversation: you can close one of them."),
}
WAITING_WORDS: dict[str, str | Promise] = {
    **{f"place:{key}": value for key, value in PLACES.items()},
    **{f"wait:{key}": value for key, value in ESTIMATES.items()},
    **CALLS,
}
"""What the page's script says of the wait; it finds them on the page."""


def line_in(row: Conversation) -> Line | None:
    """The place of one who waits, as the socket tells it; nothing when she does not wait."""
    return line_of(_board(row).frame(), row.public_id) if row.state == State.WAITING else None


def _board(row: Conversation) -> LineBoard:
    return line_boards(Queue.objects.filter(pk=row.queue_id).for_board())[row.queue_id]


def place_words(line: Line | None) -> str:
    """Her place in the line in words: how many are ahead."""
    ahead = line.position - 1 if line is not None and line.position else None
    if ahead is None:
        return str(PLACES["unknown"])
    return str(PLACES["next" if ahead == 0 else "one" if ahead == 1 else "many"]).replace("{n}", str(ahead))


def told_range(line: Line | None) -> Range | None:
    """The estimate that the line tells, if any."""
    if line is None or line.low_seconds is None or line.high_seconds is None:
        return None
    return Range(line.low_seconds, line.high_seconds)


def estimate_words(told: Range | None) -> str:
    """The estimate in words, in whole minutes; nothing when nothing is known."""
    if told is None:
        return ""
    low, high = told.low // MINUTE, told.high // MINUTE
    if told.low >= HOUR:
        key = "hour"
    elif low == 0:
        key = "moment" if high <= 1 else "under"
    elif low == high:
        key = "minute" if low == 1 else "about"
    else:
        key = "range"
    return str(ESTIMATES[key]).replace("{low}", str(low)).replace("{high}", str(high))


def closing_of(hours: Availability | None, *, now: datetime) -> str:
    """What becomes of those who wait: the chat closes `soon`; it is `closed` and they are still served; or it is `over` for them.

    Nothing while the hours run on. The reason may be the weekly hours or a sudden override: to her it is the same.
    """
    if hours is None:
        return ""
    if hours.hours_run:
        return "soon" if hours.closes_at is not None and hours.closes_at - now <= SOON else ""
    return "closed" if hours.serves_waiting else "over"


def wait_context(resident: Resident, opened: Opened) -> dict[str, object]:
    """Who answers, breaks, and other ways: shown at once when the wait is long, or when the ladder says so; else folded."""
    row = opened.conversation
    if row.state != State.WAITING:
        return {}
    board = _board(row)
    line = line_of(board.frame(), row.public_id)
    leg = Leg.objects.filter(conversation=row).order_by("-number").first()
    offered = leg is not None and leg.alternatives_at is not None
    closing = closing_of(board.hours, now=timezone.now()) if row.held_until is None else ""
    return {
        "closing": closing,
        "closes_at": board.hours.closes_at if board.hours else None,
        "served_until": board.hours.serves_until if board.hours else None,
        "line": line,
        "is_alone": board.view.is_alone,
        "is_empty": not board.view.present and told_range(line) is None,
        "pause": board.view.pause,
        "cover": board.view.pause.cover((get_language() or "fi")[:2]) if board.view.pause else "",
        "is_long": bool(closing) or offered or is_long(line.low_seconds if line is not None else None),
        "ways": ways_of(row.service),
    }
