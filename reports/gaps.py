"""Months without data, and periods that are not comparable because the area of a service changed (metrics 1.9). Reads nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from reports.months import Month, Period
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
    """The service began in it, or it still goes on: shown, and marked."""
    GAP = "gap"
    """No data: a dash and a broken line, never zero and never bridged."""


class Opens(Protocol):
    """A service, as far as it is asked here."""

    @property
    def opened_at(self) -> datetime | None:
        """When it opened; none has not."""


def first_opening(services: Iterable[Opens]) -> datetime | None:
    """When the first of these services opened: before it there is nothing of any of them."""
    return min((at for each in services if (at := each.opened_at)), default=None)


def fullness(days: Month | Period, *, opened_at: datetime | None, contacts: int, today: date) -> Fullness:
    """What a month, or other days, have of the services of which the first opened then: nothing before it, unless contacts tell
    otherwise; open without contacts is 0. Pages, files, charts and frozen reports all ask this.
    """
    if days.first > today:
        return Fullness.GAP
    opened = None if opened_at is None else local_date(opened_at)
    if contacts == 0 and (opened is None or opened > days.last):
        return Fullness.GAP
    if opened is not None and days.first < opened <= days.last:
        return Fullness.PART
    return Fullness.PART if days.last >= today else Fullness.WHOLE
