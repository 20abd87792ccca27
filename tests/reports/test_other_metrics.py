"""What is read from elsewhere than the conversations: same-day contacts, presence, hours, calls, costs, growth (metrics 3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import System
from chat.choices import PresenceEnd, PresenceKind
from chat.models import Conversation, LaterContact, Leg, Presence
from reports.metrics import Scope, figures_of
from reports.metrics.load import side_by_side
from reports.metrics.offer import read_offer_months
from reports.months import Month, Period
from reports.targets import standing_of
from services.calendars import HELSINKI
from services.choices import ServiceStatus, Weekday
from services.models import (
    CostRow,
    County,
    ExceptionDay,
    Holiday,
    Municipality,
    Queue,
    ResponderGroup,
    Schedule,
    Service,
    ServiceArea,
    ServiceBreak,
    Topic,
    WeeklyInterval,
)
from services.operations import fill_holidays
from tests.conftest import make_queue, make_service
from tests.reports.d1 import NOVEMBER, Row, at, made, make_d1

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LATER = datetime(2027, 1, 5, tzinfo=UTC)


def november(scope: Scope, *codes: str, now: datetime = LATER, discreet: bool = True):
    return figures_of(scope, NOVEMBER.period, codes=codes, now=now, discreet=discreet).total


def reached(row: Conversation, due: str, done: datetime | None) -> None:
    """A call request that came of this conversation."""
    call = made(row.queue, Row("1 08:00:00", None, None, None))
    Conversation.objects.filter(pk=call.pk).update(origin=row, medium="call")
    LaterContact.objects.create(conversation=call, kind="call_request", due_on=due, done_at=done, result="reached" if done else "")


class TestSameDay:
    """E1–E5 of M08b: Tuesday 3.11.2026."""

    @pytest.fixture
    def day(self, queue: Queue) -> Queue:
        Service.objects.filter(pk=queue.service_id).update(primary_care=True)
        made(queue, Row("3 08:05:00", "3 08:19:00", "3 08:20:00", "3 08:40:00"))
        made(queue, Row("3 11:00:00", None, None, "3 11:12:00", "abandoned"))
        called = made(queue, Row("3 15:50:00", None, None, "3 16:30:00", "service_closed"))
        reached(called, "2026-11-06", at("3 16:55:00"))
        made(queue, Row("3 15:58:00", "3 16:09:00", "3 16:10:00", "3 16:20:00"))
        made(queue, Row("3 16:05:00", "3 16:08:00", "3 16:09:00", "3 16:20:00"))
        return queue

    def test_three_of_four(self, day: Queue, county: County) -> None:
        figure = november(Scope.whole(county), "M08b")["M08b"]
        assert (figure.value, figure.n) == (75, 4)

    def test_a_reply_on_the_next_day_is_not_in_time_and_a_holiday_is_not_asked(self, day: Queue, county: County) -> None:
        made(day, Row("3 15:59:00", "4 00:01:00", "4 00:02:00", "4 00:20:00"))
        made(day, Row("8 12:00:00", None, None, "8 12:20:00", "abandoned"))  # a Sunday
        assert november(Scope.whole(county), "M08b")["M08b"].value == 60

    def test_a_service_without_the_flag_has_a_dash(self, day: Queue, county: County) -> None:
        Service.objects.update(primary_care=False)
        figure = november(Scope.whole(county), "M08b")["M08b"]
        assert figure.value is None and figure.known


class TestLoad:
    def test_available_time_is_what_intervals_say(self, queue: Queue, county: County, responder) -> None:
        """8.00–10.30 and 10.45–12.00 available, a break between: 3 h 45 min, 15 answered, 4,0 an hour."""
        stretches = [
            ("2 08:00:00", "2 10:30:00", PresenceKind.AVAILABLE),
            ("2 10:30:00", "2 10:45:00", PresenceKind.BREAK),
            ("2 10:45:00", "2 12:00:00", PresenceKind.AVAILABLE),
        ]
        for starts, ends, kind in stretches:
            Presence.objects.create(
                county=county, user=responder, kind=kind, starts_at=at(starts), ends_at=at(ends), ended_by=PresenceEnd.CHANGED
            )
        for n in range(15):
            made(queue, Row(f"2 08:{n:02d}:00", f"2 08:{n:02d}:10", f"2 08:{n:02d}:20", f"2 09:{n:02d}:00"))
        figure = november(Scope.whole(county), "M26", discreet=False)["M26"]
        assert figure.value == 4
        assert dict(figure.parts)["available_minutes"] == 225

    def test_intervals_are_cut_to_the_month_and_one_that_runs_counts_to_now(self, queue: Queue, county: County, responder) -> None:
        Presence.objects.create(
            county=county, user=responder, kind=PresenceKind.AVAILABLE, starts_at=at("1 00:00:00") - timedelta(hours=5)
        )
        figure = november(Scope.whole(county), "M26", now=at("1 02:00:00"), discreet=False)["M26"]
        assert dict(figure.parts)["available_minutes"] == 120

    def test_time_at_the_most_conversations(self, queue: Queue, county: County, responder) -> None:
        """Available 8–12, at most two at once: two from 9 to 10 is a quarter; without presence nothing is known."""
        nothing = november(Scope.whole(county), "M26", discreet=False)["M26"]
        assert standing_of(nothing, direction="lte", value=Decimal(20), unit="%") == "no_data"
        Presence.objects.create(
            county=county, user=responder, kind=PresenceKind.AVAILABLE, limit=2, starts_at=at("2 08:00:00"),
            ends_at=at("2 12:00:00"), ended_by=PresenceEnd.CHANGED,
        )  # fmt: skip
        for begins, ends in (("2 08:00:00", "2 10:00:00"), ("2 09:00:00", "2 11:00:00"), ("2 12:30:00", "2 13:00:00")):
            made(queue, Row(begins, begins, begins, ends), responder=responder)
        Leg.objects.update(responder=responder)
        figure = november(Scope.whole(county), "M26", discreet=False)["M26"]
        assert figure.beside["at_most"] == 25
        assert standing_of(figure, direction="lte", value=Decimal(20), unit="%") == "missed"
        assert standing_of(figure, direction="lte", value=Decimal(25), unit="%") == "met"

    def test_without_intervals_there_is_no_data(self, queue: Queue, county: County) -> None:
        assert not november(Scope.whole(county), "M26", discreet=False)["M26"].known

    @given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), max_size=12))
    def test_side_by_side_agrees_with_counting_each_minute(self, told: list[tuple[int, int]]) -> None:
        start = datetime(2026, 11, 2, tzinfo=UTC)
        stretches = [(start + timedelta(minutes=a), start + timedelta(minutes=a + n)) for a, n in told]
        together, busy, most = side_by_side(stretches)
        counts = [sum(a <= minute < a + n for a, n in told) for minute in range(60)]
        assert together == timedelta(minutes=sum(counts))
        assert busy == timedelta(minutes=sum(count > 0 for count in counts))
        assert most == max(counts)


class TestOffer:
    def schedule(self, county: County, key: str, *hours: tuple[int, int, int], holidays: bool = True) -> Schedule:
        schedule = Schedule.objects.create(county=county, key=key, name=key, closed_on_holidays=holidays)
        WeeklyInterval.objects.bulk_create(
            WeeklyInterval(schedule=schedule, weekday=day, opens=time(opens), closes=time(closes)) for day, opens, closes in hours
        )
        return schedule

    def test_the_example_of_30_november(self, county: County, group: ResponderGroup) -> None:
        fill_holidays_of(county)
        working = self.schedule(county, "arki", *((day, 8, 15) for day in range(5)))
        swedish = self.schedule(county, "sv", (1, 9, 12), (3, 9, 12))
        always = self.schedule(county, "aina", *((day, 0, 0) for day in Weekday.values), holidays=False)
        older = make_service(county, "ikaantyneet", "Ikääntyneiden chat", "a", "a")
        clinic = make_service(county, "neuvola", "Neuvola", "b", "b")
        duty = make_service(county, "paivystys", "Päivystyschat", "c", "c")
        paused = make_service(county, "tauolla", "Tauolla", "d", "d")
        for service, schedule, key in (
            (older, working, "a"),
            (clinic, working, "fi"),
            (clinic, swedish, "sv"),
            (duty, always, "a"),
            (paused, always, "a"),
        ):
            make_queue(service, schedule, group, key=key)
        Service.objects.filter(pk=paused.pk).update(status=ServiceStatus.PAUSED)
        Service.objects.update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
        figure = november(Scope.whole(county), "M32")["M32"]
        assert figure.value == 3
        assert figure.beside == {"weekly_hours": 238, "really_open": 147 + 147 + 720}
        october = figures_of(Scope.of([duty]), Month(2026, 10).period, codes=["M32"]).total["M32"]
        assert october.beside["really_open"] == 745

    @pytest.fixture
    def duty(self, county: County, group: ResponderGroup) -> Service:
        """Open around the clock but on holidays."""
        fill_holidays(by=System(), county=county, years=[2024, 2025, 2026])
        service = make_service(county, "paivystys", "Päivystyschat", "c", "c")
        make_queue(service, self.schedule(county, "aina", *((day, 0, 0) for day in Weekday.values)), group, key="a")
        Service.objects.update(opened_at=datetime(2024, 1, 1, tzinfo=UTC))
        return service

    def test_it_was_open_from_its_opening_until_now(self, duty: Service, county: County) -> None:
        """Opened on 20.11. at eight: neither the days before it nor hours to come were really open."""
        Service.objects.update(opened_at=at("20 08:00:00"))
        assert november(Scope.of([duty]), "M32")["M32"].beside["really_open"] == 16 + 10 * 24
        figure = november(Scope.of([duty]), "M32", now=at("21 12:30:00"))["M32"]
        assert figure.beside == {"weekly_hours": 168, "really_open": 16 + Fraction(25, 2)}

    def test_years_have_their_holidays_and_exceptions_from_end_to_end(self, duty: Service) -> None:
        """A calendar reaches 400 days; what lies further is asked anew."""
        ExceptionDay.objects.create(county=duty.county, date=date(2026, 2, 17), reason_fi="Koulutus")
        years = Period(date(2024, 1, 1), date(2026, 11, 30))
        figure = figures_of(Scope.of([duty]), years, codes=["M32"], now=LATER).total["M32"]
        holidays = Holiday.objects.filter(date__range=(years.first, years.last)).values_list("date", flat=True)
        closed = {date(2026, 2, 17), *holidays}
        assert len(closed) > 30
        assert figure.beside["really_open"] == years.hours - sum(Period(day, day).hours for day in closed)

    def test_what_was_paused_is_counted_by_when_it_was(self, duty: Service, county: County) -> None:
        """Paused from the 10th to the 20th: counted, without those hours. Paused from the 25th on: counted in October only."""
        pause = ServiceBreak.objects.create(service=duty, starts_at=at("10 00:00:00"), ends_at=at("20 00:00:00"))
        scope, october = Scope.of([duty]), Month(2026, 10)
        figure = november(scope, "M32")["M32"]
        assert figure.value == 1 and figure.beside["really_open"] == 20 * 24
        ServiceBreak.objects.filter(pk=pause.pk).update(starts_at=at("25 12:00:00"), ends_at=None)
        Service.objects.filter(pk=duty.pk).update(status=ServiceStatus.PAUSED)
        scope = Scope.of([duty])
        assert november(scope, "M32")["M32"].value == 0
        assert figures_of(scope, october.period, codes=["M32"], now=LATER).total["M32"].value == 1
        of_months = read_offer_months(scope, [october, NOVEMBER])
        assert [of_months[month].value for month in (october, NOVEMBER)] == [1, 0]

    def test_pilots_are_counted_and_marked(self, duty: Service) -> None:
        assert [name for name, _n in november(Scope.of([duty]), "M32")["M32"].parts] == ["open_services", "professions"]
        Service.objects.update(pilot_starts=date(2026, 11, 30))
        figure = november(Scope.of([duty]), "M32")["M32"]
        assert (figure.value, dict(figure.parts)["pilots"]) == (1, 1)
        Service.objects.update(pilot_starts=date(2026, 10, 1), pilot_ends=date(2026, 11, 29))
        assert "pilots" not in dict(november(Scope.of([duty]), "M32")["M32"].parts)

    def test_professions_are_of_those_who_answered(self, queue: Queue, county: County, responder) -> None:
        made(queue, Row("2 08:00:00", "2 08:01:00", "2 08:02:00", "2 08:20:00"), responder=responder)
        assert november(Scope.whole(county), "M32")["M32"].notes == ["asiakasohjaaja"]

    def test_contacts_for_a_thousand_residents(self, queue: Queue, county: County, service: Service) -> None:
        make_d1(queue)
        assert november(Scope.whole(county), "M25")["M25"].value == Fraction(1, 10)
        area = ServiceArea.objects.create(service=service, name_fi="Osa", starts_on=date(2026, 1, 1))
        area.municipalities.add(Municipality.objects.create(county=county, code="491", name_fi="Mikkeli"))
        assert not november(Scope.of([service]), "M25")["M25"].known

    def test_contacts_for_a_thousand_residents_in_twelve_months(self, queue: Queue, county: County, service: Service) -> None:
        """Rolling, once they are twelve and inside one area (M25, metrics 1.9)."""
        rows = make_d1(queue)
        Service.objects.update(opened_at=datetime(2025, 12, 1, 8, tzinfo=UTC))
        for code, when in (("C01", datetime(2025, 12, 3, 8, tzinfo=UTC)), ("C02", datetime(2025, 11, 30, 8, tzinfo=UTC))):
            Conversation.objects.filter(pk=rows[code].pk).update(queued_at=when)

        def rolling() -> Fraction | None:
            return november(Scope.whole(county), "M25")["M25"].beside["twelve_months"]

        assert rolling() == Fraction(9, 100)
        Service.objects.update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
        assert rolling() is None
        Service.objects.update(opened_at=datetime(2020, 1, 1, tzinfo=UTC))
        ServiceArea.objects.create(service=service, name_fi="Osa", starts_on=date(2020, 1, 1), ends_on=date(2026, 5, 31))
        ServiceArea.objects.create(service=service, name_fi="Koko", starts_on=date(2026, 6, 1))
        assert rolling() is None


class TestCosts:
    def test_d1_with_425_euros(self, queue: Queue, county: County) -> None:
        make_d1(queue)
        for service, euros in ((queue.service, "400.00"), (Service.objects.get(key="paivystys"), "25.00")):
            CostRow.objects.create(service=service, month=NOVEMBER.first, kind="staff", euros=Decimal(euros), source="Talous")
        figure = november(Scope.whole(county), "M31")["M31"]
        assert (figure.value, figure.beside["per_answered"]) == (Fraction(85, 2), Fraction(425, 8))

    def test_without_a_row_there_is_no_data(self, queue: Queue, county: County) -> None:
        make_d1(queue)
        figure = november(Scope.whole(county), "M31")["M31"]
        assert figure.value is None and not figure.known

    def test_no_contacts_is_a_dash(self, queue: Queue, county: County) -> None:
        CostRow.objects.create(service=queue.service, month=NOVEMBER.first, kind="staff", euros=5, source="Talous")
        figure = november(Scope.whole(county), "M31")["M31"]
        assert figure.value is None and figure.known

    def test_a_month_without_costs_is_in_neither_term_and_is_named(self, queue: Queue, county: County) -> None:
        made(queue, Row("2 08:00:00", "2 08:01:00", "2 08:02:00", "2 08:20:00"))
        made(queue, Row("31 08:00:00", "31 08:01:00", "31 08:02:00", "31 08:20:00"))
        CostRow.objects.create(service=queue.service, month=NOVEMBER.first, kind="staff", euros=12, source="Talous")
        both = Period(NOVEMBER.first, NOVEMBER.shifted(1).last)
        figure = figures_of(Scope.whole(county), both, codes=["M31"]).total["M31"]
        assert figure.value == 12 and figure.notes == ["no_costs", "2026-12"]


class TestCalls:
    def test_nine_of_eleven(self, queue: Queue, county: County) -> None:
        """Due on Wednesday 4.11.: done 23.50 in time, on Thursday late."""
        done = [datetime(2026, 11, 4, 23, 50, tzinfo=HELSINKI)] * 9 + [datetime(2026, 11, 5, 8, tzinfo=HELSINKI), None]
        for each in done:
            row = made(queue, Row("1 08:00:00", "1 08:01:00", "1 08:02:00", "1 08:20:00"))
            reached(row, "2026-11-04", each)
        figure = november(Scope.whole(county), "M33")["M33"]
        assert (figure.value, figure.n) == (Fraction(900, 11), 11)
        counted = {"due": 11, "in_time": 9, "late": 1, "overdue": 1, "call_request_due": 11, "call_request_in_time": 9}
        assert {name: count for name, count in figure.parts if count} == counted
        october = figures_of(Scope.whole(county), Month(2026, 10).period, codes=["M33"], now=LATER).total["M33"]
        assert october.value is None

    def test_follow_ups_and_call_requests_by_their_day(self, queue: Queue, county: County) -> None:
        """The agreed day tells the month; cancelled ones are outside, and who was not reached counts as done (M33)."""
        on, late = datetime(2026, 11, 4, 23, 50, tzinfo=HELSINKI), datetime(2026, 11, 5, 8, tzinfo=HELSINKI)
        rows = [
            ("call_request", "reached", on),
            ("call_request", "not_reached", on),
            ("follow_up", "reached", late),
            ("follow_up", "cancelled", on),
            ("follow_up", "", None),
        ]
        for kind, result, done in rows:
            row = made(queue, Row("1 08:00:00", "1 08:01:00", "1 08:02:00", "1 08:20:00"))
            LaterContact.objects.create(conversation=row, kind=kind, due_on=date(2026, 11, 4), result=result, done_at=done)
        figure = november(Scope.whole(county), "M33")["M33"]
        parts = dict(figure.parts)
        assert (figure.value, figure.n) == (50, 4)
        assert (parts["late"], parts["overdue"], parts["not_reached"]) == (1, 1, 1)
        assert figure.beside["median_days"] == 3  # left on Sunday the 1st; 3, 3 and 4
        assert (parts["call_request_in_time"], parts["call_request_due"]) == (2, 2)
        assert (parts["follow_up_in_time"], parts["follow_up_due"]) == (0, 2)

    def test_one_that_is_not_due_yet_is_not_counted(self, queue: Queue, county: County) -> None:
        row = made(queue, Row("1 08:00:00", "1 08:01:00", "1 08:02:00", "1 08:20:00"))
        reached(row, "2026-11-05", None)
        assert november(Scope.whole(county), "M33", now=at("4 12:00:00"))["M33"].n == 0
        assert november(Scope.whole(county), "M33", now=at("6 12:00:00"))["M33"].value == 0


class TestGrowth:
    def rows(self, queue: Queue, month: Month, n: int, topic: str = "") -> None:
        for _ in range(n):
            row = made(queue, Row("2 08:00:00", "2 08:01:00", "2 08:02:00", "2 08:20:00", topic=topic))
            begins = datetime.combine(month.first, time(12), tzinfo=HELSINKI)
            Conversation.objects.filter(pk=row.pk).update(queued_at=begins, accepted_at=begins)

    def test_it_is_of_working_days(self, queue: Queue, county: County) -> None:
        """October has 22 working days, November 21."""
        self.rows(queue, Month(2026, 10), 22)
        self.rows(queue, NOVEMBER, 42)
        figure = november(Scope.whole(county), "M28")["M28"]
        assert figure.value == 100
        assert figure.beside["growth_of_year"] is None

    def test_what_is_not_compared_is_no_zero(self, queue: Queue, county: County) -> None:
        """A gap before the opening, and the months beside a free period, are not told of at all (metrics 1.9)."""
        self.rows(queue, NOVEMBER, 21)
        Service.objects.filter(pk=queue.service_id).update(opened_at=at("02 08:00:00"))
        of_month = november(Scope.whole(county), "M28")["M28"]
        assert of_month.parts == [("contacts", 21), ("working_days", 21)] and of_month.value is None and not of_month.notes
        days = Period(date(2026, 10, 1), date(2026, 11, 30))
        free = figures_of(Scope.whole(county), days, codes=["M28"], now=LATER).total["M28"]
        assert free.parts == [("contacts", 21)] and free.value is None
        self.rows(queue, Month(2026, 10), 22)
        Service.objects.filter(pk=queue.service_id).update(opened_at=datetime(2026, 9, 20, tzinfo=UTC))
        assert dict(november(Scope.whole(county), "M28")["M28"].parts)["previous"] == 22

    def test_of_the_running_month_the_days_that_are_over_count(self, queue: Queue, county: County) -> None:
        """20 contacts in the ten working days that are over are as many as October's 44 in 22, and no three quarters fewer."""
        self.rows(queue, Month(2026, 10), 44)
        self.rows(queue, NOVEMBER, 20)
        today = made(queue, Row("16 08:00:00", "16 08:01:00", "16 08:02:00", "16 08:20:00"))
        figure = november(Scope.whole(county), "M28", now=at("16 12:00:00"))["M28"]
        assert figure.value == 0 and figure.notes == ["so_far"], "the sixteenth itself is not over"
        assert dict(figure.parts)["working_days"] == 10 and figure.n == 20
        Conversation.objects.filter(pk=today.pk).update(queued_at=at("15 23:59:00"))
        assert november(Scope.whole(county), "M28", now=at("16 00:00:01"))["M28"].value == 5
        whole = november(Scope.whole(county), "M28")["M28"]
        assert (whole.value, whole.n, list(whole.notes)) == (-50, 21, []), "when it is over: 21 in 21 against 44 in 22"

    @pytest.mark.parametrize("now", ["1 12:00:00", "2 12:00:00"])
    def test_before_a_working_day_is_over_there_is_no_growth(self, queue: Queue, county: County, now: str) -> None:
        """The first of November is a Sunday."""
        self.rows(queue, Month(2026, 10), 44)
        self.rows(queue, NOVEMBER, 3)
        figure = november(Scope.whole(county), "M28", now=at(now))["M28"]
        assert figure.value is None and figure.beside["per_working_day"] is None

    def test_the_month_of_the_opening_has_the_working_days_from_it(self, queue: Queue, county: County) -> None:
        """Opened on Friday 23.10.: 6 working days of October. 6 in 6 against 21 in 21 is no growth."""
        Service.objects.update(opened_at=datetime(2026, 10, 22, 21, 30, tzinfo=UTC))
        self.rows(queue, Month(2026, 10), 6)
        self.rows(queue, NOVEMBER, 21)
        assert november(Scope.whole(county), "M28")["M28"].value == 0

    @pytest.mark.parametrize(("opened", "n"), [("2026-11-01T00:00:00+02:00", None), ("2026-10-31T23:59:00+02:00", 1)])
    def test_after_a_gap_no_topic_is_new(self, queue: Queue, county: County, opened: str, n: int | None) -> None:
        """The month before the opening is a gap; one that was open for a minute is a month in which nobody came (M34, 1.9)."""
        Service.objects.update(opened_at=datetime.fromisoformat(opened))
        self.rows(queue, NOVEMBER, 12, topic="laskut")
        figure = november(Scope.whole(county), "M34")["M34"]
        assert (figure.value, list(figure.notes)) == (n, ["gap_before"] if n is None else [])

    def test_a_changed_area_is_not_compared(self, queue: Queue, county: County, service: Service) -> None:
        ServiceArea.objects.create(service=service, name_fi="Osa", starts_on=date(2020, 1, 1), ends_on=date(2026, 10, 31))
        ServiceArea.objects.create(service=service, name_fi="Koko", starts_on=date(2026, 11, 1))
        self.rows(queue, Month(2026, 10), 10)
        self.rows(queue, NOVEMBER, 20, topic="muisti")
        found = november(Scope.whole(county), "M28", "M34")
        assert found["M28"].value is None and found["M28"].notes == ["not_comparable"]
        assert found["M34"].value is None and found["M34"].notes == ["not_comparable"]

    def test_growing_topics(self, queue: Queue, county: County) -> None:
        self.rows(queue, Month(2026, 10), 10, topic="muisti")
        self.rows(queue, NOVEMBER, 16, topic="muisti")
        self.rows(queue, NOVEMBER, 12, topic="laskut")
        self.rows(queue, NOVEMBER, 9, topic="asuminen")
        found = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M34"])
        names = {each.pk: each.key for each in Topic.objects.all()}
        assert [(names[each.topic], each.growth) for each in found.facts["topics"]] == [("laskut", None), ("muisti", 60)]
        assert found.total["M34"].value == 2


