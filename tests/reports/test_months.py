"""Months of Finland as instants, the nights when the clock is moved, and their working days (metrics 1.2, 1.3, 1.5)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.months import Month, Period, hours_of, local_hour
from services.calendars import HELSINKI
from services.holidays_fi import is_working_day, working_days

months = st.builds(Month, st.integers(2000, 2099), st.integers(1, 12))


@pytest.mark.parametrize(
    ("month", "starts", "ends", "hours"),
    [
        ("2026-03", "2026-02-28T22:00Z", "2026-03-31T21:00Z", 743),
        ("2026-10", "2026-09-30T21:00Z", "2026-10-31T22:00Z", 745),
        ("2026-11", "2026-10-31T22:00Z", "2026-11-30T22:00Z", 720),
    ],
)
def test_a_month_is_finlands(month: str, starts: str, ends: str, hours: int) -> None:
    period = Month.parse(month).period
    assert [each.isoformat() for each in period.interval] == [
        datetime.fromisoformat(each).astimezone(UTC).isoformat() for each in (starts, ends)
    ]
    assert period.hours == len(hours_of(period)) == hours


def test_the_last_minute_of_a_month_belongs_to_it() -> None:
    november = Month(2026, 11).period
    assert datetime(2026, 11, 30, 23, 58, tzinfo=HELSINKI) in november
    assert datetime(2026, 12, 1, tzinfo=HELSINKI) not in november


def test_durations_over_the_nights_when_the_clock_is_moved() -> None:
    spring = datetime(2026, 3, 29, 4, 5, tzinfo=HELSINKI), datetime(2026, 3, 29, 2, 50, tzinfo=HELSINKI)
    autumn = datetime(2026, 10, 25, 3, 5, fold=1, tzinfo=HELSINKI), datetime(2026, 10, 25, 3, 50, tzinfo=HELSINKI)
    assert [later.astimezone(UTC) - earlier.astimezone(UTC) for later, earlier in (spring, autumn)] == [timedelta(minutes=15)] * 2


def test_the_hour_that_comes_twice_is_one_bucket_and_the_missing_one_is_none() -> None:
    of_night = [local_hour(at)[1] for at in hours_of(Period(date(2026, 10, 25), date(2026, 10, 25)))]
    assert of_night.count(3) == 2 and len(of_night) == 25
    of_spring = [local_hour(at)[1] for at in hours_of(Period(date(2026, 3, 29), date(2026, 3, 29)))]
    assert 3 not in of_spring and len(of_spring) == 23


def test_working_days_of_2026_and_of_ten_months_of_2023() -> None:
    of_months = [Month(2026, number).period.working_days for number in range(1, 13)]
    assert of_months == [20, 20, 22, 20, 19, 21, 23, 21, 22, 22, 21, 21]
    free = Period(date(2023, 1, 1), date(2023, 10, 31))
    assert (free.working_days, free.days, len(free.months), free.month) == (211, 304, 10, None)
    assert working_days(date(2026, 1, 1), date(2026, 1, 1)) == 0 and is_working_day(date(2026, 1, 2))


@pytest.mark.parametrize(
    ("month", "at"),
    [
        ("2026-11", "2026-12-03T06:00+02:00"),
        ("2026-12", "2027-01-07T06:00+02:00"),
        ("2026-09", "2026-10-05T06:00+03:00"),
    ],
)
def test_the_report_is_made_on_the_third_working_day_at_six(month: str, at: str) -> None:
    assert Month.parse(month).report_at == datetime.fromisoformat(at)


def test_a_whole_year_is_one() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert year.is_year and year.month is None
    others = (Period(date(2026, 1, 1), date(2026, 12, 30)), Period(date(2025, 1, 1), date(2026, 12, 31)), Month(2026, 12).period)
    for other in others:
        assert not other.is_year


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "26-01", "2026-1", "2026-11-01", "x-y", "²026-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Month.parse(text)


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError):
        Period(date(2026, 2, 1), date(2026, 1, 31))


@given(months, st.integers(-40, 40))
def test_months_follow_each_other_without_a_gap(month: Month, step: int) -> None:
    assert month.shifted(step).shifted(-step) == month
    assert month.period.interval[1] == month.shifted(1).period.interval[0]
    assert Month.parse(str(month)) == month == month.period.month
    assert month.period.months == [month]
