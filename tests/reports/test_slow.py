"""The database and a slow, plain computation come to the very same figures, at borders of months and when the clock is moved."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from chat.choices import EndedBy, State
from chat.models import Conversation
from reports.metrics import Figures, Scope, figures_of
from reports.months import Month, Period
from reports.rounding import percent
from services.models import County, Membership, Queue, ResponderGroup
from tests.conftest import make_person
from tests.reports.imagined import DAYS, NIGHTS, Past, conversations, pasts, store
from tests.reports.slow import FAILURES, TONES, month_of, slowly

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
CODES = sorted({name.partition(" ")[0] for name in slowly(Past(), (2026, 6), "AB")})


@pytest.fixture
def queues(queue: Queue, second_queue: Queue) -> dict[str, Queue]:
    return {"A": queue, "B": second_queue}


@pytest.fixture
def responders(group: ResponderGroup, second_group: ResponderGroup) -> dict[str, User]:
    found = {"A": make_person("aino"), "B": make_person("bertta")}
    for name, hers in (("A", group), ("B", second_group)):
        Membership.objects.create(group=hers, user=found[name])
    return found


def quickly(found: Figures, queues: dict[str, Queue]) -> dict[str, Any]:
    """What the database tells, by the same names."""
    figures = found.total
    parts = {code: dict(figure.parts) for code, figure in figures.items()}
    known: dict[str, Any] = {code: figure.value if figure.known else "no data" for code, figure in figures.items()}
    known["M02 persons"] = parts["M02"].get("persons")
    known["M02 share"] = figures["M02"].beside.get("share_of_contacts")
    known["M02 based on"] = figures["M02"].based_on
    known["M04 left"] = figures["M04"].beside["left_after"]
    known["M05 went"] = Counter(parts["M05"])
    for code in ("M06", "M07"):
        known[f"{code} p90"] = figures[code].beside["p90"]
    known["M06 mean"] = figures["M06"].beside["mean"]
    known["M06 transfer"] = figures["M06"].beside["transfer_median"]
    known["M06 transfer mean"] = figures["M06"].beside["transfer_mean"]
    known["M08 hours"] = figures["M08"].beside["target_hours"]
    known["M10 verified"] = figures["M10"].beside.get("verified")
    of_queue = {queue.pk: name for name, queue in queues.items()}
    known["M13 matrix"] = Counter({(of_queue[a], of_queue[b]): n for (a, b), n in found.facts["matrix"].items()})
    known["M09 classes"] = Counter({name: n for name, n in parts["M09"].items() if name.startswith("length_") and n})
    known["M13 moves"], known["M13 failed"] = parts["M13"]["moves"], parts["M13"]["failed_moves"]
    known["M13 overflows"], known["M13 quick"] = parts["M13"]["overflows"], figures["M13"].beside["quick"]
    known["M17 tones"] = Counter({tone: n for tone in TONES if (n := parts["M17"][tone])})
    known["M17 themes"] = Counter({name[6:]: n for name, n in parts["M17"].items() if name.startswith("theme_")})
    known["M18 wrong"] = parts["M18"]["wrong_service"]
    known["M18 reasons"] = Counter({reason: n for reason in FAILURES if (n := parts["M18"][reason])})
    for name in ("late", "overdue", "not_reached"):
        known[f"M33 {name}"] = parts["M33"][name]
    known["M33 days"] = figures["M33"].beside["median_days"]
    for kind in ("call_request", "follow_up"):
        known[f"M33 {kind}"], known[f"M33 {kind} in time"] = parts["M33"][f"{kind}_due"], parts["M33"][f"{kind}_in_time"]
    return known


@pytest.mark.parametrize("edges", [NIGHTS, DAYS], ids=["nights", "days"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_database_agrees_with_plain_python(
    queues: dict[str, Queue], responders: dict[str, User], county: County, edges: list[datetime], data: st.DataObject
) -> None:
    edge = data.draw(st.sampled_from(edges))
    past = data.draw(pasts(edge))
    services = data.draw(st.sampled_from(["AB", "AB", "A", "B"]))
    with transaction.atomic():
        store(queues, responders, past)
        scope = Scope.whole(county) if services == "AB" else Scope.of([queues[services].service])
        for year, number in sorted({month_of(edge + timedelta(hours=hours)) for hours in (-3, 3)}):
            found = figures_of(scope, Month(year, number).period, codes=CODES, now=past.now, discreet=False)
            told, expected = quickly(found, queues), slowly(past, (year, number), services)
            assert {name: told[name] for name in expected} == expected, (year, number)
            assert set(told) == set(expected)
        transaction.set_rollback(True)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(conversations(NIGHTS), max_size=20))
def test_a_free_period_is_the_sum_of_its_months_for_counts(queues: dict[str, Queue], told: list[Any]) -> None:
    with transaction.atomic():
        store(queues, {}, Past(told))
        scope, months = Scope.of([queue.service for queue in queues.values()]), [Month(2026, number) for number in range(2, 12)]
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
