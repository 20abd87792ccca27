"""Reporting months and free periods: whole days in Finland, as half-open intervals of UTC (metrics 1.2). Reads nothing.

March 2026 has 743 hours and October 745, because the clock is moved. A contact belongs to the instant at which it was queued,
with everything that happens to it later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from services.calendars import HELSINKI, first_instant, midnights
from services.holidays_fi import working_day_after, working_days

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REPORT_DAY, REPORT_TIME = 3, time(6)
"""The report of a month is made on the third working day of the next one at six (metrics 1.5)."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole days in Finland, from the first to the last."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends on or after its first day")

    @property
    def interval(self) -> tuple[datetime, datetime]:
        """The same as instants of UTC: from the first, to before the second."""
        return midnights(self.first)[0], midnights(self.last)[1]

    @property
    def hours(self) -> int:
        """How many hours it really has."""
        starts, ends = self.interval
        return (ends - starts) // HOUR

    @property
    def days(self) -> int:
        """How many calendar days."""
        return (self.last - self.first).days + 1

    @property
    def working_days(self) -> int:
        """How many working days (metrics 1.3)."""
        return working_days(self.first, self.last)

    @property
    def months(self) -> list[Month]:
        """Every month of which it has a day."""
        found = [Month.of(self.first)]
        while found[-1] < Month.of(self.last):
            found.append(found[-1].shifted(1))
        return found

    @property
    def is_of_months(self) -> bool:
        """From the first day of a month to the last day of one."""
        return self.first == self.months[0].first and self.last == self.months[-1].last

    @property
    def month(self) -> Month | None:
        """The month that it is, if it is a whole one."""
        month = Month.of(self.first)
        return month if month.period == self else None

    @property
    def is_year(self) -> bool:
        """A whole calendar year."""
        return self == Period(date(self.first.year, 1, 1), date(self.first.year, 12, 31))

    def __contains__(self, at: datetime) -> bool:
        starts, ends = self.interval
        return starts <= at < ends


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in Finland."""

    year: int
    number: int

    def __post_init__(self) -> None:
        date(self.year, self.number, 1)

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of the day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """“2026-11” as a month; anything else raises ValueError."""
        year, dash, number = text.partition("-")
        if not (dash and len(year) == 4 and len(number) == 2 and year.isdecimal() and number.isdecimal()):
            raise ValueError("a month is written as 2026-11")
        return cls(int(year), int(number))

    def shifted(self, months: int) -> Month:
        """So many months later, or earlier."""
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.shifted(1).first - DAY

    @property
    def period(self) -> Period:
        """The same as days."""
        return Period(self.first, self.last)

    @property
    def report_at(self) -> datetime:
        """When its report is made: at six on the third working day of the next month."""
        return first_instant(working_day_after(self.last, REPORT_DAY), REPORT_TIME)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def local_hour(at: datetime) -> tuple[int, int]:
    """Weekday (Monday is 0) and hour on the wall at the instant; the hour that comes twice is one bucket."""
    local = at.astimezone(HELSINKI)
    return local.weekday(), local.hour


def hours_of(period: Period) -> list[datetime]:
    """Every hour of the period as its first instant: 23 or 25 on the days when the clock is moved."""
    starts, ends = period.interval
    return [starts.astimezone(UTC) + HOUR * n for n in range((ends - starts) // HOUR)]
