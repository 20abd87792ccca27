"""M26 and M33: the load of those who answer, and calls that were agreed. M08b: contacts reached on the same day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from django.db.models import DateTimeField, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chat.choices import LaterKind, LaterResult, Medium, PresenceKind
from chat.models import LaterContact, Leg, Presence
from chat.models.conversations import ConversationQuerySet
from reports.metrics import columns
from reports.metrics.by_month import by_interval
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, ratio, share, unknown
from reports.metrics.load_hours import AVAILABLE_HOURS, by_hour_of_day
from reports.metrics.passes import total
from reports.metrics.scope import Scope, services_of
from reports.metrics.sql import MILLION
from reports.months import Period
from services.calendars import first_instant, local_date, midnights
from services.holidays_fi import is_working_day, working_days
from services.models import Membership

OFFICE_OPENS, OFFICE_CLOSES = 8, 16
DAY = timedelta(days=1)
Stretch = tuple[datetime, datetime]


def read_presence(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """Who was available, and how many conversations each had at once (M26): three queries.

    Hers are the intervals of those who belong to the services' groups or answered there in the period. Presence is kept by
    county, so that one who answers in two services is available to both.
    """
    starts, ends = period.interval
    ends = min(ends, now) if starts < now else ends
    legs = Leg.objects.filter(
        queue__service__in=scope.services,
        accepted_at__gte=starts - DAY,
        accepted_at__lt=ends,
        conversation__is_test=False,
        conversation__medium=Medium.CHAT,
    )
    members = Membership.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=starts), group__queues__service__in=scope.services
    )
    here = Presence.objects.filter(
        Q(user__in=members.values("user")) | Q(user__in=legs.values("responder")),
        Q(ends_at__isnull=True) | Q(ends_at__gt=starts),
        county=scope.county_id,
        starts_at__lt=ends,
    )
    present = here.filter(kind=PresenceKind.AVAILABLE).order_by().values_list("user", "starts_at", "ends_at", "limit")
    intervals: dict[int, list[tuple[datetime, datetime, int | None]]] = defaultdict(list)
    for user, begins, stops, limit in present.iterator():
        intervals[user].append((max(begins, starts), min(stops or ends, ends), limit))
    micro = timedelta(microseconds=1)
    by_user = {user: sum((stop - begin for begin, stop, _n in found), timedelta()) // micro for user, found in intervals.items()}
    stretches = legs.filter(responder__isnull=False).order_by("responder", "accepted_at")
    held = _held(stretches.values_list("responder", "accepted_at", "left_at", "queue__max_parallel").iterator(), starts, ends)
    loads: list[tuple[timedelta, timedelta, int]] = []
    at_most = timedelta()
    for user, found, allowed in held:
        loads.append(side_by_side(found))
        of_her = [(begin, stop, min(limit or allowed, allowed)) for begin, stop, limit in intervals[user]]
        at_most += time_at_most(found, of_her)
    busy = sum((load[1] for load in loads), timedelta())
    return {
        "presence": bool(by_user) or here.exists(),
        "available": sum(by_user.values()),
        "at_most": at_most // micro,
        AVAILABLE_HOURS: by_hour_of_day({user: [(begin, stop) for begin, stop, _n in found] for user, found in intervals.items()}),
        "available_minutes": sum(by_user.values()) // (60 * MILLION),
        "responders": len(by_user),
        "parallel": Fraction(
            sum((load[0] for load in loads), timedelta()) // timedelta(microseconds=1), busy // timedelta(microseconds=1)
        )
        if busy
        else None,
        "most_parallel": max((load[2] for load in loads), default=0),
    }


def time_at_most(stretches: Iterable[Stretch], intervals: Iterable[tuple[datetime, datetime, int]]) -> timedelta:
    """How long one person had as many conversations as she may have at once, while she was available."""
    edges = sorted(edge for start, end in stretches if start < end for edge in ((start, 1), (end, -1)))
    pieces: list[tuple[datetime, datetime, int]] = []
    here = 0
    for (at, step), (until, _step) in pairwise(edges):
        here += step
        if here and at < until:
            pieces.append((at, until, here))
    begins, ends = [at for at, _until, _n in pieces], [until for _at, until, _n in pieces]
    found = timedelta()
    for begin, stop, limit in intervals:
        # The pieces are in order and apart: only those that meet the interval are looked at.
        for at, until, n in pieces[bisect_right(ends, begin) : bisect_left(begins, stop)]:
            if n >= limit and begin < stop:
                found += min(stop, until) - max(begin, at)
    return found


def side_by_side(stretches: Iterable[Stretch]) -> tuple[timedelta, timedelta, int]:
    """Of one person's conversations: their lengths together, the time in which she had any, and the most at once."""
    edges = sorted([(start, 1) for start, end in stretches if start < end] + [(end, -1) for start, end in stretches if start < end])
    together, busy, most, here, before = timedelta(), timedelta(), 0, 0, None
    for at, step in edges:
        if before is not None and here:
            together += (at - before) * here
            busy += at - before
        here += step
        most, before = max(most, here), at
    return together, busy, most


