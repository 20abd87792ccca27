"""Months and quarters of items that come back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoption.choices import Recurrence
from adoption.periods import due_of, next_period, nth_working_day, present_period, starts_on
from services.holidays_fi import is_working_day

DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
KINDS = st.sampled_from([Recurrence.MONTH, Recurrence.QUARTER])


@pytest.mark.parametrize(
    ("month", "number", "day"),
    [
        (date(2026, 11, 1), 3, date(2026, 11, 4)),
        (date(2026, 11, 1), 10, date(2026, 11, 13)),
        (date(2026, 12, 1), 3, date(2026, 12, 3)),
        (date(2026, 12, 1), 10, date(2026, 12, 14)),
        (date(2027, 1, 15), 1, date(2027, 1, 4)),  # New Year's Day, a weekend
        (date(2027, 1, 1), 3, date(2027, 1, 7)),  # and Epiphany on a Wednesday
    ],
)
def test_working_days_are_counted_without_weekends_and_holidays(month: date, number: int, day: date) -> None:
    assert nth_working_day(month, number) == day


def test_a_month_is_present_from_the_freezing_of_its_report() -> None:
    assert present_period(Recurrence.MONTH, date(2026, 11, 3)) == date(2026, 9, 1)
    assert present_period(Recurrence.MONTH, date(2026, 11, 4)) == date(2026, 10, 1)
    assert due_of(Recurrence.MONTH, date(2026, 10, 1)) == date(2026, 11, 13)
    assert present_period(Recurrence.MONTH, date(2026, 12, 2)) == date(2026, 10, 1)
    assert present_period(Recurrence.MONTH, date(2026, 12, 3)) == date(2026, 11, 1)
    assert due_of(Recurrence.MONTH, date(2026, 11, 1)) == date(2026, 12, 14)


@pytest.mark.parametrize(
    ("first", "due"),
    [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2027, 1, 1), date(2027, 3, 31)),
        (date(2028, 10, 1), date(2028, 12, 29)),  # the last days are a weekend
        (date(2024, 1, 1), date(2024, 3, 28)),  # Good Friday to Easter Sunday end the quarter
    ],
)
def test_a_quarter_is_due_on_its_last_working_day(first: date, due: date) -> None:
    assert due_of(Recurrence.QUARTER, first) == due


def test_an_item_that_comes_once_has_no_period() -> None:
    assert present_period(Recurrence.ONCE, date(2026, 11, 5)) is None


@given(kind=KINDS, day=DAYS)
def test_every_day_has_one_period_and_they_follow_each_other(kind: str, day: date) -> None:
    period = present_period(kind, day)
    assert period is not None
    assert period.day == 1
    assert starts_on(kind, period) <= day < starts_on(kind, next_period(kind, period))
    tomorrow = present_period(kind, day + timedelta(days=1))
    assert tomorrow in (period, next_period(kind, period))


@given(kind=KINDS, day=DAYS)
def test_it_is_due_on_a_working_day_before_the_next_one_begins(kind: str, day: date) -> None:
    period = present_period(kind, day)
    assert period is not None
    due = due_of(kind, period)
    assert is_working_day(due)
    assert starts_on(kind, period) <= due < starts_on(kind, next_period(kind, period))
