"""Whether a queue takes new conversations, why, and when that changes next: the one place that knows (S002-36, S000-1).

Pure: a `Calendar`, an instant and, when known, the `Load`. What goes before what:

1. a queue out of use, and a service that is not open (paused: those who wait are still served);
2. a disruption that stops intake;
3. a manual override: of the queue, else of the service, else of the county;
4. an exception day of the hours, else of the county;
5. a holiday of the county that has not been removed, when the hours are closed on holidays;
6. the weekly intervals;
7. the end of intake some minutes before closing;
8. the load: nobody there to answer, or the queue full.

At the instant of opening it is open, at the instant of closing it is closed. Closing is the real end: hours that touch over
midnight are one stretch, and one that never ends has no closing time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain, pairwise, tee

from services.calendars import (
    DAY,
    HELSINKI,
    Calendar,
    DayHours,
    DayKind,
    Notice,
    OverrideNotice,
    Scope,
    SpecialDay,
    local_date,
    midnights,
    week_hours,
)
from services.choices import ServiceStatus
from services.texts import Texts

HORIZON = timedelta(days=400)
FOLLOWED = timedelta(days=8)
SETTLED = timedelta(days=9)


class Reason(StrEnum):
    """Why a queue takes conversations or does not."""

    OPEN = "open"
    CLOSED_HOURS = "closed_hours"
    CLOSED_HOLIDAY = "closed_holiday"
    CLOSED_EXCEPTION = "closed_exception"
    CLOSED_OVERRIDE = "closed_override"
    NO_HOURS = "no_hours"
    DISRUPTION = "disruption"
    SERVICE_PAUSED = "service_paused"
    SERVICE_NOT_OPEN = "service_not_open"
    QUEUE_INACTIVE = "queue_inactive"
    INTAKE_STOPPED = "intake_stopped"
    UNSTAFFED = "unstaffed"
    FULL = "full"


_CLOSED_BY = {
    DayKind.WEEKLY: Reason.CLOSED_HOURS,
    DayKind.HOLIDAY: Reason.CLOSED_HOLIDAY,
    DayKind.EXCEPTION: Reason.CLOSED_EXCEPTION,
}


@dataclass(frozen=True, slots=True)
class Load:
    """What the floor above knows of the line: somebody is there to answer, how many wait, no more fit in."""

    staffed: bool
    waiting: int
    full: bool


@dataclass(frozen=True, slots=True)
class Availability:
    """The answer for one queue, or one service, at one instant. All instants are UTC.

    `closes_at`: when the present hours end, given while they run (none: they never do). `intake_ends_at`: when new
    conversations are no longer taken, at or before closing. `opens_at`: the next opening by the calendar, given whenever
    it is not open and ever opens again within 400 days; an unstaffed or full queue may open before it. `next_change`: the
    next instant at which `is_open` or the reason changes by the clock. `serves_waiting`: those who already wait are still
    served, up to `serves_until` (closing and the drain after it; none: no end in sight).
    """

    at: datetime
    is_open: bool
    reason: Reason
    today: DayHours
    reason_text: Texts = field(default_factory=dict)
    closes_at: datetime | None = None
    intake_ends_at: datetime | None = None
    opens_at: datetime | None = None
    next_change: datetime | None = None
    serves_waiting: bool = False
    serves_until: datetime | None = None

    @property
    def hours_run(self) -> bool:
        """It is open or would be but for the load or the end of intake."""
        return self.reason in (Reason.OPEN, Reason.UNSTAFFED, Reason.FULL, Reason.INTAKE_STOPPED)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of time in which nothing changes by the clock."""

    start: datetime
    end: datetime
    serving: bool
    taking: bool
    reason: Reason
    words: Texts


Judge = Callable[[Calendar, Load | None], Availability]
"""Whether a queue takes new conversations at an instant that is known."""