def read_same_day(scope: Scope, period: Period) -> dict[str, int]:
    """Contacts with primary health care in office hours of working days, and which of them were reached that day (M08b)."""
    if not any(each.primary_care for each in services_of(scope)):
        return {}
    asked, reached = same_day_of(scope, period)
    counts = {"same_day_asked": columns.counted(asked), "same_day_reached": columns.counted(reached)}
    return total(scope, f"same day {period}", lambda of: in_primary_care(of, period), counts)


def in_primary_care(scope: Scope, period: Period) -> ConversationQuerySet:
    """The contacts with primary health care."""
    return scope.rows(period).filter(columns.CONTACT, first_queue__service__primary_care=True)


def same_day_of(scope: Scope, period: Period) -> tuple[Q, Q]:
    """Who came in office hours of a working day, and who of them was reached that day: one query for the calls."""
    every = (period.first + timedelta(days=n) for n in range(period.days))
    days = [day for day in every if is_working_day(day)]
    if not days:
        return Q(pk__in=[]), Q(pk__in=[])
    hours = [(first_instant(day, time(OFFICE_OPENS)), first_instant(day, time(OFFICE_CLOSES))) for day in days]
    nights = [midnights(day)[1] for day in days]
    # The closing and the midnight of the office day in which it came; of no such day there is none, and nothing is before that.
    closes = by_interval(hours, [closing for _opening, closing in hours], DateTimeField())
    night = by_interval(hours, nights, DateTimeField())
    asked = Q(queued_at__lt=closes)
    return asked, asked & (Q(first_reply_at__lt=night) | Q(pk__in=_called_back(scope, period)))


def _called_back(scope: Scope, period: Period) -> set[int]:
    """The contacts of which somebody was reached by a call on the day on which they came, in office hours or after them."""
    starts, ends = period.interval
    calls = LaterContact.objects.filter(
        result=LaterResult.REACHED, done_at__gte=starts, done_at__lt=ends, conversation__county_id=scope.county_id
    )
    names = ("conversation__origin_id", "conversation__origin__queued_at", "conversation_id", "conversation__queued_at", "done_at")
    found = set()
    for origin, origin_at, own, own_at, done in calls.order_by().values_list(*names):
        if done >= first_instant(local_date(done), time(OFFICE_OPENS)):
            found |= {pk for pk, at in ((origin, origin_at), (own, own_at)) if pk and at and local_date(at) == local_date(done)}
    return found


def promises(scope: Scope, period: Period) -> QuerySet[LaterContact]:
    """Call requests and follow-ups whose due day is in the period; what was cancelled is left out (M33)."""
    rows = LaterContact.objects.filter(due_on__gte=period.first, due_on__lte=period.last)
    rows = rows.annotate(of_county=F("conversation__county_id") + 0, of_service=F("conversation__first_queue__service_id") + 0)
    rows = rows.filter(of_county=scope.county_id, of_service__in=scope.services, conversation__is_test=False)
    found: QuerySet[LaterContact] = rows.exclude(result=LaterResult.CANCELLED).order_by()
    return found


