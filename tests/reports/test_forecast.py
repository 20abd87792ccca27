"""Growth on a working day, what is expected of an hour, growing topics, gaps and changed areas (metrics 1.9, M28, M34)."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from reports.forecast import expected, growing, growth, of_hours, per_working_day
from reports.gaps import Area, Fullness, are_comparable, extent_of
from reports.months import Month, Period


def test_months_of_20_and_21_working_days_compare() -> None:
    before, now = per_working_day(4200, 20), per_working_day(4851, 21)
    assert [before, now, growth(now, before)] == [210, 231, 10]
    assert growth(now, Fraction(0)) is None and per_working_day(3, 0) is None


def test_an_hour_is_expected_to_bring_the_trimmed_mean_of_eight_weeks() -> None:
    assert expected([100, 4, 6, 4, 6, 4, 6, 5, 0]) == Fraction(29, 6)
    assert expected([]) is None and expected([3]) == 3
    monday = date(2026, 11, 30)
    counts = {(monday - timedelta(weeks=n), 8): 10 for n in range(1, 9)} | {(monday - timedelta(weeks=1), 8): 90}
    assert of_hours(counts, day=monday, hours=[8, 9]) == {8: 10, 9: 0}


def test_the_table_of_growing_topics() -> None:
    before = {"kotihoito": 10, "muisti": 10, "asuminen": 4, "tukipalvelut": 20}
    now = {"kotihoito": 15, "muisti": 16, "asuminen": 9, "laskut": 12, "tukipalvelut": 31}
    found = growing(before, now)
    assert [(each.topic, each.growth) for each in found] == [("laskut", None), ("tukipalvelut", 55), ("muisti", 60)]


ESSOTE = Area(1, "Essote", date(2020, 1, 1), date(2022, 12, 31))
COUNTY = Area(1, "Koko alue", date(2023, 1, 1))


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number, 12, 31))


@pytest.mark.parametrize(
    ("one", "other", "compares"),
    [
        (Month(2023, 1).period, Month(2022, 12).period, False),
        (year(2023), year(2022), False),
        (Month(2023, 2).period, Month(2023, 1).period, True),
        (Month(2024, 1).period, Month(2023, 1).period, True),
        (Period(date(2022, 7, 1), date(2023, 6, 30)), Period(date(2022, 7, 1), date(2023, 6, 30)), False),
    ],
)
def test_periods_across_a_change_of_area_are_not_comparable(one: Period, other: Period, compares: bool) -> None:
    assert are_comparable([ESSOTE, COUNTY], one, other) is compares


def test_a_service_that_begins_has_not_changed_its_area() -> None:
    digital = Area(2, "Koko alue", date(2022, 8, 20))
    assert are_comparable([digital], Month(2022, 9).period, Month(2022, 8).period)
    assert are_comparable([], year(2023), year(2022))


@pytest.mark.parametrize(
    ("month", "contacts", "full"),
    [
        (Month(2022, 7), 0, Fullness.GAP),
        (Month(2022, 8), 0, Fullness.PART),
        (Month(2022, 9), 0, Fullness.WHOLE),
        (Month(2022, 6), 3, Fullness.WHOLE),
        (Month(2026, 11), 5, Fullness.PART),
        (Month(2026, 12), 0, Fullness.GAP),
    ],
)
def test_what_a_month_has(month: Month, contacts: int, full: Fullness) -> None:
    opened = [Period(date(2022, 8, 20), date.max)]
    assert extent_of(month, opened=opened, contacts=contacts, today=date(2026, 11, 26)).fullness == full
