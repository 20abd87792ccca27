"""Rows become calendars: everything that closes or opens a queue is read, of its own county only, in few queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.choices import OverrideKind, ServiceStatus
from services.hours import Availability, DayKind, Load, Reason
from services.models import County, Disruption, ExceptionDay, Holiday, Override, Queue, Schedule, Service, WeeklyInterval
from services.openness import availability_of, calendars_of, schedule_week, services_availability_of

pytestmark = pytest.mark.django_db
HELSINKI = ZoneInfo("Europe/Helsinki")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=HELSINKI).astimezone(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def office(county: County, queue: Queue) -> Schedule:
    """Monday to Friday 8–15, and the queue keeps these hours."""
    schedule = Schedule.objects.create(county=county, key="virka", name="Virka-aika")
    WeeklyInterval.objects.bulk_create(
        WeeklyInterval(schedule=schedule, weekday=day, opens=time(8), closes=time(15)) for day in range(5)
    )
    Queue.objects.filter(pk=queue.pk).update(schedule=schedule)
    queue.refresh_from_db()
    return schedule


def ask(queue: Queue, at: datetime = MONDAY, load: Load | None = None) -> Availability:
    return availability_of([queue], at=at, loads={queue.pk: load} if load else None)[queue.pk]


def test_the_week(queue: Queue, office: Schedule) -> None:
    assert ask(queue).is_open
    assert ask(queue, MONDAY - 2 * HOUR).is_open
    assert not ask(queue, MONDAY - 2 * HOUR - timedelta(seconds=1)).is_open
    assert ask(queue).closes_at == MONDAY + 5 * HOUR


def test_a_queue_without_hours(queue: Queue, county: County) -> None:
    Queue.objects.filter(pk=queue.pk).update(schedule=None)
    ExceptionDay.objects.create(county=county, date=date(2026, 11, 23), opens=time(8), closes=time(15), reason_fi="Päivystys")
    assert ask(queue).reason is Reason.NO_HOURS


def test_holidays_of_its_county_unless_removed(queue: Queue, office: Schedule, county: County, other_county: County) -> None:
    Holiday.objects.create(county=other_county, date=date(2026, 11, 23), name_fi="Muualla")
    assert ask(queue).is_open
    own = Holiday.objects.create(county=county, date=date(2026, 11, 23), name_fi="Pyhä", name_sv="Helg")
    assert (ask(queue).reason, ask(queue).reason_text) == (Reason.CLOSED_HOLIDAY, {"fi": "Pyhä", "sv": "Helg"})
    Holiday.objects.filter(pk=own.pk).update(removed=True)
    assert ask(queue).is_open
    Holiday.objects.filter(pk=own.pk).update(removed=False)
    Schedule.objects.filter(pk=office.pk).update(closed_on_holidays=False)
    assert ask(queue).is_open


def test_exception_days_of_the_hours_and_of_the_county(
    queue: Queue, office: Schedule, county: County, other_county: County
) -> None:
    day = date(2026, 11, 23)
    ExceptionDay.objects.create(county=other_county, date=day, reason_fi="Muualla")
    stranger = Schedule.objects.create(county=county, key="muu", name="Muu")
    ExceptionDay.objects.create(county=county, schedule=stranger, date=day, reason_fi="Toiset ajat")
    assert ask(queue).is_open
    ExceptionDay.objects.create(county=county, date=day, reason_fi="Alue kiinni")
    assert (ask(queue).reason, ask(queue).reason_text) == (Reason.CLOSED_EXCEPTION, {"fi": "Alue kiinni"})
    ExceptionDay.objects.create(county=county, schedule=office, date=day, opens=time(8), closes=time(9), reason_fi="Lyhyt")
    ExceptionDay.objects.create(county=county, schedule=office, date=day, opens=time(9, 30), closes=time(11), reason_fi="Lyhyt")
    answer = ask(queue)
    assert (answer.is_open, answer.closes_at) == (True, MONDAY + HOUR)
    assert answer.today.hours == ((time(8), time(9)), (time(9, 30), time(11)))


def test_overrides_of_the_queue_the_service_and_the_county(
    queue: Queue, office: Schedule, service: Service, county: County, second_queue: Queue, other_county: County
) -> None:
    def decide(kind: OverrideKind, **whom: object) -> None:
        Override.objects.create(**{"county": county, "kind": kind, "reason_fi": str(kind), "starts_at": MONDAY - HOUR, **whom})

    decide(OverrideKind.CLOSE, county=other_county)
    decide(OverrideKind.CLOSE, service=second_queue.service, queue=second_queue)
    decide(OverrideKind.CLOSE, ends_at=MONDAY)
    assert ask(queue).is_open
    decide(OverrideKind.CLOSE)
    assert (ask(queue).reason, ask(queue).reason_text) == (Reason.CLOSED_OVERRIDE, {"fi": "close"})
    decide(OverrideKind.OPEN, service=service)
    assert ask(queue).is_open
    decide(OverrideKind.CLOSE, queue=queue)
    assert not ask(queue).is_open


def test_a_notice_reaches_only_whom_it_concerns(queue: Queue, office: Schedule, second_queue: Queue, other_queue: Queue) -> None:
    def open_ones() -> set[int]:
        answers = availability_of([queue, second_queue, other_queue], at=MONDAY)
        return {pk for pk, answer in answers.items() if answer.is_open}

    assert open_ones() == {queue.pk, second_queue.pk, other_queue.pk}
    county, elsewhere = queue.service.county, other_queue.service.county
    close = {"kind": OverrideKind.CLOSE, "reason_fi": "x", "starts_at": MONDAY - HOUR}
    Override.objects.create(county=county, service=second_queue.service, **close)
    assert open_ones() == {queue.pk, other_queue.pk}
    Override.objects.create(county=elsewhere, **close)
    assert open_ones() == {queue.pk}


def test_those_who_wait_are_served_after_an_override_that_has_ended(queue: Queue, office: Schedule, county: County) -> None:
    Queue.objects.filter(pk=queue.pk).update(drain_minutes=20)
    evening = MONDAY + 9 * HOUR
    Override.objects.create(
        county=county, queue=queue, kind=OverrideKind.OPEN, reason_fi="x", starts_at=evening - HOUR, ends_at=evening
    )
    assert ask(queue, evening + timedelta(minutes=19)).serves_waiting
    assert not ask(queue, evening + timedelta(minutes=20)).serves_waiting


def test_queues_as_alike_speak_in_their_order(queue: Queue, office: Schedule, service: Service) -> None:
    sunday = MONDAY - timedelta(days=1)
    hours = Schedule.objects.create(county=service.county, key="toinen", name="Toinen")
    WeeklyInterval.objects.create(schedule=hours, weekday=0, opens=time(8), closes=time(15))
    ExceptionDay.objects.create(county=service.county, schedule=hours, date=date(2026, 11, 22), reason_fi="Remontti")
    other = Queue.objects.create(service=service, key="toinen", name_fi="Toinen", schedule=hours, order=queue.order + 1)
    assert services_availability_of([service], at=sunday)[service.pk].reason is Reason.CLOSED_HOURS
    Queue.objects.filter(pk=other.pk).update(order=queue.order - 1)
    assert services_availability_of([service], at=sunday)[service.pk].reason is Reason.CLOSED_EXCEPTION


def test_only_a_disruption_that_stops_intake_closes(queue: Queue, office: Schedule, county: County, service: Service) -> None:
    Disruption.objects.create(county=county, text_fi="Hidasta", starts_at=MONDAY - HOUR)
    assert ask(queue).is_open
    Disruption.objects.create(county=county, service=service, text_fi="Poikki", starts_at=MONDAY - HOUR, stops_intake=True)
    assert (ask(queue).reason, ask(queue).reason_text) == (Reason.DISRUPTION, {"fi": "Poikki"})


def test_status_and_numbers_of_the_queue(queue: Queue, office: Schedule, service: Service) -> None:
    Queue.objects.filter(pk=queue.pk).update(intake_stops_minutes=15, drain_minutes=20)
    answer = ask(queue)
    assert (answer.intake_ends_at, answer.serves_until) == (MONDAY + 4.75 * HOUR, MONDAY + 5 * HOUR + timedelta(minutes=20))
    assert ask(queue, load=Load(staffed=False, waiting=0, full=False)).reason is Reason.UNSTAFFED
    Service.objects.filter(pk=service.pk).update(status=ServiceStatus.PAUSED)
    assert ask(queue).reason is Reason.SERVICE_PAUSED
    Queue.objects.filter(pk=queue.pk).update(is_active=False)
    assert ask(queue).reason is Reason.QUEUE_INACTIVE


def test_fresh_rows_go_before_what_the_caller_holds(queue: Queue, office: Schedule) -> None:
    assert ask(queue).is_open
    Queue.objects.filter(pk=queue.pk).update(is_active=False)
    assert queue.is_active
    assert not ask(queue).is_open


def test_no_queues_no_answers() -> None:
    assert availability_of([], at=MONDAY) == {}
    assert services_availability_of([], at=MONDAY) == {}


def _queries(queues: list[Queue]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert len(calendars_of(queues, at=MONDAY)) == len(queues)
    return len(found)


def test_queries_do_not_grow_with_queues_or_counties(
    queue: Queue, office: Schedule, second_queue: Queue, other_queue: Queue
) -> None:
    few = _queries([queue])
    service = queue.service
    for n in range(30):
        hours = Schedule.objects.create(county=service.county, key=f"h{n}", name=f"h{n}")
        WeeklyInterval.objects.create(schedule=hours, weekday=n % 7, opens=time(8), closes=time(15))
        ExceptionDay.objects.create(county=service.county, schedule=hours, date=date(2026, 12, 1), reason_fi="x")
        Queue.objects.create(service=service, key=f"q{n}", name_fi=f"q{n}", schedule=hours)
    assert few == _queries(list(Queue.objects.all())) == 6


def test_a_service_is_open_through_any_entry_queue(queue: Queue, office: Schedule, service: Service, second_queue: Queue) -> None:
    evening = MONDAY + 8 * HOUR
    assert not services_availability_of([service], at=evening)[service.pk].is_open
    late = Schedule.objects.create(county=service.county, key="ilta", name="Ilta")
    WeeklyInterval.objects.create(schedule=late, weekday=0, opens=time(15), closes=time(20))
    door = Queue.objects.create(service=service, key="ilta", name_fi="Ilta", schedule=late, is_entry=False, order=20)
    assert not services_availability_of([service], at=evening)[service.pk].is_open
    Queue.objects.filter(pk=door.pk).update(is_entry=True)
    answer = services_availability_of([service], at=MONDAY)[service.pk]
    assert (answer.is_open, answer.closes_at) == (True, MONDAY + 10 * HOUR)
    assert services_availability_of([service], at=evening)[service.pk].is_open
    full = {door.pk: Load(staffed=True, waiting=3, full=True)}
    assert services_availability_of([service], at=evening, loads=full)[service.pk].reason is Reason.FULL
    Queue.objects.filter(pk=door.pk).update(is_active=False)
    assert not services_availability_of([service], at=evening)[service.pk].is_open
    Queue.objects.filter(service=service).update(is_active=False)
    assert services_availability_of([service], at=MONDAY) == {}
    Queue.objects.filter(service=service).update(is_active=True, is_entry=False)
    assert set(services_availability_of([service, second_queue.service], at=MONDAY)) == {second_queue.service_id}


def test_the_week_of_a_schedule_by_itself(office: Schedule, county: County) -> None:
    Holiday.objects.create(county=county, date=date(2026, 12, 24), name_fi="Jouluaatto")
    ExceptionDay.objects.create(county=county, date=date(2026, 12, 23), opens=time(8), closes=time(12), reason_fi="Lyhyt päivä")
    days = schedule_week(office, date(2026, 12, 21))
    assert [day.kind for day in days[:4]] == [DayKind.WEEKLY, DayKind.WEEKLY, DayKind.EXCEPTION, DayKind.HOLIDAY]
    assert days[2].hours == ((time(8), time(12)),)
