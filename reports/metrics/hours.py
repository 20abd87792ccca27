"""Contacts hour by hour: days, the table of weekday and hour, and the hours in which the target was met (metrics 1.2, M08, M28)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from reports.metrics import columns
from reports.metrics.passes import added
from reports.metrics.scope import Scope
from reports.metrics.sql import UtcHour, instant_of
from reports.months import Period, local_hour
from services.calendars import local_date

KEPT = 80
"""Percent of an hour's contacts that have to be answered in time for the hour to count as kept (M08)."""


@dataclass(frozen=True, slots=True)
class HourCount:
    """One hour that really was; the one that comes twice in autumn is two."""

    at: datetime
    contacts: int
    answered: int
    abandoned: int
    within: int

    @property
    def is_kept(self) -> bool:
        """Its target was met."""
        return self.within * 100 >= self.contacts * KEPT


def read_hours(scope: Scope, period: Period) -> list[HourCount]:
    """The hours in which somebody came: one query."""
    wanted = {
        name: column for name, column in columns.of_statuses().items() if name in ("contacts", "answered", "abandoned", "within")
    }
    found = added(scope, f"hours {period}", lambda of: of.rows(period), wanted, {"hour": UtcHour("queued_at")})
    return [
        HourCount(instant_of(row["hour"]), row["contacts"], row["answered"], row["abandoned"], row["within"])
        for row in sorted(found, key=lambda row: row["hour"])
        if row["contacts"]
    ]


def facts_of(hours: Iterable[HourCount]) -> dict[str, int]:
    """What M08 tells of hours."""
    seen = list(hours)
    return {"hours_with_contacts": len(seen), "hours_kept": sum(hour.is_kept for hour in seen)}


def by_day(hours: Iterable[HourCount]) -> dict[date, int]:
    """Contacts of each day in Finland."""
    found: dict[date, int] = {}
    for hour in hours:
        day = local_date(hour.at)
        found[day] = found.get(day, 0) + hour.contacts
    return dict(sorted(found.items()))


def by_week(hours: Iterable[HourCount]) -> dict[tuple[int, int], int]:
    """Contacts by weekday (Monday is 0) and hour of the wall clock."""
    found: dict[tuple[int, int], int] = {}
    for hour in hours:
        key = local_hour(hour.at)
        found[key] = found.get(key, 0) + hour.contacts
    return found


def by_clock(hours: Iterable[HourCount]) -> Mapping[tuple[date, int], int]:
    """Contacts by day and hour of the wall clock, for the forecast."""
    found: dict[tuple[date, int], int] = {}
    for hour in hours:
        key = (local_date(hour.at), local_hour(hour.at)[1])
        found[key] = found.get(key, 0) + hour.contacts
    return found


def share_by_week(hours: Iterable[HourCount], part: Callable[[HourCount], int]) -> dict[tuple[int, int], tuple[int, int]]:
    """By weekday and hour of the wall clock: that part of the contacts (answered within the target, M08; left, M04), of so many."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for hour in hours:
        key = local_hour(hour.at)
        some, contacts = found.get(key, (0, 0))
        found[key] = (some + part(hour), contacts + hour.contacts)
    return {key: pair for key, pair in found.items() if pair[1]}
