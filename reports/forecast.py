"""Growth, what is to be expected of an hour of the week, when more comes than was expected, and topics that grow (M28, M34).

Reads nothing. Months are compared by their working days, so that 19 and 23 of them compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeVar

from services.holidays_fi import is_working_day

WEEKS, ALERT_DAYS = 8, 5
ALERT = Fraction(125, 100)
GROWING, LEAST_OF_TOPIC = 50, 10
K = TypeVar("K")


def per_working_day(contacts: int, days: int) -> Fraction | None:
    """Contacts on a working day; a period without one has none."""
    return Fraction(contacts, days) if days else None


def growth(now: Fraction | None, before: Fraction | None) -> Fraction | None:
    """By how many percent it has grown; from nothing there is no growth."""
    return None if now is None or not before else (now - before) * 100 / before


def expected(counts: Sequence[int]) -> Fraction | None:
    """What the same hour of the week brought in the last eight weeks, without the largest and the smallest: their mean."""
    last = sorted(counts[-WEEKS:])
    kept = last[1:-1] if len(last) > 2 else last
    return Fraction(sum(kept), len(kept)) if kept else None


def of_hours(counts: Mapping[tuple[date, int], int], *, day: date, hours: Sequence[int]) -> dict[int, Fraction | None]:
    """What is expected of each hour of the day, by the eight same weekdays before it; an hour without rows brought none."""
    days = [day - timedelta(weeks=n) for n in range(WEEKS, 0, -1)]
    known = min((seen for seen, _hour in counts), default=day)
    return {hour: expected([counts.get((each, hour), 0) for each in days if each >= known]) for hour in hours}


def last_working_days(today: date) -> list[date]:
    """The last five working days before today, the latest first."""
    days: list[date] = []
    day = today
    while len(days) < ALERT_DAYS:
        day -= timedelta(days=1)
        if is_working_day(day):
            days.append(day)
    return days


@dataclass(frozen=True, slots=True)
class Growing:
    """A topic that grows: contacts in the month before and now; without growth it is a new one."""

    topic: object
    before: int
    now: int
    growth: Fraction | None


def growing(before: Mapping[K, int], now: Mapping[K, int]) -> list[Growing]:
    """Topics that grew by more than half and had at least ten contacts, the greatest rise first; exactly half is not listed."""
    found = []
    for topic, n in now.items():
        earlier = before.get(topic, 0)
        rise = Fraction(100 * (n - earlier), earlier) if earlier else None
        if n >= LEAST_OF_TOPIC and (rise is None or rise > GROWING):
            found.append(Growing(topic, earlier, n, rise))
    return sorted(found, key=lambda each: (each.before - each.now, str(each.topic)))
