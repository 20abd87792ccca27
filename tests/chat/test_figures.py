"""The figures of the worked data D1 come out exactly, by the rules of months and rounding (metrics 1 and 4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from chat.choices import Contactor, EndedBy, State, Status, WentTo
from chat.figures import AVAILABLE, Period, by_day, figures_of, median, p90, read_contacts, read_figures
from chat.models import Attempt, Conversation, Feedback
from services.models import Queue, Service

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))

# id: queued, accepted, first human reply, status, outcome, CSAT, NPS; days and clock times in Finland, November 2026
D1 = {
    "C01": ("2 08:00:00", "2 08:02:00", "2 08:02:30", "answered", "R1", 5, 10),
    "C02": ("2 08:01:00", "2 08:07:00", "2 08:08:00", "answered", "R2", 4, 9),
    "C03": ("2 08:03:00", None, None, "short_abandon", "", None, None),
    "C04": ("2 08:05:00", None, None, "abandoned", "", None, None),
    "C05": ("2 08:40:00", "2 08:41:00", "2 08:41:20", "answered", "R3", None, 7),
    "C06": ("3 10:00:00", "3 10:00:30", "3 10:01:00", "answered", "R1", 5, 10),
    "C07": ("3 14:55:00", None, None, "service_closed", "", None, None),
    "C09": ("4 09:00:00", "4 09:15:00", "4 09:16:00", "answered", "R7", 2, 3),
    "C10": ("5 12:00:00", "5 12:00:10", "5 12:00:40", "test", "R1", 5, 10),
    "C11": ("30 23:58:00", "31 00:03:00", "31 00:04:00", "answered", "R1", 3, 6),
    "C12": ("31 00:00:00", "31 00:01:00", "31 00:01:10", "answered", "R1", 5, 10),
    "C13": ("6 09:00:00", "6 09:01:00", "6 09:01:30", "answered", "R6", 4, 8),
    "C14": ("5 13:00:00", "5 13:04:00", "5 13:05:00", "answered", "R5", None, 9),
}


def maybe_at(words: str | None) -> datetime | None:
    return None if words is None else at(words)


def at(words: str) -> datetime:
    day, clock = words.split()
    naive = datetime.combine(date(2026, 11, 1), datetime.strptime(clock, "%H:%M:%S").time()) + timedelta(days=int(day) - 1)
    return timezone.make_aware(naive)


def made(queue: Queue, row: tuple, **fields: object) -> Conversation:
    queued, accepted, replied, status, outcome, content, likely = row
    conversation = Conversation.objects.create(
        county=queue.service.county,
        service=queue.service,
        first_queue=queue,
        queue=queue,
        resident_key=uuid4(),
        start_token=uuid4(),
        state=State.ENDED,
        status=Status.ANSWERED if status == "test" else status,
        ended_by=EndedBy.RESPONDER,
        is_test=status == "test",
        queued_at=at(queued),
        accepted_at=maybe_at(accepted),
        first_reply_at=maybe_at(replied),
        closed_at=at(replied or queued),
        outcome=outcome,
        **fields,
    )
    if content or likely:
        Feedback.objects.create(
            conversation=conversation, answered_at=conversation.closed_at, satisfaction=content, recommend=likely
        )
    return conversation


@pytest.fixture
def d1(queue: Queue) -> Queue:
    for row in D1.values():
        made(queue, row)
    Attempt.objects.create(
        county=queue.service.county, service=queue.service, at=at("4 07:30:00"), language="fi", went_to=WentTo.FORM, visit="C08"
    )
    Attempt.objects.create(
        county=queue.service.county, service=queue.service, at=at("4 07:30:00"), language="fi", visit="t", is_test=True
    )
    return queue


@pytest.mark.parametrize(
    ("metric", "value", "n"),
    [
        ("M01", 10, 10),
        ("M03", 80, 10),
        ("M04", 10, 10),
        ("M05", 1, 1),
        ("M06", 180, 8),
        ("M07", 225, 8),
        ("M08", 50, 10),
        ("M10", 50, 8),
        ("M11", 75, 8),
        ("M12", 25, 8),
        ("M14", Fraction(23, 6), 6),
        ("M15", 25, 8),
        ("M16", 100, 8),
    ],
)
def test_d1(d1: Queue, metric: str, value: Fraction, n: int) -> None:
    figure = read_figures([d1.service], NOVEMBER)[metric]
    assert (figure.value, figure.n) == (value, n)


def test_what_stands_beside_in_d1(d1: Queue) -> None:
    found = read_figures([d1.service], NOVEMBER)
    assert set(found) == set(AVAILABLE)
    assert found["M06"].beside == {"mean": Fraction(207000, 800), "p90": 900, "longest": 900}
    assert found["M07"].beside == {"mean": Fraction(605, 2), "p90": 960, "longest": 960}
    assert found["M14"].beside == {"share": Fraction(200, 3)}
    assert dict(found["M01"].parts) == {"answered": 8, "abandoned": 1, "service_closed": 1, "short_abandon": 1}
    assert dict(found["M15"].parts) == {"promoters": 4, "passives": 2, "detractors": 2}
    assert dict(found["M05"].parts) == {"form": 1}
    assert found["M14"].is_of_few and not found["M01"].is_of_few


def test_the_month_is_finlands_and_december_gets_c12(d1: Queue) -> None:
    december = read_figures([d1.service], Period(date(2026, 12, 1), date(2026, 12, 31)))
    assert [december[metric].value for metric in ("M01", "M06")] == [1, 60]
    assert dict(by_day(read_contacts([d1.service], NOVEMBER)))[date(2026, 11, 30)] == 1
    begins, ends = (instant.astimezone(UTC) for instant in Period(date(2026, 3, 1), date(2026, 3, 31)).interval)
    assert ends - begins == timedelta(hours=743)


def test_nothing_is_a_dash_and_not_zero_percent(queue: Queue) -> None:
    found = read_figures([queue.service], NOVEMBER)
    empty = {metric for metric, figure in found.items() if figure.value is None}
    assert empty == {"M03", "M04", "M06", "M07", "M08", "M10", "M11", "M12", "M14", "M15", "M16"}
    assert found["M01"].value == found["M05"].value == 0


def test_a_transferred_contact_counts_for_its_first_queue(d1: Queue, second_queue: Queue, second_service: Service) -> None:
    Conversation.objects.filter(queued_at=at(D1["C06"][0])).update(queue=second_queue, service=second_service)
    assert read_figures([d1.service], NOVEMBER)["M01"].value == 10
    assert read_figures([second_service], NOVEMBER)["M01"].value == 0
    assert read_figures([d1.service, second_service], NOVEMBER)["M01"].value == 10


def test_professionals_consultations_are_counted_apart(d1: Queue) -> None:
    made(d1, D1["C01"], contactor=Contactor.PROFESSIONAL, client_present=False)
    assert read_figures([d1.service], NOVEMBER)["M01"].value == 10


def test_one_that_goes_on_is_counted_when_it_has_been_answered(d1: Queue, responder) -> None:
    rows = {"state": State.ACTIVE, "status": "", "ended_by": "", "closed_at": None, "responder": responder}
    waits = made(d1, ("9 09:00:00", "9 09:01:00", "9 09:02:00", "answered", "", None, None))
    Conversation.objects.filter(pk=waits.pk).update(**rows)
    assert read_figures([d1.service], NOVEMBER)["M01"].value == 11
    Conversation.objects.filter(pk=waits.pk).update(first_reply_at=None)
    assert read_figures([d1.service], NOVEMBER)["M01"].value == 10


def test_two_queries_however_many_there_are(d1: Queue, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        read_figures([d1.service], NOVEMBER)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60))
def test_median_and_p90(values: list[int]) -> None:
    ordered = [Fraction(value) for value in sorted(values)]
    middle, nine = median(ordered), p90(ordered)
    assert middle is not None and nine is not None
    assert sum(value <= middle for value in ordered) * 2 >= len(ordered)
    assert sum(value <= nine for value in ordered) * 10 >= 9 * len(ordered)
    assert nine in ordered
    assert p90([Fraction(n) for n in range(1, 11)]) == 9


def test_no_rows() -> None:
    assert figures_of([], attempts={})["M06"].beside == {"mean": None, "p90": None, "longest": None}
