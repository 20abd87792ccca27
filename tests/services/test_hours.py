"""Whether a queue is open: tables of what people ask, the edges, and a slow model that walks the clock minute by minute."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.calendars import DayKind, first_instant, last_instant, midnights
from services.choices import ServiceStatus
from services.holidays_fi import finnish_holidays
from services.hours import (
    HELSINKI,
    Availability,
    Calendar,
    DayHours,
    Load,
    Notice,
    OverrideNotice,
    Reason,
    Scope,
    SpecialDay,
    availability,
    service_availability,
    week_hours,
)
from services.intervals import Interval

MINUTE = timedelta(minutes=1)
HOLIDAYS = {day: names for year in (2026, 2027) for day, names in finnish_holidays(year).items()}
OFFICE = tuple(Interval(day, time(8), time(15)) for day in range(5))
ALWAYS = tuple(Interval(day, time(0), time(0)) for day in range(7))
WEEKDAYS = Calendar(weekly=OFFICE, holidays=HOLIDAYS)
AROUND_THE_CLOCK = Calendar(weekly=ALWAYS, closed_on_holidays=False, holidays=HOLIDAYS)


def local(text: str, fold: int = 0) -> datetime:
    """`2026-12-24 13:00` on the wall in Finland, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI, fold=fold).astimezone(UTC)


def ask(text: str, calendar: Calendar = WEEKDAYS, load: Load | None = None) -> Availability:
    """Is it open then?"""
    return availability(calendar, local(text), load)


def wall(at: datetime | None) -> str | None:
    """The instant as the clock in Finland shows it."""
    return at.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M") if at else None


@pytest.mark.parametrize(
    ("when", "reason", "opens"),
    [
        ("2026-12-24 13:00", Reason.CLOSED_HOLIDAY, "2026-12-28 08:00"),
        ("2026-12-25 10:00", Reason.CLOSED_HOLIDAY, "2026-12-28 08:00"),
        ("2026-12-23 14:59", Reason.OPEN, None),
        ("2026-12-23 15:00", Reason.CLOSED_HOURS, "2026-12-28 08:00"),
        ("2026-05-01 10:00", Reason.CLOSED_HOLIDAY, "2026-05-04 08:00"),
        ("2026-06-19 10:00", Reason.CLOSED_HOLIDAY, "2026-06-22 08:00"),
        ("2026-06-18 10:00", Reason.OPEN, None),
        ("2026-04-03 10:00", Reason.CLOSED_HOLIDAY, "2026-04-07 08:00"),
        ("2026-04-04 10:00", Reason.CLOSED_HOURS, "2026-04-07 08:00"),
        ("2026-04-06 10:00", Reason.CLOSED_HOLIDAY, "2026-04-07 08:00"),
        ("2026-11-21 12:00", Reason.CLOSED_HOURS, "2026-11-23 08:00"),
        ("2026-12-31 12:00", Reason.OPEN, None),
    ],
)
def test_open_on_weekdays_but_not_on_holidays_and_eves(when: str, reason: Reason, opens: str | None) -> None:
    answer = ask(when)
    assert (answer.reason, answer.is_open, wall(answer.opens_at)) == (reason, reason is Reason.OPEN, opens)


def test_a_holiday_is_named_in_each_language() -> None:
    assert ask("2026-12-24 13:00").reason_text == {"fi": "Jouluaatto", "sv": "Julafton", "en": "Christmas Eve"}
    assert ask("2026-12-23 10:00").reason_text == {}


def test_a_removed_holiday_is_an_ordinary_day() -> None:
    kept = {day: names for day, names in HOLIDAYS.items() if day != date(2026, 12, 24)}
    answer = ask("2026-12-24 13:00", replace(WEEKDAYS, holidays=kept))
    assert answer.is_open
    assert wall(answer.closes_at) == "2026-12-24 15:00"


def test_hours_that_do_not_mind_holidays() -> None:
    assert ask("2026-12-24 13:00", replace(WEEKDAYS, closed_on_holidays=False)).is_open


@pytest.mark.parametrize(
    ("when", "is_open", "change"),
    [
        ("2026-11-23 07:59", False, "2026-11-23 08:00"),
        ("2026-11-23 08:00", True, "2026-11-23 15:00"),
        ("2026-11-23 14:59", True, "2026-11-23 15:00"),
        ("2026-11-23 15:00", False, "2026-11-24 08:00"),
    ],
)
def test_at_opening_it_is_open_and_at_closing_closed(when: str, is_open: bool, change: str) -> None:
    answer = ask(when)
    assert (answer.is_open, wall(answer.next_change)) == (is_open, change)


