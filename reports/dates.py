"""Days and clock times as the reader of the page writes them. Reads nothing.

28.11.2026 and 20.30 in Finnish and Swedish; 28 Nov 2026 and 20:30 in English, so that nobody takes the day for the month.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import formats, timezone
from django.utils.translation import get_language


def day_words(on: date) -> str:
    """28.11.2026, 28 Nov 2026; of a moment, its day in Finland."""
    return _as(on, "j.n.Y", "SHORT_DATE_FORMAT")


def day_month_words(on: date) -> str:
    """28.11., 28 Nov."""
    return _as(on, "j.n.", "j M")


def clock_words(at: datetime, hour: str = "H") -> str:
    """08.05, 08:05; 8.05 with the `hour` “G”, where nothing stands above or below it."""
    return _as(at, f"{hour}.i", "TIME_FORMAT")


def moment_words(at: datetime, hour: str = "H") -> str:
    """28.11.2026 08.05, 28 Nov 2026 08:05."""
    return f"{day_words(at)} {clock_words(at, hour)}"


def second_words(at: datetime) -> str:
    """28.11.2026 08.05.09, 28 Nov 2026 08:05:09."""
    return f"{day_words(at)} {_as(at, 'H.i.s', 'H:i:s')}"


def hour_words(hour: int) -> str:
    """8.00, 08:00; the end of the day is 24."""
    return f"{hour:02d}:00" if _is_english() else f"{hour}.00"


def span_words(first: date, last: date) -> str:
    """30.11.–6.12.2026, 30 Nov–6 Dec 2026."""
    return f"{day_month_words(first)}–{day_words(last)}"


def _as(on: date, own: str, english: str) -> str:
    local = timezone.localtime(on) if isinstance(on, datetime) and timezone.is_aware(on) else on
    return str(formats.date_format(local, english if _is_english() else own))


def _is_english() -> bool:
    return (get_language() or "fi")[:2] == "en"
