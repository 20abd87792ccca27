"""M26: the load of those who answer.

A responder’s own figures are hers and her supervisor’s, and no report tells them. The load is told of whole months only, and a
service in which a single responder was available in any of them is left out: of its own report, and of those of several services,
so that what is not told of one can’t be worked out from the others and their sum (decision 0016).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chat.choices import Medium, PresenceKind
from chat.models import Leg, Presence
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, ratio, unknown
from reports.metrics.hours import read_hours
from reports.metrics.load_hours import AVAILABLE_HOURS, LEAST_RESPONDERS, TOLD_HOURS, by_hour_of_day
from reports.metrics.scope import Known, Scope
from reports.metrics.sql import MILLION
from reports.months import DAY, Month, Period
from services.calendars import local_date
from services.models import Membership

MICRO = timedelta(microseconds=1)
DISCREET = "discreet_load"
"""The fact: what is told in the place of the whole, or why nothing is (`HIDDEN`). Without it the whole is told."""
HIDDEN = "hidden"
Stretch = tuple[datetime, datetime]
Interval = tuple[datetime, datetime, int | None]


@dataclass(slots=True)
class Shift:
    """One responder’s month."""

    available: timedelta = timedelta()
    at_most: timedelta = timedelta()
    """With as many conversations as she may have."""
    together: timedelta = timedelta()
    """The lengths of her conversations, added up."""
    busy: timedelta = timedelta()
    most: int = 0


def read_presence(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """Who was available, and how many conversations each had at once (M26): three queries, of several services four, and one more
    when some of them are left out.

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
    intervals: dict[int, list[Interval]] = defaultdict(list)
    for user, begins, stops, limit in present.iterator():
        intervals[user].append((max(begins, starts), min(stops or ends, ends), limit))
    shifts: dict[int, Shift] = defaultdict(Shift)
    for user, found in intervals.items():
        shifts[user].available = sum((stop - begin for begin, stop, _n in found), timedelta())
    places: dict[int, set[int]] = {pk: set() for pk in scope.services}
    names = ("responder", "accepted_at", "left_at", "queue__max_parallel", "queue__service")
    stretches = legs.filter(responder__isnull=False).order_by("responder", "accepted_at").values_list(*names).iterator()
    for user, hers, allowed, where in _held(stretches, starts, ends):
        shift = shifts[user]
        shift.together, shift.busy, shift.most = side_by_side(hers)
        of_her = [(begin, stop, min(limit or allowed, allowed)) for begin, stop, limit in intervals.get(user, ())]
        shift.at_most = time_at_most(hers, of_her)
        for service in where:
            places[service].add(user)
    if len(scope.services) > 1:
        for service, user in members.values_list("group__queues__service", "user"):
            if service in places:
                places[service].add(user)
    else:
        places = {pk: set(intervals) for pk in scope.services}
    found_any = bool(intervals) or here.exists()
    discreet = _discreet(scope, period, places, intervals, shifts) if intervals else {}
    return {"presence": found_any, **_facts(shifts, intervals), AVAILABLE_HOURS: _hours(intervals, intervals), **discreet}