def test_one_microsecond_before_closing_is_open() -> None:
    assert availability(WEEKDAYS, local("2026-11-23 15:00") - timedelta(microseconds=1)).is_open


def test_several_intervals_a_day() -> None:
    calendar = Calendar(weekly=(Interval(0, time(8), time(11)), Interval(0, time(12), time(15))))
    answer = ask("2026-11-23 11:30", calendar)
    assert (answer.is_open, wall(answer.opens_at)) == (False, "2026-11-23 12:00")
    assert wall(ask("2026-11-23 10:00", calendar).closes_at) == "2026-11-23 11:00"
    assert answer.today.hours == ((time(8), time(11)), (time(12), time(15)))


def test_overlapping_intervals_are_one() -> None:
    calendar = Calendar(weekly=(Interval(0, time(8), time(12)), Interval(0, time(10), time(15)), Interval(0, time(15), time(16))))
    answer = ask("2026-11-23 09:00", calendar)
    assert wall(answer.closes_at) == "2026-11-23 16:00"
    assert answer.today.hours == ((time(8), time(16)),)


def test_overlap_longer_than_a_day_is_not_mistaken_for_a_short_one() -> None:
    calendar = Calendar(weekly=(Interval(0, time(6), time(10)), Interval(0, time(8), time(8))))
    assert ask("2026-11-24 07:59", calendar).is_open
    assert wall(ask("2026-11-23 12:00", calendar).closes_at) == "2026-11-24 08:00"


def test_over_midnight() -> None:
    calendar = Calendar(weekly=(Interval(4, time(22), time(6)),))
    for when, is_open in [
        ("2026-11-20 21:59", False),
        ("2026-11-20 22:00", True),
        ("2026-11-21 05:59", True),
        ("2026-11-21 06:00", False),
    ]:
        assert ask(when, calendar).is_open is is_open, when
    assert wall(ask("2026-11-20 23:00", calendar).closes_at) == "2026-11-21 06:00"


def test_hours_that_touch_over_midnight_close_at_the_real_end() -> None:
    calendar = Calendar(weekly=(Interval(0, time(8), time(0)), Interval(1, time(0), time(2))))
    assert wall(ask("2026-11-23 20:00", calendar).closes_at) == "2026-11-24 02:00"


def test_always_open_has_no_closing() -> None:
    answer = ask("2026-12-24 03:00", AROUND_THE_CLOCK)
    assert (answer.is_open, answer.closes_at, answer.opens_at, answer.next_change) == (True, None, None, None)
    assert (answer.serves_waiting, answer.serves_until) == (True, None)
    assert answer.today.is_whole_day


def test_always_open_but_for_one_day_far_ahead() -> None:
    calendar = replace(AROUND_THE_CLOCK, own_exceptions={date(2027, 8, 2): SpecialDay({"fi": "Muutto"})})
    assert wall(ask("2026-12-24 03:00", calendar).closes_at) == "2027-08-02 00:00"


def test_validity_dates_are_of_the_day_on_which_it_opens() -> None:
    calendar = Calendar(weekly=(Interval(0, time(22), time(6), date(2026, 11, 16), date(2026, 11, 23)),))
    assert not ask("2026-11-09 23:00", calendar).is_open
    assert ask("2026-11-16 23:00", calendar).is_open
    assert ask("2026-11-24 05:00", calendar).is_open
    after = ask("2026-11-24 06:00", calendar)
    assert (after.is_open, after.opens_at, after.next_change) == (False, None, None)


def test_hours_that_begin_next_summer_are_announced() -> None:
    calendar = Calendar(weekly=(Interval(0, time(8), time(9), date(2027, 6, 1)),))
    assert wall(ask("2026-11-23 12:00", calendar).opens_at) == "2027-06-07 08:00"


def test_an_opening_later_than_the_horizon_is_not_given() -> None:
    calendar = Calendar(weekly=(Interval(0, time(8), time(9), date(2029, 6, 1)),))
    assert ask("2026-11-23 12:00", calendar).opens_at is None