def availability(calendar: Calendar, at: datetime, load: Load | None = None) -> Availability:
    """Whether the queue takes new conversations at the instant, why, and when that changes."""
    fixed = _fixed_reason(calendar)
    if fixed is Reason.QUEUE_INACTIVE or fixed is Reason.SERVICE_NOT_OPEN:
        return Availability(at, False, fixed, calendar.day(local_date(at)))
    found = _by_the_clock(calendar, at, load)
    if fixed is not None:
        return Availability(at, False, fixed, found.today, serves_waiting=found.serves_waiting, serves_until=found.serves_until)
    return found


def judge_at(at: datetime) -> Judge:
    """`availability` at one instant, for many queues: those of like hours share one calendar, and what is told of it is worked
    out once for all at whose door it is alike. The calendars are to outlive the judge.
    """
    known: dict[tuple[int, object], Availability] = {}

    def judge(calendar: Calendar, load: Load | None) -> Availability:
        key = (id(calendar), load and (load.staffed, load.full))
        if key not in known:
            known[key] = availability(calendar, at, load)
        return known[key]

    return judge


def service_availability(
    lines: Sequence[tuple[Calendar, Load | None]], at: datetime, *, judge: Judge | None = None
) -> Availability | None:
    """The service as a whole, from its entry queues in order: open when any of them is, else as the one that opens first.

    Its closing time is when the last of them closes, counting those that open meanwhile. Without entry queues: none.
    `judge`: that of the instant, when more is asked of it than one service.
    """
    judge = judge or judge_at(at)
    found = [judge(calendar, load) for calendar, load in lines]
    if not found:
        return None
    chosen = min(found, key=_rank)
    serving = [one.serves_until for one in found if one.serves_waiting]
    whole = replace(
        chosen,
        opens_at=None if chosen.is_open else min((one.opens_at for one in found if one.opens_at), default=None),
        next_change=min((one.next_change for one in found if one.next_change), default=None),
        serves_waiting=bool(serving),
        serves_until=None if None in serving else max((end for end in serving if end), default=None),
    )
    if not chosen.is_open:
        return whole
    closes_at, intake_ends_at = _last_end([calendar for calendar, _load in lines], found, at)
    return replace(whole, closes_at=closes_at, intake_ends_at=intake_ends_at, next_change=intake_ends_at)


def _rank(one: Availability) -> tuple[bool, bool, bool, float]:
    """Open first, then those whose hours run, then the next to open, then in their own order."""
    return (not one.is_open, not one.hours_run, one.opens_at is None, one.opens_at.timestamp() if one.opens_at else 0.0)


def _last_end(
    calendars: Sequence[Calendar], found: Sequence[Availability], at: datetime
) -> tuple[datetime | None, datetime | None]:
    """When the last calendar closes and stops intake, following each that opens before another stops; none after a week."""
    closes = reached = at
    while reached < at + FOLLOWED:
        running = [one for one in found if one.is_open]
        if not running:
            return closes, reached
        for one in running:
            if one.closes_at is None or one.intake_ends_at is None:
                return None, None
            closes, reached = max(closes, one.closes_at), max(reached, one.intake_ends_at)
        found = [availability(calendar, reached) for calendar in calendars]
    return None, None


def _fixed_reason(calendar: Calendar) -> Reason | None:
    """What keeps the queue closed whatever the clock says."""
    if not calendar.queue_is_active:
        return Reason.QUEUE_INACTIVE
    if calendar.service_status == ServiceStatus.PAUSED:
        return Reason.SERVICE_PAUSED
    if calendar.service_status != ServiceStatus.OPEN:
        return Reason.SERVICE_NOT_OPEN
    return None


