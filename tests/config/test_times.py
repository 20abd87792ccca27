"""Times and dates as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from config import times

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # Saturday 11.00 in Finland


@pytest.mark.parametrize(
    ("language", "on_the_hour", "past"), [("fi", "klo 8", "klo 8.05"), ("sv", "kl. 8", "kl. 8.05"), ("en", "at 8:00", "at 8:05")]
)
def test_clock(language: str, on_the_hour: str, past: str) -> None:
    assert times.clock(time(8), language) == on_the_hour
    assert times.clock(time(8, 5), language) == past


@pytest.mark.parametrize(("language", "expected"), [("fi", "23.11."), ("sv", "23.11"), ("en", "23 Nov")])
def test_day(language: str, expected: str) -> None:
    assert times.day(date(2026, 11, 23), language, today=date(2026, 11, 21)) == expected


@pytest.mark.parametrize(("language", "expected"), [("fi", "4.1.2027"), ("sv", "4.1.2027"), ("en", "4 Jan 2027")])
def test_day_of_another_year_has_its_year(language: str, expected: str) -> None:
    assert times.day(date(2027, 1, 4), language, today=date(2026, 12, 30)) == expected


@pytest.mark.parametrize(
    ("at", "fi", "sv", "en"),
    [
        (datetime(2026, 11, 21, 13, 0, tzinfo=UTC), "klo 15", "kl. 15", "at 15:00"),
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), "huomenna klo 8", "i morgon kl. 8", "tomorrow at 8:00"),
        (datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "ma 23.11. klo 8", "mån. 23.11 kl. 8", "Mon 23 Nov at 8:00"),
        (datetime(2026, 11, 21, 22, 30, tzinfo=UTC), "huomenna klo 0.30", "i morgon kl. 0.30", "tomorrow at 0:30"),
    ],
)
def test_moment_is_seen_from_now_in_finnish_time(at: datetime, fi: str, sv: str, en: str) -> None:
    assert times.moment(at, "fi", now=NOW) == fi
    assert times.moment(at, "sv", now=NOW) == sv
    assert times.moment(at, "en", now=NOW) == en


def test_span_and_midnight() -> None:
    assert times.span(time(8), time(15), "fi") == "8–15"
    assert times.span(time(8, 30), time(14, 45), "sv") == "8.30–14.45"
    assert times.span(time(18), time(0), "fi") == "18–24"
    assert times.span(time(8), time(15), "en") == "8:00–15:00"


def test_languages_as_words() -> None:
    assert times.listed(["sv", "fi"], "fi") == "suomi ja ruotsi"
    assert times.listed(["en", "fi", "sv"], "sv") == "finska, svenska och engelska"
    assert times.listed(["en"], "en") == "English"
    assert times.listed([], "fi") == ""