def test_an_exception_closes_and_gives_its_reason() -> None:
    calendar = replace(WEEKDAYS, own_exceptions={date(2026, 11, 24): SpecialDay({"fi": "Koulutuspäivä"})})
    answer = ask("2026-11-24 10:00", calendar)
    assert (answer.reason, answer.reason_text) == (Reason.CLOSED_EXCEPTION, {"fi": "Koulutuspäivä"})
    assert wall(answer.opens_at) == "2026-11-25 08:00"


def test_an_exception_goes_before_a_holiday_and_the_hours_own_before_the_countys() -> None:
    eve = date(2026, 12, 24)
    open_eve = SpecialDay({"fi": "Joulupäivystys"}, ((time(9), time(12)),))
    calendar = replace(WEEKDAYS, county_exceptions={eve: open_eve})
    assert ask("2026-12-24 09:00", calendar).is_open
    assert not ask("2026-12-24 12:00", calendar).is_open
    shut = replace(calendar, own_exceptions={eve: SpecialDay({"fi": "Suljettu"})})
    assert ask("2026-12-24 09:00", shut).reason_text == {"fi": "Suljettu"}


def test_a_closed_date_ends_the_night_before_at_midnight() -> None:
    nights = tuple(Interval(day, time(22), time(6)) for day in range(7))
    calendar = Calendar(weekly=nights, holidays={date(2026, 12, 24): {"fi": "Jouluaatto"}})
    assert wall(ask("2026-12-23 23:00", calendar).closes_at) == "2026-12-24 00:00"
    assert ask("2026-12-24 01:00", calendar).reason is Reason.CLOSED_HOLIDAY
    assert wall(ask("2026-12-24 01:00", calendar).opens_at) == "2026-12-25 22:00"


def test_an_exception_day_runs_over_its_own_midnight() -> None:
    calendar = replace(WEEKDAYS, own_exceptions={date(2026, 11, 24): SpecialDay({"fi": "Iltavuoro"}, ((time(20), time(2)),))})
    assert ask("2026-11-25 01:59", calendar).is_open
    assert not ask("2026-11-25 02:00", calendar).is_open


def override(start: str, end: str | None, *, opens: bool, scope: Scope = Scope.QUEUE, words: str = "") -> OverrideNotice:
    return OverrideNotice(local(start), local(end) if end else None, {"fi": words} if words else {}, opens, scope)


def test_an_override_closes_until_its_end() -> None:
    calendar = replace(WEEKDAYS, overrides=(override("2026-11-23 10:00", "2026-11-23 12:00", opens=False, words="Sairastapaus"),))
    answer = ask("2026-11-23 10:00", calendar)
    assert (answer.reason, answer.reason_text) == (Reason.CLOSED_OVERRIDE, {"fi": "Sairastapaus"})
    assert wall(answer.opens_at) == wall(answer.next_change) == "2026-11-23 12:00"
    assert ask("2026-11-23 12:00", calendar).is_open
    assert wall(ask("2026-11-23 09:00", calendar).closes_at) == "2026-11-23 10:00"


def test_an_override_planned_far_ahead_is_a_closing() -> None:
    calendar = replace(AROUND_THE_CLOCK, overrides=(override("2027-03-01 10:00", "2027-03-01 12:00", opens=False),))
    assert wall(ask("2026-11-23 10:00", calendar).closes_at) == "2027-03-01 10:00"


def test_an_override_without_end_never_opens_again() -> None:
    answer = ask("2026-11-23 10:00", replace(WEEKDAYS, overrides=(override("2026-11-01 10:00", None, opens=False),)))
    assert (answer.is_open, answer.opens_at, answer.next_change) == (False, None, None)


def test_an_override_opens_on_a_holiday_and_joins_the_hours_that_follow() -> None:
    calendar = replace(WEEKDAYS, overrides=(override("2026-11-22 20:00", "2026-11-23 08:00", opens=True, words="Poikkeustilanne"),))
    answer = ask("2026-11-22 21:00", calendar)
    assert (answer.is_open, answer.reason_text, wall(answer.closes_at)) == (True, {"fi": "Poikkeustilanne"}, "2026-11-23 15:00")


@pytest.mark.parametrize("order", [1, -1])
def test_the_nearer_override_goes_before_the_wider(order: int) -> None:
    near = override("2026-11-01 00:00", None, opens=True, scope=Scope.QUEUE)
    middle = override("2026-11-02 00:00", None, opens=False, scope=Scope.SERVICE)
    wide = override("2026-11-03 00:00", None, opens=True, scope=Scope.COUNTY)
    assert ask("2026-11-22 10:00", replace(WEEKDAYS, overrides=(near, middle, wide)[::order])).is_open
    assert not ask("2026-11-22 10:00", replace(WEEKDAYS, overrides=(middle, wide)[::order])).is_open