def _facts(shifts: Mapping[int, Shift], present: Collection[int]) -> dict[str, Any]:
    """The shifts added up; those who were never available have none of their own time, and may have had conversations."""
    every = shifts.values()
    available = sum((each.available for each in every), timedelta()) // MICRO
    busy = sum((each.busy for each in every), timedelta())
    return {
        "available": available,
        "at_most": sum((each.at_most for each in every), timedelta()) // MICRO,
        "available_minutes": available // (60 * MILLION),
        "responders": len(present),
        "parallel": Fraction(sum((each.together for each in every), timedelta()) // MICRO, busy // MICRO) if busy else None,
        "most_parallel": max((each.most for each in every), default=0),
    }


def _hours(intervals: Mapping[int, Sequence[Interval]], of: Iterable[int]) -> dict[int, dict[int, int]]:
    return by_hour_of_day({user: [(begin, stop) for begin, stop, _n in intervals[user]] for user in of})


def _discreet(
    scope: Scope,
    period: Period,
    places: Mapping[int, set[int]],
    intervals: Mapping[int, Sequence[Interval]],
    shifts: Mapping[int, Shift],
) -> dict[str, Any]:
    """What is told in the place of the whole: nothing when it is all told."""
    if not period.is_of_months:
        return {DISCREET: {HIDDEN: "load_of_days"}, AVAILABLE_HOURS: {}, TOLD_HOURS: []}
    months = {user: _months_of(found) for user, found in intervals.items()}
    alone = {pk for pk, users in places.items() if any(_is_of_one(users, months, month) for month in period.months)}
    if not alone:
        return {}
    told = [pk for pk in scope.services if pk not in alone]
    kept = {user for pk in told for user in places[pk]}
    present = kept & intervals.keys()
    if len(present) < LEAST_RESPONDERS:
        return {DISCREET: {HIDDEN: "load_of_one"}, AVAILABLE_HOURS: {}, TOLD_HOURS: []}
    hours = read_hours(replace(scope, services=tuple(told), is_whole=False, known=Known()), period)
    facts = _facts({user: shift for user, shift in shifts.items() if user in kept}, present)
    answered = sum(hour.answered for hour in hours)
    return {DISCREET: facts | {"answered": answered}, AVAILABLE_HOURS: _hours(intervals, present), TOLD_HOURS: hours}


def _is_of_one(users: Iterable[int], months: Mapping[int, set[Month]], month: Month) -> bool:
    return sum(month in months.get(user, ()) for user in users) == 1


def _months_of(intervals: Iterable[Interval]) -> set[Month]:
    """In which months she was available."""
    found: set[Month] = set()
    for begin, stop, _limit in intervals:
        if begin < stop:
            first, last = Month.of(local_date(begin)), Month.of(local_date(stop - MICRO))
            while first <= last:
                found.add(first)
                first = first.shifted(1)
    return found


def discreetly(facts: Facts, figure: Figure) -> Figure:
    """M26 as reports tell it."""
    told: Mapping[str, Any] | None = facts.get(DISCREET)
    if told is None:
        return figure
    if HIDDEN in told:
        return Figure("M26", None, "n/h", 0, notes=[told[HIDDEN]])
    return replace(load({**facts, **told}), notes=["load_left_out"])


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


def load(facts: Facts) -> Figure:
    """M26: answered contacts for each hour in which somebody was available."""
    if not facts.get("presence"):
        return unknown("M26", "n/h")
    available, answered = int(facts.get("available") or 0), number(facts, "answered")
    value = Fraction(answered * 3600 * MILLION, available) if available else None
    parts = [(name, number(facts, name)) for name in ("answered", "available_minutes", "responders", "most_parallel")]
    at_most = ratio(int(facts.get("at_most") or 0), available)
    return Figure("M26", value, "n/h", answered, parts, {"parallel": facts.get("parallel"), "at_most": at_most})


def _held(rows: Iterator[Any], starts: datetime, ends: datetime) -> Iterator[tuple[int, list[Stretch], int, set[int]]]:
    """Of each responder the stretches of her conversations, how many at once her queues allow, and in which services they were."""
    for user, found in groupby(rows, key=lambda row: row[0]):
        legs = list(found)
        stretches = [(max(accepted, starts), min(left or ends, ends)) for _user, accepted, left, *_queue in legs]
        yield user, stretches, max(row[3] for row in legs), {row[4] for row in legs}


DEFINITIONS = (
    metric(
        "M26",
        "n/h",
        Better.NEITHER,
        _(
            "Answered contacts for each hour in which a responder was available. Beside it how many conversations each had at once,"
            " while she had any, and how much of the available time she had as many as she may have. Who answers in several"
            " services is available to each of them for all of her time. Told of whole months, never of a single responder."
        ),
        load,
        Source.CONVERSATIONS,
        Source.PRESENCE,
    ),
)
__all__ = ["DEFINITIONS", "discreetly", "load", "read_presence", "side_by_side", "time_at_most"]
