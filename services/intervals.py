"""Weekly intervals as minutes of a week: which of them overlap, and how they are written in one cell of a table.

`mon 08:00-12:00; mon 13:00-16:00; sat 22:00-06:00 [2026-06-01..2026-08-31]`: the same in every language, so that a file
exported by one person can be imported by another. An end at or before the start means the next day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import combinations

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
_PART = re.compile(
    r"(?P<day>[a-z]{3})\s+(?P<opens>\d{2}:\d{2})-(?P<closes>\d{2}:\d{2})"
    r"(?:\s*\[(?P<start>\d{4}-\d{2}-\d{2})?\.\.(?P<end>\d{4}-\d{2}-\d{2})?\])?"
)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """One weekly interval in local time, possibly valid between two dates only."""

    weekday: int
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None

    def minutes(self) -> list[tuple[int, int]]:
        """Its pieces of the week in minutes from Monday 0.00; one over the week's end is in two."""
        start = self.weekday * DAY + self.opens.hour * 60 + self.opens.minute
        end = self.weekday * DAY + self.closes.hour * 60 + self.closes.minute
        if end <= start:
            end += DAY
        return [(start, end)] if end <= WEEK else [(start, WEEK), (0, end - WEEK)]

    def overlaps(self, other: Interval) -> bool:
        """Both are valid on some day and share a minute of the week."""
        if not _meet(self, other):
            return False
        return any(a[0] < b[1] and b[0] < a[1] for a in self.minutes() for b in other.minutes())

    def in_words(self) -> str:
        """As a person reads it, in the language of the page."""
        english = get_language() == "en"
        hours = "–".join(f"{at.hour}{':' if english else '.'}{at:%M}" for at in (self.opens, self.closes))
        days = [f"{day:{'%-d %b %Y' if english else '%-d.%-m.%Y'}}" if day else "" for day in (self.valid_from, self.valid_until)]
        return f"{WEEKDAYS_ABBR[self.weekday]} {hours}" + (f" ({'–'.join(days)})" if any(days) else "")

    def __str__(self) -> str:
        text = f"{DAYS[self.weekday]} {self.opens:%H:%M}-{self.closes:%H:%M}"
        if self.valid_from or self.valid_until:
            text += f" [{self.valid_from or ''}..{self.valid_until or ''}]"
        return text


def _meet(one: Interval, other: Interval) -> bool:
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    ends = min(one.valid_until or date.max, other.valid_until or date.max)
    return starts <= ends


def first_overlap(intervals: Iterable[Interval]) -> tuple[Interval, Interval] | None:
    """Two intervals that overlap, if any do."""
    return next((pair for pair in combinations(sorted(intervals, key=str), 2) if pair[0].overlaps(pair[1])), None)


def refuse_overlaps(intervals: Iterable[Interval]) -> None:
    """Hours that overlap are refused: nobody could tell which of them is meant."""
    pair = first_overlap(intervals)
    if pair:
        raise ValidationError(
            _("These hours overlap: %(one)s and %(other)s. Change one of them, or join them into one."),
            code="overlap",
            params={"one": pair[0].in_words(), "other": pair[1].in_words()},
        )


def write(intervals: Iterable[Interval]) -> str:
    """All intervals in one cell, in order."""
    return "; ".join(str(interval) for interval in sorted(intervals, key=lambda i: (i.weekday, i.opens, str(i))))


def parse(text: str) -> Sequence[Interval]:
    """The intervals of a cell; a part that cannot be read is named."""
    return [_parse_part(part.strip()) for part in text.replace("\n", ";").split(";") if part.strip()]


def _parse_part(part: str) -> Interval:
    match = _PART.fullmatch(part.lower())
    try:
        if match is None:
            raise ValueError(part)
        start, end = match["start"], match["end"]
        return Interval(
            DAYS.index(match["day"]),
            time.fromisoformat(match["opens"]),
            time.fromisoformat(match["closes"]),
            date.fromisoformat(start) if start else None,
            date.fromisoformat(end) if end else None,
        )
    except ValueError as error:
        raise ValidationError(
            _("“%(part)s” is not an interval. Write for example “mon 08:00-15:00”."), code="interval", params={"part": part[:60]}
        ) from error
