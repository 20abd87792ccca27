"""When a text is looked through again."""

from __future__ import annotations

from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(day)
