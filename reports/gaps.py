"""Months without data, and periods that are not comparable because the area of a service changed (metrics 1.9). Reads nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from reports.months import DAY, Month, Period
from services.calendars import local_date


@dataclass(frozen=True, slots=True)
class Area:
    """Where a service works, from the first to the last day; without a last day: until further notice."""

    service: int
    name: str
    starts_on: date
    ends_on: date | None = None

    def meets(self, period: Period) -> bool:
        """It is in force on some day of the period."""
        return self.starts_on <= period.last and (self.ends_on is None or self.ends_on >= period.first)

    def covers(self, period: Period) -> bool:
        """It is in force on every day of the period."""
        return self.starts_on <= period.first and (self.ends_on is None or self.ends_on >= period.last)


def are_comparable(areas: Iterable[Area], one: Period, other: Period) -> bool:
    """Whether the two periods lie in the same areas of each service.

    A period inside which an area changes is comparable with none. A service of which no area is known before its first one has not
    changed its area: it has begun.
    """
    of_service: dict[int, list[Area]] = defaultdict(list)
    for area in sorted(areas, key=lambda each: each.starts_on):
        of_service[area.service].append(area)
    return all(_same(found, one, other) for found in of_service.values())


def _same(areas: Sequence[Area], one: Period, other: Period) -> bool:
    sets = [[area for area in areas if area.meets(period)] for period in (one, other)]
    for period, found in zip((one, other), sets, strict=True):
        if any(not area.covers(period) and not _has_begun(area, areas[0], period) for area in found):
            return False
    return not all(sets) or sets[0] == sets[1]


def _has_begun(area: Area, first: Area, period: Period) -> bool:
    """The first area of the service, which begins in the period and goes on to its end."""
    return area.starts_on == first.starts_on and (area.ends_on is None or area.ends_on >= period.last)


class Fullness(StrEnum):
    """What a month has."""

    WHOLE = "whole"
    PART = "part"
    """The services were not in use on some days of it, or it still goes on: shown, and marked."""
    GAP = "gap"
    """No data: a dash and a broken line, never zero and never bridged."""


class Why(StrEnum):
    """Why there is no data."""

    TO_COME = "to_come"
    NOT_OPENED = "not_opened"
    NOT_IN_USE = "not_in_use"
    """Paused, or closed."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a month, or of other days, there is data of."""

    fullness: Fullness
    why: Why | None = None
    """Of a gap."""
    began: date | None = None
    """The first of the services opened on this day, and not on the first."""
    off: Sequence[Period] = ()
    """Days after that on which all were paused or closed, as far as they have come."""
    goes_on: bool = False

    @property
    def is_gap(self) -> bool:
        """There is no data: no figure is told of."""
        return self.fullness == Fullness.GAP


Break = tuple[datetime, datetime | None]
"""From the pausing or closing of a service to its next opening; none has not come."""


class Opens(Protocol):
    """A service, as far as it is asked here."""

    @property
    def opened_at(self) -> datetime | None:
        """When it first opened; none has not."""

    @property
    def breaks(self) -> Sequence[Break]:
        """When it was paused or closed since, in order."""


def open_days(services: Iterable[Opens]) -> list[Period]:
    """The days on which any of these services was in use, as stretches that do not touch: before the first there is nothing of any
    of them, and nothing between them. A day on which one was paused, or came back, is one of them.
    """
    found: list[Period] = []
    for stretch in sorted(stretch for each in services for stretch in _in_use(each)):
        if found and (found[-1].last == date.max or stretch.first <= found[-1].last + DAY):
            found[-1] = Period(found[-1].first, max(found[-1].last, stretch.last))
        else:
            found.append(stretch)
    return found


def _in_use(service: Opens) -> Iterator[Period]:
    if service.opened_at is None:
        return
    first = local_date(service.opened_at)
    for starts_at, ends_at in service.breaks:
        yield Period(first, max(first, local_date(starts_at)))
        if ends_at is None:
            return
        first = max(first, local_date(ends_at))
    yield Period(first, date.max)


def within(days: Month | Period, opened: Sequence[Period]) -> list[Period]:
    """The open days of these."""
    return [
        Period(max(each.first, days.first), min(each.last, days.last))
        for each in opened
        if each.first <= days.last and each.last >= days.first
    ]


def is_gap(days: Month | Period, *, opened: Sequence[Period], contacts: Callable[[], int]) -> bool:
    """None of the services was in use on any of the days, and nobody came: had somebody, there would be data whatever the directory
    says. Open without contacts is 0. How many came is asked only when it matters.
    """
    return not within(days, opened) and not contacts()


def extent_of(days: Month | Period, *, opened: Sequence[Period], contacts: int, today: date) -> Extent:
    """How much of a month, or of other days, the services that were in use on the `opened` days have. Pages, files, charts and
    frozen reports all ask this.
    """
    goes_on = days.last >= today
    if days.first > today:
        return Extent(Fullness.GAP, Why.TO_COME, goes_on=goes_on)
    if is_gap(days, opened=opened, contacts=lambda: contacts):
        before = not opened or days.last < opened[0].first
        return Extent(Fullness.GAP, Why.NOT_OPENED if before else Why.NOT_IN_USE, goes_on=goes_on)
    found = within(days, opened)
    began = found[0].first if found and found[0].first == opened[0].first > days.first else None
    first, last = began or days.first, min(days.last, today)
    off = _between(Period(first, last), found) if found and first <= last else []
    return Extent(Fullness.PART if began or off or goes_on else Fullness.WHOLE, None, began, off, goes_on)


def _between(days: Period, found: Sequence[Period]) -> list[Period]:
    """What the stretches leave of the days."""
    left, first = [], days.first
    for each in found:
        if each.first > first:
            left.append(Period(first, min(each.first - DAY, days.last)))
        first = max(first, each.last + DAY)
    return [*left, Period(first, days.last)] if first <= days.last else left
