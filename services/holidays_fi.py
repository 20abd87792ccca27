"""Finnish holidays and their eves in three languages, and counting in working days (metrics 1.3). Reads nothing.

The dates come from the `holidays` package. Its public days are exactly the fifteen of metrics 1.3, midsummer eve and
Christmas eve among them: both are days off in practice and in statutory time limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone
from holidays import PUBLIC, country_holidays

from services.texts import Texts

_LANGUAGES = {"fi": "fi", "sv": "sv_FI", "en": "en_US"}
_SATURDAY = 5


@lru_cache(maxsize=64)
def finnish_holidays(year: int) -> Mapping[date, Texts]:
    """The year's holidays and eves with their names, in order of date."""
    found: dict[date, dict[str, str]] = {}
    for code, language in _LANGUAGES.items():
        for day, name in sorted(country_holidays("FI", years=year, language=language, categories=PUBLIC).items()):
            found.setdefault(day, {})[code] = name
    return found


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no holiday or eve (arkipäivä, vardag). Saturdays are not counted."""
    return day.weekday() < _SATURDAY and day not in finnish_holidays(day.year)


def working_day_after(day: date, count: int) -> date:
    """The day at whose end a limit of so many working days runs out; the day of arrival is day 0, whatever the hour.

    With 0 the limit is the day itself.
    """
    if count < 0:
        raise ValueError("a limit counts forward")
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days(first: date, last: date) -> int:
    """How many working days there are from the first to the last day, both counted."""
    return sum(is_working_day(first + timedelta(days=n)) for n in range((last - first).days + 1))


def end_of_working_day(now: datetime, days: int) -> datetime:
    """The last instant of the n-th working day after the local day of `now`, which is day 0 (metrics 1.3)."""
    last = working_day_after(timezone.localdate(now), days)
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)) - timedelta(microseconds=1)
