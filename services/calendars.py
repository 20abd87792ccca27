"""The hours of one queue as plain values, and what they say of a date. Reads nothing; `services.hours` asks it about instants.

Hours are wall time in Finland. On the two nights of the year when the clock is moved, an interval begins when the clock first
shows its opening time or later, and ends when the clock last shows less than its closing time. So a time in the missing hour
(29.3.2026 3.30) is the moment of the jump, and a time in the doubled hour (25.10.2026 3.30) opens at its first and closes at
its second coming: who reads "open until 3.30" on the wall is never turned away.

A holiday and an exception day are whole dates: their hours are exactly those given. What began the evening before ends at
midnight, unless the exception day's own hours begin at 0.00.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.choices import ServiceStatus
from services.intervals import Interval
from services.texts import Texts

HELSINKI = ZoneInfo("Europe/Helsinki")
DAY = timedelta(days=1)
MIDNIGHT = time(0)

Hours = tuple[time, time]
"""Opens and closes in wall time; a closing at or before the opening is on the next day."""
Span = tuple[datetime, datetime]
"""From and until, in UTC; the end is no longer inside."""


class DayKind(StrEnum):
    """Which rule gives a date its hours."""

    WEEKLY = "weekly"
    HOLIDAY = "holiday"
    EXCEPTION = "exception"


class Scope(IntEnum):
    """What an override concerns; the nearer one goes before the wider."""

    COUNTY = 0
    SERVICE = 1
    QUEUE = 2


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """An exception day: its hours, or none when it is closed, and why."""

    reason: Texts
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person has put in force for a time, or until it is ended; its words for residents."""

    starts_at: datetime
    ends_at: datetime | None
    words: Texts

    def in_force(self, at: datetime) -> bool:
        """From its start up to, not including, its end."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class OverrideNotice(Notice):
    """A manual override: keeps the queue open or closed whatever the calendar says."""

    opens: bool
    scope: Scope


@dataclass(frozen=True, slots=True)
class DayHours:
    """The hours of one date as people read them: what begins on it, merged, in wall time."""

    date: date
    kind: DayKind
    hours: tuple[Hours, ...] = ()
    note: Texts = field(default_factory=dict)

    @property
    def is_closed(self) -> bool:
        """Nothing opens on this date."""
        return not self.hours

    @property
    def is_whole_day(self) -> bool:
        """Open around the clock."""
        return self.hours == ((MIDNIGHT, MIDNIGHT),)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything but the load that decides when one queue takes conversations (house rule: one function tells)."""

    weekly: tuple[Interval, ...] = ()
    closed_on_holidays: bool = True
    holidays: Mapping[date, Texts] = field(default_factory=dict)
    own_exceptions: Mapping[date, SpecialDay] = field(default_factory=dict)
    county_exceptions: Mapping[date, SpecialDay] = field(default_factory=dict)
    overrides: tuple[OverrideNotice, ...] = ()
    disruptions: tuple[Notice, ...] = ()
    service_status: str = ServiceStatus.OPEN
    queue_is_active: bool = True
    intake_stops: timedelta = timedelta(0)
    drain: timedelta = timedelta(0)

    def override_at(self, at: datetime) -> OverrideNotice | None:
        """The queue's override goes before the service's, that before the county's; then the latest; then closing."""
        return max(
            (notice for notice in self.overrides if notice.in_force(at)),
            key=lambda notice: (notice.scope, notice.starts_at, not notice.opens),
            default=None,
        )

    def disruption_at(self, at: datetime) -> Notice | None:
        """The latest disruption that stops intake."""
        return max((notice for notice in self.disruptions if notice.in_force(at)), key=lambda n: n.starts_at, default=None)

    def day(self, day: date) -> DayHours:
        """What holds on the date: the hours' own exception, else the county's, else a holiday, else the week."""
        special = self.own_exceptions.get(day) or self.county_exceptions.get(day)
        if special is not None:
            return DayHours(day, DayKind.EXCEPTION, _joined(special.hours), special.reason)
        if self.closed_on_holidays and day in self.holidays:
            return DayHours(day, DayKind.HOLIDAY, (), self.holidays[day])
        weekday = day.weekday()
        return DayHours(
            day,
            DayKind.WEEKLY,
            _joined(
                (interval.opens, interval.closes)
                for interval in self.weekly
                if interval.weekday == weekday
                and (interval.valid_from is None or interval.valid_from <= day)
                and (interval.valid_until is None or day <= interval.valid_until)
            ),
        )

    def open_spans(self, today: DayHours, yesterday: DayHours) -> list[Span]:
        """When the calendar is open between the date's two midnights, in order; touching spans are one."""
        start, end = midnights(today.date)
        spans = [_span(today.date, hours) for hours in today.hours]
        if today.kind is DayKind.WEEKLY:
            spans += [_span(yesterday.date, hours) for hours in yesterday.hours if hours[1] <= hours[0]]
        return merged((max(a, start), min(b, end)) for a, b in spans)

    def last_irregularity(self) -> date:
        """The last date on which anything but the plain week can begin or end."""
        dates = [interval.valid_from for interval in self.weekly] + [interval.valid_until for interval in self.weekly]
        dates += [*self.own_exceptions, *self.county_exceptions, *(self.holidays if self.closed_on_holidays else ())]
        dates += [local_date(at) for at in self.notice_edges()]
        return max((day for day in dates if day is not None), default=date.min)

    def notice_edges(self) -> Iterator[datetime]:
        """Every instant at which a notice begins or ends."""
        for notice in (*self.overrides, *self.disruptions):
            yield notice.starts_at
            if notice.ends_at is not None:
                yield notice.ends_at


