"""Times and dates as people in Finland write and say them, in each language of the portal.

Finnish: klo 8, klo 8.05, ma 23.11. Swedish: kl. 8, kl. 8.05, mån. 23.11. English: 8:00, Mon 23 Nov. All are local time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

SHORT_DAYS = {
    "fi": ("ma", "ti", "ke", "to", "pe", "la", "su"),
    "sv": ("mån.", "tis.", "ons.", "tors.", "fre.", "lör.", "sön."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
DAYS = {
    "fi": ("maanantai", "tiistai", "keskiviikko", "torstai", "perjantai", "lauantai", "sunnuntai"),
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TOMORROW = {"fi": "huomenna", "sv": "i morgon", "en": "tomorrow"}
LANGUAGE_WORDS = {
    "fi": {"fi": "suomi", "sv": "ruotsi", "en": "englanti"},
    "sv": {"fi": "finska", "sv": "svenska", "en": "engelska"},
    "en": {"fi": "Finnish", "sv": "Swedish", "en": "English"},
}


def hour(at: time, language: str) -> str:
    """8, 8.05 or 8:05: a clock time without the word before it."""
    if language == "en":
        return f"{at.hour}:{at.minute:02d}"
    return f"{at.hour}.{at.minute:02d}" if at.minute else str(at.hour)


def clock(at: time, language: str) -> str:
    """Klo 8, kl. 8, at 8:00: a clock time as it stands in a sentence."""
    word = {"fi": "klo", "sv": "kl."}.get(language, "at")
    return f"{word} {hour(at, language)}"


def span(opens: time, closes: time, language: str) -> str:
    """8–15, 8.30–15, 8:00–15:00; midnight at the end is 24, and a whole day 0–24."""
    end = "24" if closes == time.min and language != "en" else "24:00" if closes == time.min else hour(closes, language)
    return f"{hour(opens, language)}–{end}"


def day(on: date, language: str, *, today: date | None = None) -> str:
    """23.11., 23.11 or 23 Nov; the year is there only when it is another one than today's."""
    year = on.year if today is not None and on.year != today.year else None
    if language == "en":
        return f"{on.day} {MONTHS[on.month - 1]}" + (f" {year}" if year else "")
    short = f"{on.day}.{on.month}"
    if year:
        return f"{short}.{year}"
    return f"{short}." if language == "fi" else short


def weekday_and_day(on: date, language: str, *, today: date | None = None) -> str:
    """Ma 23.11., mån. 23.11, Mon 23 Nov."""
    return f"{SHORT_DAYS[language][on.weekday()]} {day(on, language, today=today)}"


def moment(at: datetime, language: str, *, now: datetime) -> str:
    """When something happens, seen from now: klo 15, huomenna klo 8, ma 23.11. klo 8."""
    local, here = timezone.localtime(at), timezone.localtime(now)
    words = clock(local.time(), language)
    if local.date() == here.date():
        return words
    if local.date() == here.date() + timedelta(days=1):
        return f"{TOMORROW[language]} {words}"
    return f"{weekday_and_day(local.date(), language, today=here.date())} {words}"


def listed(codes: Sequence[str], language: str) -> str:
    """Languages as words, in the portal's order: suomi ja ruotsi, finska och svenska."""
    words = [LANGUAGE_WORDS[language][code] for code in ("fi", "sv", "en") if code in codes]
    last = {"fi": " ja ", "sv": " och "}.get(language, " and ")
    return last.join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