@pytest.mark.parametrize("order", [1, -1])
def test_of_overrides_as_near_the_latest_holds_and_of_two_at_once_the_closing(order: int) -> None:
    early = override("2026-11-01 00:00", None, opens=True)
    late = override("2026-11-02 00:00", None, opens=False)
    assert not ask("2026-11-23 10:00", replace(WEEKDAYS, overrides=(early, late)[::order])).is_open
    same = override("2026-11-02 00:00", None, opens=True)
    assert not ask("2026-11-23 10:00", replace(WEEKDAYS, overrides=(same, late)[::order])).is_open


def test_a_disruption_goes_before_an_override_and_those_who_wait_are_still_served() -> None:
    calendar = replace(
        AROUND_THE_CLOCK,
        overrides=(override("2026-11-01 00:00", None, opens=True),),
        disruptions=(Notice(local("2026-11-23 10:00"), local("2026-11-23 11:00"), {"sv": "Störning"}),),
    )
    answer = ask("2026-11-23 10:30", calendar)
    assert (answer.reason, answer.reason_text, answer.serves_waiting) == (Reason.DISRUPTION, {"sv": "Störning"}, True)
    assert wall(answer.opens_at) == "2026-11-23 11:00"
    assert wall(ask("2026-11-23 09:30", calendar).closes_at) == "2026-11-23 10:00"


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_disruptions_the_latest_is_told(order: int) -> None:
    early = Notice(local("2026-11-23 08:00"), None, {"fi": "Hidasta"})
    late = Notice(local("2026-11-23 09:00"), None, {"fi": "Poikki"})
    assert ask("2026-11-23 10:00", replace(WEEKDAYS, disruptions=(early, late)[::order])).reason_text == {"fi": "Poikki"}


def test_another_reason_is_a_change_too() -> None:
    days = {date(2026, 11, 24): SpecialDay({"fi": "Koulutus"}), date(2026, 11, 25): SpecialDay({"fi": "Muutto"})}
    answer = ask("2026-11-24 10:00", replace(WEEKDAYS, own_exceptions=days))
    assert (wall(answer.next_change), wall(answer.opens_at)) == ("2026-11-25 00:00", "2026-11-26 08:00")


@pytest.mark.parametrize(
    ("calendar", "reason", "serves"),
    [
        (replace(WEEKDAYS, queue_is_active=False), Reason.QUEUE_INACTIVE, False),
        (replace(WEEKDAYS, service_status=ServiceStatus.PAUSED), Reason.SERVICE_PAUSED, True),
        (replace(WEEKDAYS, service_status=ServiceStatus.CLOSED), Reason.SERVICE_NOT_OPEN, False),
        (replace(WEEKDAYS, service_status=ServiceStatus.DRAFT), Reason.SERVICE_NOT_OPEN, False),
        (replace(WEEKDAYS, service_status=ServiceStatus.PERMITTED), Reason.SERVICE_NOT_OPEN, False),
        (Calendar(), Reason.NO_HOURS, False),
    ],
)
def test_what_the_clock_cannot_open(calendar: Calendar, reason: Reason, serves: bool) -> None:
    answer = ask("2026-11-23 10:00", calendar)
    assert (answer.is_open, answer.reason, answer.opens_at, answer.serves_waiting) == (False, reason, None, serves)


def test_an_override_opens_a_queue_without_hours() -> None:
    assert ask("2026-11-23 10:00", Calendar(overrides=(override("2026-11-23 09:00", "2026-11-23 11:00", opens=True),))).is_open


def test_intake_stops_before_closing() -> None:
    calendar = replace(WEEKDAYS, intake_stops=timedelta(minutes=15))
    before, after = ask("2026-11-23 14:44", calendar), ask("2026-11-23 14:45", calendar)
    assert (before.is_open, wall(before.next_change), wall(before.intake_ends_at)) == (True, "2026-11-23 14:45", "2026-11-23 14:45")
    assert wall(before.closes_at) == wall(after.closes_at) == wall(after.next_change) == "2026-11-23 15:00"
    assert (after.is_open, after.reason, wall(after.opens_at)) == (False, Reason.INTAKE_STOPPED, "2026-11-24 08:00")
    assert after.serves_waiting


