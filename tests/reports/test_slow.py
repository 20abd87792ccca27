"""The database and a slow, plain computation come to the very same figures, at borders of months and when the clock is moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.choices import EndedBy, State
from chat.models import Conversation, Feedback
from reports.metrics import Figures, Scope, figures_of
from reports.months import Month, Period
from reports.rounding import percent
from services.models import Queue, Topic
from tests.reports.slow import Told, slowly

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
# Around the first and last instants of March and October 2026, the two nights, and an ordinary noon.
EDGES = [
    datetime(2026, 2, 28, 22, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 3, 31, 21, tzinfo=UTC),
    datetime(2026, 9, 30, 21, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 10, 31, 22, tzinfo=UTC),
    datetime(2026, 10, 14, 9, tzinfo=UTC),
]
MONTHS = [Month(2026, 2), Month(2026, 3), Month(2026, 4), Month(2026, 9), Month(2026, 10), Month(2026, 11), Month(2026, 6)]
HOUR = 3_600_000_000
instants = st.builds(
    lambda edge, micros: edge + timedelta(microseconds=micros),
    st.sampled_from(EDGES),
    st.integers(-2 * HOUR, 2 * HOUR) | st.sampled_from([-1, 0, 1, -60_000_000, 60_000_000]),
)
spans = st.integers(0, HOUR) | st.sampled_from([299_999_999, 300_000_000, 300_000_001, 60_000_000])


@st.composite
def conversations(draw: st.DrawFn) -> Told:
    status = draw(st.sampled_from(["answered"] * 4 + ["abandoned", "abandoned", "short_abandon", "service_closed"]))
    answered = status == "answered"
    wait = draw(spans)
    left = draw(st.integers(0, 9_999_999)) if status == "short_abandon" else draw(st.integers(10_000_000, HOUR))
    return Told(
        queued=draw(instants),
        status=status,
        wait=wait,
        response=wait + draw(st.integers(0, 300_000_000)) if answered else 0,
        length=draw(st.integers(300_000_000, 2 * HOUR)),
        left=left,
        is_test=draw(st.integers(0, 9)) == 0,
        person=draw(st.sampled_from(["", "", "P1", "P2"])),
        session=draw(st.integers(0, 5)),
        topic=draw(st.sampled_from(["", "muisti", "kotihoito"])),
        outcome=draw(st.sampled_from(["", "R0", *(f"R{n}" for n in range(1, 10))])) if answered else "",
        csat=draw(st.none() | st.integers(1, 5)),
        nps=draw(st.none() | st.integers(0, 10)),
    )


def store(queue: Queue, told: list[Told]) -> None:
    topics = {key: Topic.objects.get_or_create(service=queue.service, key=key)[0] for key in ("muisti", "kotihoito")}
    rows = []
    for each in told:
        answered = each.status == "answered"
        accepted = each.queued + timedelta(microseconds=each.wait)
        replied = each.queued + timedelta(microseconds=each.response)
        rows.append(
            Conversation(
                county=queue.service.county,
                service=queue.service,
                first_queue=queue,
                queue=queue,
                resident_key=UUID(int=each.session),
                start_token=uuid4(),
                state=State.ENDED,
                ended_by=EndedBy.RESIDENT,
                status=each.status,
                is_test=each.is_test,
                queued_at=each.queued,
                line_at=each.queued,
                accepted_at=accepted if answered else None,
                first_reply_at=replied if answered else None,
                wait_seconds=(accepted - each.queued).total_seconds() if answered else None,
                response_seconds=(replied - each.queued).total_seconds() if answered else None,
                left_at=each.ends if each.status in ("abandoned", "short_abandon") else None,
                closed_at=each.ends,
                person=each.person,
                identified_at=each.queued - timedelta(microseconds=1) if each.person else None,
                topic=topics.get(each.topic),
                outcome=each.outcome,
            )
        )
    Conversation.objects.bulk_create(rows)
    Feedback.objects.bulk_create(
        Feedback(conversation=row, answered_at=row.closed_at, satisfaction=each.csat, recommend=each.nps)
        for row, each in zip(rows, told, strict=True)
        if each.csat is not None or each.nps is not None
    )


def quickly(found: Figures) -> dict[str, Fraction | None]:
    figures = found.total
    known = {
        code: figures[code].value for code in ("M01", "M02", "M03", "M04", "M06", "M07", "M08", "M09", "M10", "M11", "M12", "M14")
    }
    known |= {code: figures[code].value for code in ("M15", "M16", "M18", "M19")}
    known["M02 persons"] = Fraction(dict(figures["M02"].parts)["persons"])
    known["M04 left"] = figures["M04"].beside["left_after"]
    for code in ("M06", "M07"):
        known[f"{code} p90"] = figures[code].beside["p90"]
    known["M06 mean"] = figures["M06"].beside["mean"]
    known["M08 hours"] = figures["M08"].beside["target_hours"]
    known["M10 verified"] = figures["M10"].beside["verified"]
    return known


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(conversations(), max_size=25))
def test_the_database_agrees_with_plain_python(queue: Queue, told: list[Told]) -> None:
    with transaction.atomic():
        store(queue, told)
        scope = Scope.of([queue.service])
        for month in MONTHS:
            codes = [code for code in slowly([], (1, 1)) if " " not in code]
            found = quickly(figures_of(scope, month.period, codes=codes))
            assert found == slowly(told, (month.year, month.number)), month
        transaction.set_rollback(True)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(conversations(), max_size=25))
def test_a_free_period_is_the_sum_of_its_months_for_counts(queue: Queue, told: list[Told]) -> None:
    with transaction.atomic():
        store(queue, told)
        scope, months = Scope.of([queue.service]), [Month(2026, number) for number in range(2, 12)]
        whole = figures_of(scope, Period(months[0].first, months[-1].last), codes=["M01", "M02", "M16"]).total
        each = [figures_of(scope, month.period, codes=["M01", "M02", "M16"]).total for month in months]
        for code in ("M01", "M02"):
            assert whole[code].value == sum(found[code].n for found in each)
        transaction.set_rollback(True)


def test_the_seeds_figures(queue: Queue) -> None:
    """D2: 50 748 contacts from January to October 2023, 32 269 of them identified (metrics 5)."""
    free = Period(date(2023, 1, 1), date(2023, 10, 31))
    starts, ends = free.interval
    step = (ends - starts) / 50_748
    # By batches: the database ends a transaction that stands idle while a slow machine makes all of them.
    for first in range(0, 50_748, 2000):
        Conversation.objects.bulk_create(
            Conversation(
                county=queue.service.county,
                service=queue.service,
                first_queue=queue,
                queue=queue,
                resident_key=UUID(int=n),
                start_token=UUID(int=n),
                state=State.ENDED,
                ended_by=EndedBy.RESPONDER,
                status="answered",
                queued_at=starts + step * n,
                accepted_at=starts + step * n,
                first_reply_at=starts + step * n,
                closed_at=starts + step * n + timedelta(minutes=20),
                wait_seconds=0,
                response_seconds=0,
                person=f"P{n}" if n < 32_269 else "",
                identified_at=starts + step * n if n < 32_269 else None,
                outcome="R1" if n < 35_524 else "R5",
            )
            for n in range(first, min(first + 2000, 50_748))
        )
    found = figures_of(Scope.of([queue.service]), free, codes=["M01", "M02", "M11"]).total
    assert [found["M01"].value, found["M02"].value] == [50_748, 32_269]
    assert percent(found["M02"].beside["share_of_contacts"]) == "63,6\xa0%"
    assert percent(100 - found["M02"].beside["share_of_contacts"]) == "36,4\xa0%"
    assert found["M11"].value > 70
    months = [figures_of(Scope.of([queue.service]), month.period, codes=["M01"]).total["M01"].n for month in free.months]
    assert sum(months) == 50_748
    assert [round(Fraction(50_748, n) * 10) for n in (10, free.days, free.working_days)] == [50748, 1669, 2405]
