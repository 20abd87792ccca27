"""The months and quarters of items that come back, and when each is due (the data's `recurrence`). Reads nothing.

A month is about the report of that month: it becomes the present one when the report is frozen, on the 3rd working day of the
following month, and is due by the 10th. A quarter is present while it runs, and due on its last working day.
"""

from __future__ import annotations

from datetime import date, timedelta

from adoption.choices import Recurrence
from services.holidays_fi import is_working_day, working_day_after

FREEZING_DAY = 3
REVIEW_DAY = 10
_DAY = timedelta(days=1)


def first_of_month(day: date, months: int = 0) -> date:
    """The first day of the date's month, or of one so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def nth_working_day(month: date, number: int) -> date:
    """The first, second … working day of the month."""
    return working_day_after(first_of_month(month) - _DAY, number)


def last_working_day(day: date) -> date:
    """The day itself, or the working day before it."""
    while not is_working_day(day):
        day -= _DAY
    return day


def present_period(recurrence: str, day: date) -> date | None:
    """The first day of the month or quarter that a recurring item is about on the date; None: the item comes once."""
    match recurrence:
        case Recurrence.MONTH:
            frozen = day >= nth_working_day(day, FREEZING_DAY)
            return first_of_month(day, -1 if frozen else -2)
        case Recurrence.QUARTER:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return None


def next_period(recurrence: str, period: date) -> date:
    """The month or quarter after this one."""
    return first_of_month(period, 3 if recurrence == Recurrence.QUARTER else 1)


def due_of(recurrence: str, period: date) -> date:
    """By when the item of the period is to be done."""
    following = next_period(recurrence, period)
    if recurrence == Recurrence.QUARTER:
        return last_working_day(following - _DAY)
    return nth_working_day(following, REVIEW_DAY)


def starts_on(recurrence: str, period: date) -> date:
    """The day on which the period becomes the present one."""
    return period if recurrence == Recurrence.QUARTER else nth_working_day(next_period(recurrence, period), FREEZING_DAY)
