"""The days of a series of meetings: the same weekday of the same week in each month (S001-38)."""

from __future__ import annotations

from datetime import date, timedelta

from services.reviews import months_later

MOST = 12
"""How many meetings are called at once, the first among them."""


def days_of_series(first: date, times: int) -> list[date]:
    """The first day and those of the months after it, `times` in all: the second Tuesday stays the second Tuesday.

    What a month does not have, a fifth Tuesday, is its last one.
    """
    week = (first.day - 1) // 7
    return [first, *(_weekday_of(months_later(first.replace(day=1), n), first.weekday(), week) for n in range(1, times))]


def _weekday_of(month: date, weekday: int, week: int) -> date:
    day = month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * week)
    return day if day.month == month.month else day - timedelta(days=7)