def test_hours_no_longer_than_the_stop_of_intake_are_no_opening() -> None:
    calendar = Calendar(
        weekly=(Interval(0, time(8), time(8, 15)), Interval(1, time(8), time(8, 16))), intake_stops=timedelta(minutes=15)
    )
    assert wall(ask("2026-11-22 12:00", calendar).opens_at) == "2026-11-24 08:00"
    assert ask("2026-11-23 08:00", calendar).reason is Reason.INTAKE_STOPPED


def test_those_who_wait_are_served_until_the_drain_ends() -> None:
    calendar = replace(WEEKDAYS, drain=timedelta(minutes=30))
    during, last, over = (ask(f"2026-11-23 {at}", calendar) for at in ("14:00", "15:29", "15:30"))
    assert wall(during.serves_until) == wall(last.serves_until) == "2026-11-23 15:30"
    assert (last.is_open, last.serves_waiting) == (False, True)
    assert (over.serves_waiting, over.serves_until) == (False, None)


def test_the_drain_runs_over_midnight() -> None:
    calendar = Calendar(weekly=(Interval(0, time(20), time(23, 50)),), drain=timedelta(minutes=30))
    assert wall(ask("2026-11-24 00:19", calendar).serves_until) == "2026-11-24 00:20"
    assert not ask("2026-11-24 00:20", calendar).serves_waiting


def test_without_drain_nobody_is_served_after_closing() -> None:
    assert not ask("2026-11-23 15:00").serves_waiting


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (Load(staffed=True, waiting=0, full=False), Reason.OPEN),
        (Load(staffed=False, waiting=0, full=False), Reason.UNSTAFFED),
        (Load(staffed=True, waiting=9, full=True), Reason.FULL),
        (Load(staffed=False, waiting=9, full=True), Reason.UNSTAFFED),
    ],
)
def test_the_load(load: Load, reason: Reason) -> None:
    answer = ask("2026-11-23 10:00", load=load)
    assert (answer.is_open, answer.reason, wall(answer.closes_at)) == (reason is Reason.OPEN, reason, "2026-11-23 15:00")
    assert wall(answer.opens_at) == (None if answer.is_open else "2026-11-24 08:00")
    assert answer.hours_run
    assert ask("2026-11-23 16:00", load=load).reason is Reason.CLOSED_HOURS


def test_the_clock_change_in_spring() -> None:
    """3.30 on 29.3.2026 never comes: it is the moment at which the clock jumps from 3.00 to 4.00."""
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert first_instant(date(2026, 3, 29), time(3, 30)) == last_instant(date(2026, 3, 29), time(3, 30)) == jump
    start, end = midnights(date(2026, 3, 29))
    assert end - start == timedelta(hours=23)
    until = Calendar(weekly=(Interval(6, time(1), time(3, 30)),))
    assert availability(until, jump - MINUTE).closes_at == jump
    assert not availability(until, jump).is_open
    since = Calendar(weekly=(Interval(6, time(3, 30), time(5)),))
    assert availability(since, jump - MINUTE).opens_at == jump
    assert availability(since, jump).closes_at == datetime(2026, 3, 29, 2, tzinfo=UTC)
    lost = Calendar(weekly=(Interval(6, time(3, 10), time(3, 50)),))
    assert not availability(lost, jump).is_open
    assert wall(availability(lost, jump).opens_at) == "2026-04-05 03:10"


def test_the_clock_change_in_autumn() -> None:
    """3.30 on 25.10.2026 comes twice: opening at the first, closing at the second."""
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert (first_instant(date(2026, 10, 25), time(3, 30)), last_instant(date(2026, 10, 25), time(3, 30))) == (first, second)
    start, end = midnights(date(2026, 10, 25))
    assert end - start == timedelta(hours=25)
    until = Calendar(weekly=(Interval(6, time(1), time(3, 30)),))
    assert availability(until, first).closes_at == second
    since = Calendar(weekly=(Interval(6, time(3, 30), time(5)),))
    assert availability(since, first - MINUTE).opens_at == first
    assert all(availability(since, first + MINUTE * n).is_open for n in range(0, 150, 10))