def week_hours(calendar: Calendar, monday: date) -> tuple[DayHours, ...]:
    """The seven days from a Monday on as a table shows them, holidays and exceptions named."""
    return tuple(calendar.day(monday + DAY * n) for n in range(7))


def local_date(at: datetime) -> date:
    """The date in Finland at the instant."""
    return at.astimezone(HELSINKI).date()


def midnights(day: date) -> Span:
    """The date's first instant and the next date's (23, 24 or 25 hours later)."""
    return first_instant(day, MIDNIGHT), first_instant(day + DAY, MIDNIGHT)


@lru_cache(maxsize=8192)
def first_instant(day: date, wall: time) -> datetime:
    """When the clock first shows the time or later."""
    early, late = _both(day, wall)
    return _jump(late, early) if early > late else early


@lru_cache(maxsize=8192)
def last_instant(day: date, wall: time) -> datetime:
    """When the clock has last shown less than the time."""
    early, late = _both(day, wall)
    return _jump(late, early) if early > late else late


def _both(day: date, wall: time) -> Span:
    """The instants by the offset before and after a change of the clock: equal but on two nights of the year."""
    local = datetime.combine(day, wall, tzinfo=HELSINKI)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def _jump(before: datetime, after: datetime) -> datetime:
    """The instant between the two at which the clock jumps forward (it does so at a whole minute)."""
    offset = after.astimezone(HELSINKI).utcoffset()
    at = after.replace(second=0, microsecond=0)
    while at > before and (at - timedelta(minutes=1)).astimezone(HELSINKI).utcoffset() == offset:
        at -= timedelta(minutes=1)
    return at


def _span(day: date, hours: Hours) -> Span:
    opens, closes = hours
    return first_instant(day, opens), last_instant(day if closes > opens else day + DAY, closes)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Overlapping and touching spans as one, empty ones left out."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _joined(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """One date's hours in order, with overlapping and touching ones joined where that is at most a day and a night."""
    hours = tuple(hours)
    if len(hours) < 2:
        return hours
    anchor = datetime(2000, 1, 3)  # noqa: DTZ001 - wall time of no particular date
    given = sorted(
        {(anchor + _since_midnight(a), anchor + _since_midnight(b) + (DAY if b <= a else timedelta(0))) for a, b in hours}
    )
    joined = merged(given)
    spans = joined if all(end - start <= DAY for start, end in joined) else given
    return tuple((start.time(), end.time()) for start, end in spans)


def _since_midnight(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