def _by_the_clock(calendar: Calendar, at: datetime, load: Load | None) -> Availability:
    pieces = _pieces(calendar, at)
    served_at: datetime | None = None
    now = next(pieces)
    while now.end <= at:
        served_at = now.end if now.serving else served_at
        now = next(pieces)
    one, two, three = tee(chain([now], pieces), 3)
    answer = Availability(at, False, now.reason, calendar.day(local_date(at)), now.words)
    if now.serving:
        _start, served_at = next(_runs(one, lambda piece: piece.serving))
    if now.serving or (served_at is not None and at < served_at + calendar.drain):
        answer = replace(answer, serves_waiting=True, serves_until=served_at + calendar.drain if served_at else None)
    runs = _runs(two, lambda piece: piece.taking)
    if now.taking:
        _start, closes_at = next(runs)
        intake_ends_at = closes_at - calendar.intake_stops if closes_at else None
        answer = replace(answer, closes_at=closes_at, intake_ends_at=intake_ends_at)
        stopped = intake_ends_at is not None and intake_ends_at <= at
        reason = _at_the_door(stopped, load)
        if reason is Reason.OPEN:
            return replace(answer, is_open=True, next_change=intake_ends_at)
        answer = replace(answer, reason=reason, reason_text={}, next_change=closes_at if stopped else intake_ends_at)
    else:
        change = (piece.start for piece in three if (piece.reason, piece.words) != (now.reason, now.words))
        answer = replace(answer, next_change=next(change, None))
    openings = (start for start, end in runs if end is None or end - start > calendar.intake_stops)
    return replace(answer, opens_at=next(openings, None))


def _at_the_door(stopped: bool, load: Load | None) -> Reason:
    """While the hours run: whether one more may come in."""
    if stopped:
        return Reason.INTAKE_STOPPED
    if load is None or (load.staffed and not load.full):
        return Reason.OPEN
    return Reason.FULL if load.staffed else Reason.UNSTAFFED


def _runs(pieces: Iterable[_Piece], test: Callable[[_Piece], bool]) -> Iterator[tuple[datetime, datetime | None]]:
    """Stretches in which the test holds; one that outlasts all pieces has no end."""
    start: datetime | None = None
    for piece in pieces:
        if test(piece):
            start = start or piece.start
        elif start is not None:
            yield start, piece.start
            start = None
    if start is not None:
        yield start, None


def _pieces(calendar: Calendar, at: datetime) -> Iterator[_Piece]:
    """Time from before the instant's drain to 400 days after it, cut where anything changes by the clock.

    Once nothing but the plain week can come, a week and a day more show all that ever will.
    """
    today = local_date(at)
    edges = sorted(calendar.notice_edges())
    first = local_date(at - calendar.drain) - DAY
    before = calendar.day(first - DAY)
    for day in _days(calendar, first, today):
        this = calendar.day(day)
        start, end = midnights(day)
        spans = calendar.open_spans(this, before)
        cuts = {start, end, *chain.from_iterable(spans), *(edge for edge in edges if start < edge < end)}
        for a, b in pairwise(sorted(cuts)):
            yield _piece(calendar, this, any(s <= a < e for s, e in spans), a, b)
        before = this


def _days(calendar: Calendar, first: date, today: date) -> Iterator[date]:
    day = first
    while day <= today + SETTLED:
        yield day
        day += DAY
    last = min(calendar.last_irregularity(), today + HORIZON) + SETTLED
    while day <= last:
        yield day
        day += DAY


def _piece(calendar: Calendar, day: DayHours, hours_run: bool, start: datetime, end: datetime) -> _Piece:
    override = calendar.override_at(start)
    if override is not None:
        serving, words = override.opens, override.words
        reason = Reason.OPEN if serving else Reason.CLOSED_OVERRIDE
    else:
        serving, words = hours_run, day.note
        reason = Reason.OPEN if serving else _CLOSED_BY[day.kind]
        if reason is Reason.CLOSED_HOURS and not calendar.weekly:
            reason = Reason.NO_HOURS
    disruption = calendar.disruption_at(start)
    if disruption is not None:
        return _Piece(start, end, serving, False, Reason.DISRUPTION, disruption.words)
    return _Piece(start, end, serving, serving, reason, words)


__all__ = [
    "HELSINKI",
    "HORIZON",
    "Availability",
    "Calendar",
    "DayHours",
    "DayKind",
    "Judge",
    "Load",
    "Notice",
    "OverrideNotice",
    "Reason",
    "Scope",
    "SpecialDay",
    "availability",
    "judge_at",
    "service_availability",
    "week_hours",
]