def test_a_week_as_a_table() -> None:
    calendar = replace(WEEKDAYS, own_exceptions={date(2026, 12, 23): SpecialDay({"fi": "Lyhyt päivä"}, ((time(8), time(12)),))})
    days = week_hours(calendar, date(2026, 12, 21))
    assert [day.date.day for day in days] == [21, 22, 23, 24, 25, 26, 27]
    kinds = [DayKind.WEEKLY] * 2 + [DayKind.EXCEPTION] + [DayKind.HOLIDAY] * 3 + [DayKind.WEEKLY]
    assert [day.kind for day in days] == kinds
    assert [day.is_closed for day in days] == [False, False, False, True, True, True, True]
    assert days[2].hours == ((time(8), time(12)),)
    assert days[2].note == {"fi": "Lyhyt päivä"}
    assert days[3].note["sv"] == "Julafton"
    assert days[6].note == {}


EARLY = Calendar(weekly=tuple(Interval(day, time(8), time(15)) for day in range(5)))
LATE = Calendar(weekly=tuple(Interval(day, time(14), time(20)) for day in range(5)), intake_stops=timedelta(minutes=10))


def whole(when: str, *lines: tuple[Calendar, Load | None]) -> Availability:
    answer = service_availability(lines, local(when))
    assert answer is not None
    return answer


def test_a_service_is_open_when_any_queue_is_and_closes_with_the_last() -> None:
    answer = whole("2026-11-23 10:00", (EARLY, None), (LATE, None))
    assert (answer.is_open, wall(answer.closes_at), wall(answer.intake_ends_at)) == (True, "2026-11-23 20:00", "2026-11-23 19:50")
    assert (wall(answer.next_change), answer.opens_at) == ("2026-11-23 19:50", None)


def test_a_closed_service_opens_with_the_first_queue() -> None:
    answer = whole("2026-11-23 06:00", (LATE, None), (EARLY, None))
    assert (answer.is_open, wall(answer.opens_at)) == (False, "2026-11-23 08:00")


def test_a_service_whose_only_running_queue_is_full_says_so() -> None:
    answer = whole("2026-11-23 10:00", (LATE, None), (EARLY, Load(staffed=True, waiting=5, full=True)))
    assert (answer.is_open, answer.reason, wall(answer.opens_at)) == (False, Reason.FULL, "2026-11-23 14:00")


def test_a_closed_service_gives_the_reason_of_the_queue_that_opens_first() -> None:
    shut = replace(EARLY, own_exceptions={date(2026, 11, 23): SpecialDay({"fi": "Koulutus"})})
    for lines in ([(shut, None), (LATE, None)], [(LATE, None), (shut, None)]):
        assert whole("2026-11-23 10:00", *lines).reason is Reason.CLOSED_HOURS
    never = replace(EARLY, service_status=ServiceStatus.PAUSED)
    assert whole("2026-11-23 06:00", (never, None), (shut, None)).reason is Reason.CLOSED_EXCEPTION
    assert whole("2026-11-23 06:00", (shut, None), (EARLY, None)).reason is Reason.CLOSED_HOURS
    same = replace(EARLY, own_exceptions={date(2026, 11, 22): SpecialDay({"fi": "Remontti"})})
    assert whole("2026-11-22 06:00", (same, None), (EARLY, None)).reason is Reason.CLOSED_EXCEPTION
    assert whole("2026-11-22 06:00", (EARLY, None), (same, None)).reason is Reason.CLOSED_HOURS


def test_a_service_serves_those_who_wait_as_long_as_any_queue_does() -> None:
    drained = replace(EARLY, drain=timedelta(minutes=30))
    answer = whole("2026-11-23 15:10", (EARLY, None), (drained, None))
    assert (answer.serves_waiting, wall(answer.serves_until)) == (True, "2026-11-23 15:30")
    assert whole("2026-11-23 10:00", (drained, None), (AROUND_THE_CLOCK, None)).serves_until is None
    over = whole("2026-11-23 15:30", (EARLY, None), (drained, None))
    assert (over.serves_waiting, over.serves_until) == (False, None)


def test_queues_that_relieve_each_other_day_and_night_never_close() -> None:
    day = Calendar(weekly=tuple(Interval(n, time(7), time(19)) for n in range(7)))
    night = Calendar(weekly=tuple(Interval(n, time(19), time(7)) for n in range(7)))
    answer = whole("2026-11-23 10:00", (day, None), (night, None))
    assert (answer.is_open, answer.closes_at, answer.next_change) == (True, None, None)


def test_a_service_without_queues_has_no_answer() -> None:
    assert service_availability([], local("2026-11-23 10:00")) is None


