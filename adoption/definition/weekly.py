"""Weekly hours as people write them, a day at a time: “8–12, 13–15.30”. Reads nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import time
from itertools import groupby

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from services.intervals import Interval, parse, write

_SPAN = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[.:](\d{2}))?")


def parse_day(text: str, weekday: int) -> list[Interval]:
    """The day's hours; empty when it is closed. Past midnight means the next day, 0–24 the whole day."""
    if not text.strip(" -–—"):
        return []
    return [_span(part.strip(), weekday) for part in re.split(r"[,;\n]", text) if part.strip()]


def _span(text: str, weekday: int) -> Interval:
    match = _SPAN.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        opens, closes = _time(match[1], match[2]), _time(match[3], match[4])
    except ValueError as error:
        raise ValidationError(
            _("“%(text)s” cannot be read. Write for example 8–16, or 8–12, 13–15.30."), code="hours", params={"text": text[:40]}
        ) from error
    return Interval(weekday, opens, closes)


def _time(hours: str, minutes: str | None) -> time:
    hour = int(hours)
    if hour == 24 and int(minutes or 0) == 0:
        hour = 0
    return time(hour, int(minutes or 0))


def join(days: Sequence[Iterable[Interval]], seasons: str = "") -> str:
    """The hours of a week in one text, with those that are valid for a time only."""
    return write([*(each for day in days for each in day), *parse(seasons)])


def split(hours: str) -> tuple[list[str], str]:
    """The hours of each weekday as people write them, and apart those that are valid for a time only."""
    rows = parse(hours)
    always = [row for row in rows if row.valid_from is None and row.valid_until is None]
    days = [", ".join(_written(row) for row in sorted(always) if row.weekday == day) for day in range(7)]
    return days, write(row for row in rows if row not in always)


def in_words(hours: str) -> str:
    """Hours as a page tells them: days that are alike together, in the language in use."""
    days, seasons = split(hours)
    runs = [(list(run), text) for text, run in groupby(range(7), key=lambda day: days[day]) if text]
    told = [f"{_days(run)} {text}" for run, text in runs]
    return "; ".join([*told, *([seasons] if seasons else [])])


def _days(run: Sequence[int]) -> str:
    names = [str(WEEKDAYS_ABBR[day]).lower().rstrip(".") for day in (run[0], run[-1])]
    return names[0] if len(run) == 1 else "–".join(names)


def _written(row: Interval) -> str:
    closes = "24" if row.closes == time() else _clock(row.closes)
    return f"{_clock(row.opens)}–{closes}"


def _clock(at: time) -> str:
    mark = ":" if (get_language() or "fi").startswith("en") else "."
    return f"{at.hour}{mark}{at.minute:02}" if at.minute else str(at.hour)