def fill_holidays_of(county: County) -> None:
    """The county's holidays of 2026."""
    fill_holidays(by=System(), county=county, years=[2026])


class TestHelpRequests:
    def test_working_days_of_the_answer(self, queue: Queue, county: County) -> None:
        """Sent on Friday 6.11.: Wednesday 11.11. is the third working day, Thursday is late, and the open one is overdue."""
        replies = ["6 15:00:00", "10 10:00:00", "11 23:50:00", "12 08:00:00", None]
        for each in replies:
            replied = at(each) if each else None
            Conversation.objects.create(
                county=county,
                service=queue.service,
                first_queue=queue,
                queue=queue,
                medium="form",
                resident_key=uuid4(),
                start_token=uuid4(),
                queued_at=at("6 12:00:00"),
                first_reply_at=replied,
                answer_due_at=None if replied else at("11 23:59:59"),
            )
        found = figures_of(Scope.whole(county), NOVEMBER.period, codes=["M01", "M23"], now=at("20 12:00:00")).total
        figure = found["M23"]
        assert (figure.value, figure.n) == (Fraction(60), 5)
        assert dict(figure.parts) == {
            "requests": 5,
            "requests_answered": 4,
            "within_two": 2,
            "within_three": 3,
            "answered_late": 1,
            "requests_open": 1,
            "requests_overdue": 1,
        }
        assert figure.beside["median_days"] == Fraction(5, 2)
        assert found["M01"].value == 0  # no contact

    def test_one_that_is_not_due_yet_spoils_nothing(self, queue: Queue, county: County) -> None:
        row = {"county": county, "service": queue.service, "first_queue": queue, "queue": queue, "medium": "form"}
        Conversation.objects.create(
            **row,
            resident_key=uuid4(),
            start_token=uuid4(),
            queued_at=at("6 12:00:00"),
            answer_due_at=at("11 23:59:59"),
        )
        figure = november(Scope.whole(county), "M23", now=at("10 12:00:00"))["M23"]
        assert (figure.value, dict(figure.parts)["requests_open"]) == (None, 1)
