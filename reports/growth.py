"""Whether more comes to a service than was to be expected, and which topics grow (M28, M34, S002-44)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reports.forecast import ALERT, LEAST_OF_TOPIC, WEEKS, Growing, growing, last_working_days, of_hours
from reports.forecast import expected as usual
from reports.gaps import are_comparable
from reports.metrics import Scope
from reports.metrics.change import read_areas, topics_of
from reports.metrics.hours import by_clock, read_hours
from reports.metrics.scope import opened_days
from reports.months import DAY, Period
from services.models import Service

HOURS = range(24)
TOPIC_DAYS = 28
LEAST_OF_ALERT = LEAST_OF_TOPIC
"""Fewer contacts than this in five days are not told of: a growth from two to three is none."""
SPARSE = 2
"""Of fewer contacts in an hour the mean without the largest and the smallest is clearly too low, and steady numbers would alert."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The last five working days of a service against what was expected of them."""

    first: date
    last: date
    contacts: int
    expected: Fraction

    @property
    def is_above(self) -> bool:
        """Over a quarter more, strictly, and not of a handful."""
        return self.contacts >= LEAST_OF_ALERT and self.contacts > self.expected * ALERT

    @property
    def percent(self) -> Fraction:
        """By how many percent it is above."""
        return (self.contacts - self.expected) * 100 / self.expected


def growth_of(service: Service, *, today: date) -> Growth | None:
    """The last five working days before today; three queries. None while eight weeks before each of them are not known, when the
    service was paused or closed in them, when nothing was expected, and when its area has changed in between (metrics 1.9).
    """
    if service.opened_at is None:
        return None
    days = last_working_days(today)
    first, scope = days[-1] - timedelta(weeks=WEEKS), Scope.of([service])
    if not any(each.first <= first and days[0] <= each.last for each in opened_days(scope)):
        return None
    if not are_comparable(read_areas(scope), Period(days[-1], days[0]), Period(first, days[-1] - DAY)):
        return None
    counts = by_clock(read_hours(scope, Period(first, days[0])))
    of_each = [each for day in days for each in of_hours(counts, day=day, hours=HOURS).values() if each]
    expected = sum(of_each, Fraction())
    if expected < SPARSE * len(of_each):
        # Most hours have none or one: the whole day is the better measure then.
        expected = max(expected, _by_day(counts, days))
    came = sum(counts.get((day, hour), 0) for day in days for hour in HOURS)
    return Growth(days[-1], days[0], came, expected) if expected else None


def _by_day(counts: Mapping[tuple[date, int], int], days: Sequence[date]) -> Fraction:
    """What the days were to bring by the same weekdays of the eight weeks before each."""
    per_day: dict[date, int] = {}
    for (day, _hour), n in counts.items():
        per_day[day] = per_day.get(day, 0) + n
    weeks = range(WEEKS, 0, -1)
    return sum((usual([per_day.get(day - timedelta(weeks=n), 0) for n in weeks]) or Fraction() for day in days), Fraction())


def growing_topics(services: Iterable[Service], *, today: date) -> list[Growing]:
    """Topics of the last four weeks against the four before, by the rule of M34: one query; not across a changed area."""
    scope = Scope.of(list(services))
    now = Period(today - DAY * TOPIC_DAYS, today - DAY)
    before = Period(now.first - DAY * TOPIC_DAYS, now.first - DAY)
    if not are_comparable(read_areas(scope), now, before):
        return []
    return growing(*topics_of(scope, before, now))
