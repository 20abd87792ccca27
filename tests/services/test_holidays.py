"""Finnish holidays, working days (the tables of metrics 1.3) and filling in a county's holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actors import Resident, System
from accounts.models import AuditEntry, User
from services.holidays_fi import finnish_holidays, is_working_day, working_day_after, working_days
from services.models import County, Holiday
from services.operations.holidays import fill_holidays
from services.texts import texts_of
from tests.conftest import acting

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_fifteen_days_of_a_year_in_three_languages() -> None:
    names = finnish_holidays(2026)
    assert len(names) == 15
    assert all(set(each) == {"fi", "sv", "en"} and all(each.values()) for each in names.values())
    assert list(names) == sorted(names)
    assert names[date(2026, 6, 19)] == {"fi": "Juhannusaatto", "sv": "Midsommarafton", "en": "Midsummer Eve"}
    assert names[date(2026, 12, 24)]["fi"] == "Jouluaatto"


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2025, "1.1. 6.1. 18.4. 21.4. 1.5. 29.5. 20.6. 24.12. 25.12. 26.12."),
        (2026, "1.1. 6.1. 3.4. 6.4. 1.5. 14.5. 19.6. 24.12. 25.12."),
        (2027, "1.1. 6.1. 26.3. 29.3. 6.5. 25.6. 6.12. 24.12."),
        (2028, "6.1. 14.4. 17.4. 1.5. 25.5. 23.6. 6.12. 25.12. 26.12."),
    ],
)
def test_weekdays_that_are_not_working_days(year: int, days: str) -> None:
    found = [day for day in sorted(finnish_holidays(year)) if day.weekday() < 5]
    assert " ".join(f"{day.day}.{day.month}." for day in found) == days


@pytest.mark.parametrize("year", range(2024, 2046))
def test_the_moving_days_fall_where_the_rules_say(year: int) -> None:
    days = {names["fi"]: day for day, names in finnish_holidays(year).items()}
    eve = days["Juhannusaatto"]
    assert (eve.weekday(), 19 <= eve.day <= 25, eve.month) == (4, True, 6)
    assert (days["Juhannuspäivä"] - eve).days == 1
    saints = days["Pyhäinpäivä"]
    assert saints.weekday() == 5
    assert date(year, 10, 31) <= saints <= date(year, 11, 6)
    easter = days["Pääsiäispäivä"]
    assert ((days["Helatorstai"] - easter).days, (days["Helluntaipäivä"] - easter).days) == (39, 49)


@pytest.mark.parametrize(
    ("arrived", "limit", "due"),
    [
        ("2026-12-18", 3, "2026-12-23"),
        ("2026-12-23", 3, "2026-12-30"),
        ("2026-11-01", 3, "2026-11-04"),
        ("2026-06-18", 3, "2026-06-24"),
        ("2026-04-02", 3, "2026-04-09"),
        ("2026-10-30", 3, "2026-11-04"),
        ("2026-04-30", 2, "2026-05-05"),
        ("2026-12-21", 7, "2027-01-04"),
        ("2026-12-24", 0, "2026-12-24"),
    ],
)
def test_limits_in_working_days(arrived: str, limit: int, due: str) -> None:
    assert working_day_after(date.fromisoformat(arrived), limit) == date.fromisoformat(due)


def test_a_limit_does_not_count_backward() -> None:
    with pytest.raises(ValueError, match="forward"):
        working_day_after(date(2026, 12, 24), -1)


def test_working_days_of_2026_by_month() -> None:
    firsts = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    found = [working_days(first, after - timedelta(days=1)) for first, after in pairwise(firsts)]
    assert found == [20, 20, 22, 20, 19, 21, 23, 21, 22, 22, 21, 21]
    assert working_days(date(2023, 1, 1), date(2023, 10, 31)) == 211
    assert not is_working_day(date(2026, 11, 21))


@pytest.mark.django_db
class TestFilling:
    """The county's own holidays."""

    def test_this_year_and_the_next_two(self, county: County, main_user: User) -> None:
        assert fill_holidays(by=acting(main_user), county=county, now=NOW) == 45
        eve = Holiday.objects.get(county=county, date=date(2028, 12, 24))
        assert texts_of(eve, "name") == {"fi": "Jouluaatto", "sv": "Julafton", "en": "Christmas Eve"}
        assert not eve.removed
        entry = AuditEntry.objects.get(object_type="services.holiday")
        assert (entry.action, entry.count, entry.county, entry.after) == ("create", 45, county.code, {"years": [2026, 2027, 2028]})

    def test_the_year_is_that_of_finland(self, county: County) -> None:
        fill_holidays(by=System(), county=county, now=datetime(2026, 12, 31, 22, 30, tzinfo=UTC))
        assert not Holiday.objects.filter(date__year=2026).exists()

    def test_a_second_time_adds_nothing_and_writes_nothing(self, county: County) -> None:
        fill_holidays(by=System(), county=county, now=NOW)
        before = AuditEntry.objects.count()
        assert fill_holidays(by=System(), county=county, now=NOW) == 0
        assert (Holiday.objects.count(), AuditEntry.objects.count()) == (45, before)

    def test_a_removed_one_stays_removed_and_a_renamed_one_keeps_its_name(self, county: County) -> None:
        fill_holidays(by=System(), county=county, years=[2026], now=NOW)
        Holiday.objects.filter(date=date(2026, 12, 24)).update(removed=True)
        Holiday.objects.filter(date=date(2026, 5, 1)).update(name_fi="Vapunpäivä")
        assert fill_holidays(by=System(), county=county, now=NOW) == 30
        assert Holiday.objects.get(date=date(2026, 12, 24)).removed
        assert texts_of(Holiday.objects.get(date=date(2026, 5, 1)), "name")["fi"] == "Vapunpäivä"

    def test_counties_do_not_mix(self, county: County, other_county: County) -> None:
        fill_holidays(by=System(), county=county, years=[2026], now=NOW)
        assert fill_holidays(by=System(), county=other_county, years=[2026], now=NOW) == 15

    def test_only_the_countys_main_user_may(
        self, county: County, outsider: User, supervisor: User, former: User, resident: Resident
    ) -> None:
        for actor in (acting(outsider), acting(supervisor), acting(former), resident):
            with pytest.raises(PermissionDenied):
                fill_holidays(by=actor, county=county, now=NOW)
        assert not Holiday.objects.exists()
