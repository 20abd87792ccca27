"""Dates as each language writes them: no reader takes the day for the month, in pages, in letters or in the administration."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import formats, translation

WHEN = datetime(2026, 3, 4, 14, 5)


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [("fi", "4.3.2026", "4.3.2026 14.05"), ("sv", "2026-03-04", "2026-03-04 14:05"), ("en", "4 Mar 2026", "4 Mar 2026 14:05")],
)
def test_a_short_date(language: str, day: str, moment: str) -> None:
    with translation.override(language):
        assert formats.date_format(WHEN, "SHORT_DATE_FORMAT") == day
        assert formats.date_format(WHEN, "SHORT_DATETIME_FORMAT") == moment


def test_what_is_typed_in_english_is_never_read_month_first() -> None:
    with translation.override("en"):
        read = [each for each in formats.get_format("DATE_INPUT_FORMATS") if "%m/%d" in each]
        assert not read
        assert formats.date_format(WHEN, "DATE_FORMAT") == "4 March 2026"