def kept_promise(due: date, done: datetime | None, today: date) -> str:
    """Whether a promise was done `in_time`, `late`, or is `overdue`; empty: it is not due yet, and is not counted."""
    if done is None:
        return "overdue" if due < today else ""
    return "in_time" if local_date(done) <= due else "late"


def read_calls(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """Call requests and follow-ups whose due day is in the period (M33); one that is not due yet is not counted."""
    today = local_date(now)
    days: list[int] = []
    found: dict[str, Any] = {"due": 0, "in_time": 0, "late": 0, "overdue": 0, "not_reached": 0}
    found |= {name: 0 for kind in LaterKind.values for name in (f"{kind}_due", f"{kind}_in_time")}
    names = ("kind", "due_on", "done_at", "result", "conversation__queued_at")

    def promised(of: Scope) -> Iterable[Any]:
        found: Iterable[Any] = promises(of, period).values(*names, "of_service").iterator()
        return found

    for row in scope.by_service(f"promised {period}", promised):
        kind, due, done, result, left = (row[name] for name in names)
        if _count(found, kind, kept_promise(due, done, today)) and done is not None:
            found["not_reached"] += result == LaterResult.NOT_REACHED
            days.append(_working_days(left, done))
    return {**found, "median_days": Fraction(median(days)) if days else None}


def _working_days(left: datetime, done: datetime) -> int:
    """From leaving to doing; the day of leaving is day 0."""
    first, last = local_date(left), local_date(done)
    return working_days(first + timedelta(days=1), last) if last > first else 0


def _count(found: dict[str, Any], kind: str, how: str) -> bool:
    """One promise; one that is not due yet is not counted. Tells whether it was."""
    if not how:
        return False
    found["due"] += 1
    found[how] += 1
    found[f"{kind}_due"] += 1
    found[f"{kind}_in_time"] += how == "in_time"
    return True


def load(facts: Facts) -> Figure:
    """M26: answered contacts for each hour in which somebody was available."""
    if not facts.get("presence"):
        return unknown("M26", "n/h")
    available, answered = int(facts.get("available") or 0), number(facts, "answered")
    value = Fraction(answered * 3600 * MILLION, available) if available else None
    parts = [(name, number(facts, name)) for name in ("answered", "available_minutes", "responders", "most_parallel")]
    at_most = ratio(int(facts.get("at_most") or 0), available)
    return Figure("M26", value, "n/h", answered, parts, {"parallel": facts.get("parallel"), "at_most": at_most})


def calls(facts: Facts) -> Figure:
    """M33."""
    names = ["due", "in_time", "late", "overdue", "not_reached"]
    names += [name for kind in LaterKind.values for name in (f"{kind}_due", f"{kind}_in_time")]
    parts = [(name, number(facts, name)) for name in names]
    return share("M33", number(facts, "in_time"), number(facts, "due"), parts, beside={"median_days": facts.get("median_days")})


def _held(rows: Iterator[Any], starts: datetime, ends: datetime) -> Iterator[tuple[int, list[Stretch], int]]:
    """Of each responder the stretches of her conversations, and how many at once her queues allow."""
    for user, found in groupby(rows, key=lambda row: row[0]):
        legs = list(found)
        stretches = [(max(accepted, starts), min(left or ends, ends)) for _user, accepted, left, _n in legs]
        yield user, stretches, max(n for *_leg, n in legs)


DEFINITIONS = (
    metric(
        "M26",
        "n/h",
        Better.NEITHER,
        _(
            "Answered contacts for each hour in which a responder was available. Beside it how many conversations each had at once,"
            " while she had any, and how much of the available time she had as many as she may have."
        ),
        load,
        Source.CONVERSATIONS,
        Source.PRESENCE,
    ),
    metric(
        "M33",
        "%",
        Better.MORE,
        _(
            "Call requests and follow-ups that were due in the period, done by the end of their due day: the agreed day, or the"
            " third working day. Who was not reached in the agreed attempts counts as done; what was cancelled is left out."
        ),
        calls,
        Source.CALLS,
    ),
)
__all__ = [
    "DEFINITIONS",
    "in_primary_care",
    "kept_promise",
    "promises",
    "read_calls",
    "read_presence",
    "read_same_day",
    "same_day_of",
    "side_by_side",
]