# --- the slow model ---

DAYS_WALKED = 9
STARTS = (date(2026, 3, 25), date(2026, 10, 21), date(2026, 12, 21), date(2026, 6, 15))
Clock = list[tuple[datetime, datetime]]


@lru_cache
def clock(start: date) -> Clock:
    """Each minute of nine days, and what the clock on the wall shows."""
    begin = datetime.combine(start, time(0), tzinfo=HELSINKI).astimezone(UTC)
    minutes = [begin + MINUTE * n for n in range(DAYS_WALKED * 1440)]
    return [(minute, minute.astimezone(HELSINKI).replace(tzinfo=None)) for minute in minutes]


def shown_on(day: date, calendar: Calendar) -> tuple[bool, list[tuple[time, time]]]:
    """Whether it is a special date, and its hours as typed."""
    for exceptions in (calendar.own_exceptions, calendar.county_exceptions):
        if day in exceptions:
            return True, list(exceptions[day].hours)
    if calendar.closed_on_holidays and day in calendar.holidays:
        return True, []
    valid = [
        each
        for each in calendar.weekly
        if (each.valid_from or date.min) <= day <= (each.valid_until or date.max) and each.weekday == day.weekday()
    ]
    return False, [(each.opens, each.closes) for each in valid]


def walked(calendar: Calendar, start: date) -> tuple[list[bool], list[bool]]:
    """For each minute: the hours (with overrides) run; and they run and nothing stops intake at that minute."""
    minutes = clock(start)
    serving = [False] * len(minutes)
    walls = [shown for _at, shown in minutes]
    for n in range(-1, DAYS_WALKED):
        day = start + timedelta(days=n)
        for opens, closes in shown_on(day, calendar)[1]:
            opening = datetime.combine(day, opens)
            closing = datetime.combine(day if closes > opens else day + timedelta(days=1), closes)
            begun = next((i for i, shown in enumerate(walls) if shown >= opening), None)
            ended = next((i for i in range(len(walls) - 1, -1, -1) if walls[i] < closing), None)
            if begun is None or ended is None:
                continue
            for i in range(begun, ended + 1):
                if walls[i].date() == day or not shown_on(walls[i].date(), calendar)[0]:
                    serving[i] = True
    for i, (at, _shown) in enumerate(minutes):
        in_force = [one for one in calendar.overrides if one.starts_at <= at and (one.ends_at is None or at < one.ends_at)]
        if in_force:
            nearest = [one for one in in_force if one.scope == max(each.scope for each in in_force)]
            latest = [one for one in nearest if one.starts_at == max(each.starts_at for each in nearest)]
            serving[i] = all(one.opens for one in latest)
    stopped = [
        any(one.starts_at <= at and (one.ends_at is None or at < one.ends_at) for one in calendar.disruptions) for at, _ in minutes
    ]
    return serving, [runs and not stop for runs, stop in zip(serving, stopped, strict=True)]


