"""The plan of a week: what each of its hours is expected to bring, and the responders needed (metrics 6, M27, M28). Reads nothing.

An hour in which the service was open is expected to bring what the same hour of the week brought in the last eight weeks. Of one
in which it was closed only those are known who came to a closed door (M05); a plan that opens it says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from reports.forecast import WEEKS, expected
from reports.staffing.erlang import SIDE_BY_SIDE, Demand, Need, needed

LEAST_WEEKS = 4
"""An hour seen in fewer weeks is not forecast: no data."""
LEAST_LENGTHS = 10
"""With fewer answered conversations, how long one takes is not known."""
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
Counts = Mapping[tuple[date, int], int]
Hours = Mapping[date, frozenset[int]]


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a service: contacts and tries at a closed door by day and hour of the wall, and its hours then."""

    first: date
    today: date
    contacts: Counts
    attempts: Counts
    opened: Hours
    lengths: int
    mean_length: Fraction | None

    @property
    def days(self) -> list[date]:
        """The days that are over, the oldest first."""
        return [self.first + DAY * n for n in range((self.today - self.first).days)]

    @property
    def length(self) -> Fraction | None:
        """How many seconds a conversation takes; None: so few were answered that it is not known."""
        return self.mean_length if self.lengths >= LEAST_LENGTHS else None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: how the line is to be answered, and what if the hours or the demand were others."""

    at_once: int = 1
    target_seconds: int = 300
    target_percent: Fraction = Fraction(80)
    away_percent: int = 30
    """The part of paid time that goes to breaks, meetings and recording."""
    least: int = 1
    """Responders at the desk, by the settings of the service."""
    table: Mapping[int, float] = field(default_factory=lambda: SIDE_BY_SIDE)
    """What so many conversations at once come to."""
    more_percent: int = 0
    opens: int | None = None
    closes: int | None = None

    @property
    def capacity(self) -> float:
        """What the conversations at once come to; beyond the table its last row counts."""
        return self.table[min(self.at_once, max(self.table))]

    def demand(self, per_hour: Fraction, length: Fraction) -> Demand:
        """The same for one hour."""
        return Demand(
            per_hour=float(per_hour),
            handling_seconds=float(length),
            target_seconds=float(self.target_seconds),
            target_share=float(self.target_percent / 100),
            at_once=self.at_once,
            shrinkage=self.away_percent / 100,
            least=self.least,
        )


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the week: on how many weeks and contacts its forecast rests, and who is needed."""

    day: date
    hour: int
    is_new: bool
    """Closed by the hours of the service: a plan opens it, and its forecast rests on tries at the closed door."""
    weeks: int
    seen: int
    expected: Fraction | None
    need: Need | None

    @property
    def is_known(self) -> bool:
        """There was enough history."""
        return self.need is not None


@dataclass(frozen=True, slots=True)
class Plan:
    """The hours of a week in which the service is open, in order."""

    days: Sequence[date]
    hours: Sequence[Hour]

    def of_day(self, day: date) -> list[Hour]:
        """The open hours of the day."""
        return [each for each in self.hours if each.day == day]

    def at(self, day: date, hour: int) -> Hour | None:
        """The hour, unless the service is closed then."""
        return next((each for each in self.hours if each.day == day and each.hour == hour), None)

    @property
    def clock(self) -> list[int]:
        """From the first hour of the day in which the service is open to the last one."""
        seen = [each.hour for each in self.hours]
        return list(range(min(seen), max(seen) + 1)) if seen else []

    @property
    def unknown(self) -> int:
        """Hours of which nothing can be told."""
        return sum(not each.is_known for each in self.hours)

    @property
    def contacts(self) -> Fraction | None:
        """What the whole week is expected to bring; None when any hour is not known."""
        if self.unknown or not self.hours:
            return None
        return sum((each.expected or Fraction() for each in self.hours), Fraction())

    @property
    def person_hours(self) -> int | None:
        """Hours of work in the shift lists, breaks and meetings in them; None when any hour is not known."""
        if self.unknown or not self.hours:
            return None
        return sum(each.need.scheduled for each in self.hours if each.need)

    @property
    def most(self) -> int:
        """Most responders at once in the shift lists."""
        return max((each.need.scheduled for each in self.hours if each.need), default=0)


def plan_of(history: History, week: Hours, question: Question) -> Plan:
    """The plan of the week: `week` has the open hours of its days. Asked of other hours, each open day has those instead."""
    found = []
    known: dict[tuple[int, int, bool], tuple[int, int, Fraction | None]] = {}
    for day, opened in sorted(week.items()):
        for hour in _asked(opened, question):
            key = (day.weekday(), hour, hour not in opened)
            if key not in known:
                known[key] = _seen(history, *key)
            weeks, seen, mean = known[key]
            per_hour = None if mean is None else mean * (100 + question.more_percent) / 100
            need = None
            if per_hour is not None and history.length is not None:
                need = needed(question.demand(per_hour, history.length), question.table)
            found.append(Hour(day, hour, key[2], weeks, seen, per_hour, need))
    return Plan(sorted(week), found)


def _asked(opened: Collection[int], question: Question) -> list[int]:
    """The hours of a day; one that is closed the whole day stays so."""
    if not opened or (question.opens is None and question.closes is None):
        return sorted(opened)
    first = min(opened) if question.opens is None else question.opens
    last = max(opened) + 1 if question.closes is None else question.closes
    return list(range(first, last))


def _seen(history: History, weekday: int, hour: int, is_new: bool) -> tuple[int, int, Fraction | None]:
    """On how many weeks and contacts the forecast rests, and the forecast: without enough weeks none.

    Weeks in which the hour was closed, a holiday for one, are left out, so that they do not pull it down (metrics 1.2).
    """
    counts = history.attempts if is_new else history.contacts
    days = [day for day in history.days if day.weekday() == weekday]
    if is_new:
        days = [day for day in days if hour not in history.opened.get(day, ())]
    else:
        days = [day for day in days if hour in history.opened.get(day, ()) or counts.get((day, hour))]
    numbers = [counts.get((day, hour), 0) for day in days[-WEEKS:]]
    return len(numbers), sum(numbers), expected(numbers) if len(numbers) >= LEAST_WEEKS else None
