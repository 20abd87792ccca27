"""When people contact: the shape of a year, a week and a day (assumed figures that agree with what counties have published).

Pure: given a calendar and a seeded source of chance, it says when contacts came.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from services.calendars import HELSINKI, Calendar

DAY = timedelta(days=1)
MONDAY = 0
MONTHS = (1.15, 1.10, 1.10, 1.05, 0.98, 0.85, 0.72, 0.95, 1.05, 1.08, 1.07, 0.90)
WEEKDAYS = (1.40, 1.02, 0.94, 0.86, 0.78, 0.40, 0.35)
HOURS_MONDAY: Mapping[int, float] = {8: 24, 9: 19, 10: 15, 11: 12, 12: 10, 13: 11, 14: 9}
HOURS_OTHER: Mapping[int, float] = {8: 20, 9: 17, 10: 15, 11: 12, 12: 12, 13: 13, 14: 11}
# Outside the office hours, in the same unit.
HOURS_EARLY_LATE: Mapping[int, float] = {
    0: 0.7, 1: 0.5, 2: 0.4, 3: 0.3, 4: 0.3, 5: 0.5, 6: 1.2, 7: 3.5,
    15: 8, 16: 7, 17: 6.5, 18: 6, 19: 5.5, 20: 4.5, 21: 3.5, 22: 2.2, 23: 1.3,
}  # fmt: skip
GROWTH = 0.25
"""How much busier the last day is than the first, all else equal."""

Minutes = tuple[int, int]


def days_between(first: date, last: date) -> list[date]:
    """Every date from the first to the last, both counted."""
    return [first + DAY * n for n in range((last - first).days + 1)]


def open_minutes(calendar: Calendar, day: date, *, stop: int = 0) -> list[Minutes]:
    """When new contacts are taken on the date, in minutes from midnight; `stop` minutes before each closing they end."""
    found = []
    for opens, closes in calendar.day(day).hours:
        start = opens.hour * 60 + opens.minute
        end = closes.hour * 60 + closes.minute or 24 * 60
        if end - stop > start:
            found.append((start, end - (stop if end < 24 * 60 else 0)))
    return found


def day_weight(day: date, first: date, last: date) -> float:
    """How busy the date is beside others on which the service is open."""
    grown = 1 + GROWTH * ((day - first).days / max(1, (last - first).days))
    return MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * grown


def hour_weight(day: date, hour: int) -> float:
    """The hour's share of the date's contacts, in the unit of the tables."""
    table = HOURS_MONDAY if day.weekday() == MONDAY else HOURS_OTHER
    return table.get(hour) or HOURS_EARLY_LATE.get(hour, 0.5)


def pieces_of(day: date, spans: Sequence[Minutes]) -> list[tuple[Minutes, float]]:
    """The open minutes cut at the full hours, each with its weight."""
    pieces = []
    for start, end in spans:
        at = start
        while at < end:
            until = min(end, at - at % 60 + 60)
            pieces.append(((at, until), hour_weight(day, at // 60) * (until - at) / 60))
            at = until
    return pieces


def local_instant(day: date, minute: float) -> datetime:
    """The instant at which the clock in Finland shows the minute of the date, in UTC."""
    wall = datetime.combine(day, time(), tzinfo=HELSINKI)
    hours, rest = divmod(minute * 60, 3600)
    return wall.replace(hour=int(hours), minute=int(rest // 60), second=int(rest % 60)).astimezone(UTC)


def arrivals(calendar: Calendar, *, first: date, last: date, count: int, stop: int, chance: Random) -> Iterator[datetime]:
    """Exactly `count` instants at which people contacted while new contacts were taken, in no order."""
    days = [(day, pieces_of(day, open_minutes(calendar, day, stop=stop))) for day in days_between(first, last)]
    days = [(day, pieces) for day, pieces in days if pieces]
    sums = list(accumulate(day_weight(day, first, last) for day, _ in days))
    for _ in range(count if days else 0):
        day, pieces = days[min(len(days) - 1, bisect(sums, chance.random() * sums[-1]))]
        ((start, end),) = chance.choices([piece for piece, _ in pieces], [weight for _, weight in pieces])
        yield local_instant(day, chance.uniform(start, end - 0.02))


def tries_outside(calendar: Calendar, *, first: date, last: date, count: int, chance: Random) -> Iterator[datetime]:
    """`count` instants at which people came when it was closed, in no order; fewer when it hardly ever is."""
    days = days_between(first, last)
    misses = 0
    while count > 0 and misses < 20_000:
        day = chance.choice(days)
        minute = chance.triangular(6 * 60, 23 * 60 + 59, 16 * 60)
        if any(start <= minute < end for start, end in open_minutes(calendar, day)):
            misses += 1
            continue
        count -= 1
        yield local_instant(day, minute)
