"""Hours as a reader sees them: the week's table, the days that differ, and a line such as "ma–to 8–16, pe 8–15"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from config import times
from config.board import Line
from services.calendars import Calendar, DayHours, DayKind, week_hours
from services.models import Queue
from services.texts import Text, pick

EXCEPTION_DAYS = 60


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the table."""

    date: date
    hours: str
    is_closed: bool
    is_today: bool
    note: Text | None


@dataclass(frozen=True, slots=True)
class WeekTable:
    """The week of one queue, or of several with the same hours."""

    queues: Sequence[Queue]
    languages: Sequence[str]
    days: Sequence[DayRow]
    exceptions: Sequence[DayRow]
    plain: str = ""
    """The week's own hours in one line, for paper: without this week's exceptions."""


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def hours_words(day: DayHours, language: str) -> str:
    """8–15, 8–12 ja 13–15, suljettu, ympäri vuorokauden."""
    if day.is_closed:
        return _("closed")
    if day.is_whole_day:
        return _("around the clock")
    spans = [times.span(opens, closes, language) for opens, closes in day.hours]
    return _(" and ").join([", ".join(spans[:-1]), spans[-1]]) if len(spans) > 1 else spans[0]


def day_row(day: DayHours, language: str, today: date) -> DayRow:
    """A day as it stands in the table."""
    return DayRow(
        day.date, hours_words(day, language), day.is_closed, day.date == today, pick(day.note, language) if day.note else None
    )


def plain_week(calendar: Calendar, today: date) -> tuple[DayHours, ...]:
    """The week's own hours, whatever its exceptions and holidays."""
    return week_hours(Calendar(weekly=calendar.weekly), monday_of(today))


def exceptions(calendar: Calendar, language: str, today: date) -> list[DayRow]:
    """Days ahead on which the hours differ from the week's, this week's included."""
    plain = plain_week(calendar, today)
    ahead = (calendar.day(today + timedelta(days=n)) for n in range(EXCEPTION_DAYS))
    differing = (day for day in ahead if day.kind is not DayKind.WEEKLY and day.hours != plain[day.date.weekday()].hours)
    return [day_row(day, language, today) for day in differing]


def week_tables(lines: Iterable[Line], language: str, today: date) -> list[WeekTable]:
    """One table for each different week among the queues."""
    monday = monday_of(today)
    tables: list[tuple[tuple[DayHours, ...], list[DayRow], Calendar, list[Queue]]] = []
    for line in lines:
        week, differing = week_hours(line.calendar, monday), exceptions(line.calendar, language, today)
        same = next((queues for known, rows, _calendar, queues in tables if (known, rows) == (week, differing)), None)
        if same is None:
            tables.append((week, differing, line.calendar, [line.queue]))
        else:
            same.append(line.queue)
    return [
        WeekTable(
            queues,
            _languages(queues),
            [day_row(day, language, today) for day in week],
            differing,
            summary(plain_week(calendar, today), language),
        )
        for week, differing, calendar, queues in tables
    ]


def _languages(queues: Iterable[Queue]) -> list[str]:
    return sorted({code for queue in queues for code in queue.languages})


def summary(week: Sequence[DayHours], language: str) -> str:
    """Days with the same hours joined: ma–to 8–16, pe 8–15. Closed days are left out."""
    runs: list[tuple[int, int, str]] = []
    for number, day in enumerate(week):
        words = "" if day.is_closed else hours_words(day, language)
        if runs and runs[-1][2] == words and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number, words)
        else:
            runs.append((number, number, words))
    names = times.SHORT_DAYS[language]
    parts = [(names[a] if a == b else f"{names[a]}–{names[b]}", words) for a, b, words in runs if words]
    if len(parts) == 1 and runs[0][:2] == (0, 6):
        return parts[0][1] if week[0].is_whole_day else f"{parts[0][0]} {parts[0][1]}"
    return ", ".join(f"{days} {words}" for days, words in parts)
