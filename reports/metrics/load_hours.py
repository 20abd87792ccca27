"""M26 by the hour of the day: how long responders were available in each, and how many of its contacts were answered.

Hours that would tell of one responder's work are not told: a responder's own figures are hers and her supervisor's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from reports.metrics.figure import Facts
from reports.metrics.hours import HourCount
from reports.metrics.sql import MILLION
from reports.months import local_hour

HOUR, MICRO = timedelta(hours=1), timedelta(microseconds=1)
LEAST_RESPONDERS = 2
AVAILABLE_HOURS = "available_hours"
"""The fact: of each hour of the day the microseconds of each responder."""
TOLD_HOURS = "told_hours"
"""The fact: the contacts by hour of the services that may be told of, where others are left out."""


@dataclass(frozen=True, slots=True)
class LoadHour:
    """One hour of the clock, of all the days of the period together."""

    hour: int
    micros: int
    people: frozenset[int]
    answered: int

    @property
    def minutes(self) -> int:
        """Whole minutes in which somebody was available; those of two count twice."""
        return self.micros // (60 * MILLION)

    @property
    def value(self) -> Fraction | None:
        """Answered contacts for each hour in which a responder was available; none while nobody was."""
        return Fraction(self.answered * 3600 * MILLION, self.micros) if self.micros else None


def by_hour_of_day(intervals: Mapping[int, Iterable[tuple[datetime, datetime]]]) -> dict[int, dict[int, int]]:
    """Of each hour of the clock in Finland the microseconds of each responder's intervals."""
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    clock: dict[datetime, int] = {}
    for user, stretches in intervals.items():
        for start, end in stretches:
            at = start
            while at < end:
                begun = at.replace(minute=0, second=0, microsecond=0)  # Finland is a whole number of hours from UTC
                if begun not in clock:
                    clock[begun] = local_hour(begun)[1]
                until = min(begun + HOUR, end)
                found[clock[begun]][user] += (until - at) // MICRO
                at = until
    return {hour: dict(each) for hour, each in found.items()}


def load_hours(facts: Facts, hours: Iterable[HourCount]) -> list[LoadHour]:
    """The hours of the day in which somebody was available or a contact that was answered came, in order. Their sums are those of
    the figure.
    """
    available: Mapping[int, Mapping[int, int]] = facts.get(AVAILABLE_HOURS) or {}
    answered: dict[int, int] = defaultdict(int)
    for each in facts.get(TOLD_HOURS, hours):
        answered[local_hour(each.at)[1]] += each.answered
    seen = sorted({*available, *(hour for hour, n in answered.items() if n)})
    return [
        LoadHour(hour, sum(available.get(hour, {}).values()), frozenset(available.get(hour, {})), answered[hour]) for hour in seen
    ]


def told_of(hours: Sequence[LoadHour]) -> list[LoadHour]:
    """Those that may be told. An hour in which fewer than two responders were available is hidden, and so many others that what
    is left of the sums when the told ones are taken away is the work of two at least.
    """
    hidden = [each for each in hours if len(each.people) < LEAST_RESPONDERS]
    told = sorted((each for each in hours if each not in hidden), key=lambda each: (each.micros, each.hour))
    while hidden and told and len(frozenset().union(*(each.people for each in hidden))) < LEAST_RESPONDERS:
        hidden.append(told.pop(0))
    return sorted(told, key=lambda each: each.hour)