walls = st.sampled_from([time(h, m) for h in range(24) for m in (0, 30)] + [time(3, 1), time(2, 59), time(23, 59), time(0, 1)])
hours = st.tuples(walls, walls)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar with everything in it, and the first day of a walk in which it matters."""
    start = draw(st.sampled_from(STARTS))
    days = st.integers(-1, DAYS_WALKED).map(lambda n: start + timedelta(days=n))
    maybe_day = st.none() | days
    instants = st.integers(-1440, DAYS_WALKED * 1440).map(lambda n: clock(start)[0][0] + MINUTE * n)
    lengths = st.none() | st.integers(1, 3000).map(lambda n: MINUTE * n)
    weekly = draw(st.lists(st.builds(Interval, st.integers(0, 6), walls, walls, maybe_day, maybe_day), max_size=8))
    special = st.dictionaries(days, st.builds(SpecialDay, st.just({}), st.lists(hours, max_size=2).map(tuple)), max_size=2)
    notice = st.tuples(instants, lengths)
    overrides = draw(st.lists(st.tuples(notice, st.booleans(), st.sampled_from(Scope)), max_size=3))
    disruptions = draw(st.lists(notice, max_size=1))
    calendar = Calendar(
        weekly=tuple(weekly),
        closed_on_holidays=draw(st.booleans()),
        holidays=draw(st.dictionaries(days, st.just({"fi": "Pyhä"}), max_size=2)),
        own_exceptions=draw(special),
        county_exceptions=draw(special),
        overrides=tuple(
            OverrideNotice(at, at + length if length else None, {}, opens, scope) for (at, length), opens, scope in overrides
        ),
        disruptions=tuple(Notice(at, at + length if length else None, {}) for at, length in disruptions),
        intake_stops=MINUTE * draw(st.sampled_from([0, 0, 1, 15, 90])),
        drain=MINUTE * draw(st.sampled_from([0, 30, 600])),
    )
    return calendar, start


@settings(max_examples=120, deadline=None)
@given(calendars(), st.data())
def test_the_answer_is_that_of_a_walk_along_the_clock(drawn: tuple[Calendar, date], data: st.DataObject) -> None:
    calendar, start = drawn
    minutes = [at for at, _shown in clock(start)]
    serving, free = walked(calendar, start)
    stop, drain = calendar.intake_stops // MINUTE, calendar.drain // MINUTE
    shut = [i for i, runs in enumerate(free) if not runs]

    def takes(i: int) -> bool | None:
        """New conversations are taken: the hours run now and as long as intake stops before their end."""
        ahead = free[i : i + stop + 1]
        return False if not all(ahead) else None if len(ahead) <= stop else True

    def first_shut(i: int) -> datetime | None:
        found = bisect_left(shut, i)
        return minutes[shut[found]] if found < len(shut) else None

    changes = [i for i in range(1, len(free)) if free[i] != free[i - 1] or serving[i] != serving[i - 1]]
    edges = [
        j for i in changes for j in (i - stop - 1, i - stop, i - 1, i, i + drain - 1, i + drain) if 1440 <= j < len(minutes) - 1440
    ]
    asked = data.draw(st.lists(st.sampled_from(edges), max_size=12)) if edges else []
    asked += data.draw(st.lists(st.integers(1440, len(minutes) - 1440), max_size=4))
    for i in asked:
        answer = availability(calendar, minutes[i])
        expected = takes(i)
        if expected is None:
            continue
        assert answer.is_open is expected
        assert answer.serves_waiting is any(serving[max(0, i - drain) : i + 1])
        if free[i]:
            end = first_shut(i)
            assert answer.closes_at == end if end else answer.closes_at is None or answer.closes_at > minutes[-1]
        if expected:
            assert answer.opens_at is None
            assert answer.next_change == (answer.closes_at - calendar.intake_stops if answer.closes_at else None)
            continue
        after = next((j for j in range(i + 1, len(minutes) - stop) if takes(j)), None)
        if after is not None:
            assert answer.opens_at == minutes[after]
        else:
            assert answer.opens_at is None or answer.opens_at > minutes[-1] - calendar.intake_stops
        if answer.opens_at is not None:
            assert answer.next_change is not None
            assert minutes[i] < answer.next_change <= answer.opens_at


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(0, DAYS_WALKED * 1440 - 1))
def test_what_is_promised_comes_true(drawn: tuple[Calendar, date], minute: int) -> None:
    """Asked again at the instant that an answer names, it is as was said; and nothing happens before the next change."""
    calendar, start = drawn
    answer = availability(calendar, clock(start)[minute][0])
    if answer.opens_at is not None:
        assert availability(calendar, answer.opens_at).is_open
        assert not availability(calendar, answer.opens_at - timedelta(microseconds=1)).is_open
    if answer.is_open and answer.intake_ends_at is not None:
        assert not availability(calendar, answer.intake_ends_at).is_open
        assert availability(calendar, answer.intake_ends_at - timedelta(microseconds=1)).is_open
    if answer.next_change is not None:
        changed = availability(calendar, answer.next_change)
        assert (changed.is_open, changed.reason, changed.reason_text) != (answer.is_open, answer.reason, answer.reason_text)
        same = availability(calendar, answer.next_change - timedelta(microseconds=1))
        assert (same.is_open, same.reason) == (answer.is_open, answer.reason)
    if answer.serves_until is not None:
        assert availability(calendar, answer.serves_until - timedelta(microseconds=1)).serves_waiting


def test_a_page_of_sixty_queues_costs_little() -> None:
    """No wall time: 60 answers look at few days each."""
    looked: list[date] = []

    class Counting(Calendar):
        def day(self, day: date) -> DayHours:
            looked.append(day)
            return super().day(day)

    calendar = Counting(weekly=OFFICE, holidays=HOLIDAYS)
    availability(calendar, local("2026-11-23 10:00"))
    assert len(looked) <= 8
