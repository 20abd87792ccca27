"""What the pages of the report ask does not grow: with contacts, with services, with months, with what people have entered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import System
from accounts.models import User
from chat.choices import EndedBy, State, Status
from chat.models import Attempt, Conversation, Feedback
from reports.choices import ExternalKind
from reports.models import ExternalFigure, MonthNote, ReportGroup
from reports.months import Month
from reports.operations import freeze_month
from services.choices import AimClass, CostKind, TopicKind
from services.models import CostRow, County, Municipality, Queue, ResponderGroup, Schedule, Service, ServiceArea, Target, Topic
from tests.conftest import make_queue, make_service
from tests.reports.d1 import make_d1

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NOVEMBER = Month(2026, 11)
MOST = 101
"""Of the page of a month. It is one query for a question, and the report asks many; what matters is that none is in a loop."""


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def fill(queue: Queue, group: ReportGroup, *, months: int, each: int, tag: str) -> None:
    """Of everything that the page tells of some: contacts of each month back, with topics, places, feedback, tries and figures."""
    county, service = queue.service.county, queue.service
    topics = [Topic.objects.create(service=service, key=f"{tag}{n}", name_fi=f"{tag}{n}", kind=kind)
              for n, kind in enumerate(["", *TopicKind.values])]  # fmt: skip
    places = [Municipality.objects.create(county=county, code=f"{queue.pk % 90 + 10}{n}", name_fi=f"{tag}{n}", residents=900)
              for n in range(3)]  # fmt: skip
    ServiceArea.objects.create(service=service, name_fi=tag, starts_on=date(2020, 1, 1))
    aim = {"aim": AimClass.CLIENT, "direction": "gte", "value": 80, "unit": "%", "starts_on": "2026-01-01"}
    Target.objects.create(county=county, service=service, metric="M08", **aim)
    group.services.add(service)
    for back in range(months):
        month = NOVEMBER.shifted(-back)
        at = month.period.interval[0].replace(hour=22)
        MonthNote.objects.create(county=county, service=service, month=month.first, text_fi=tag)
        CostRow.objects.create(service=service, month=month.first, kind=CostKind.STAFF, euros=Decimal(100), source="x")
        for kind in (ExternalKind.CALLS, ExternalKind.MAILS, ExternalKind.VISITS):
            ExternalFigure.objects.create(county=county, service=service, month=month.first, kind=kind, value=7, source="x")
        Attempt.objects.create(county=county, service=service, at=at, language="fi", visit=uuid4().hex)
        rows = Conversation.objects.bulk_create(
            Conversation(
                county=county, service=service, first_queue=queue, queue=queue, resident_key=uuid4(), start_token=uuid4(),
                state=State.ENDED, status=Status.ANSWERED, ended_by=EndedBy.RESPONDER, outcome="R1", wait_seconds=3,
                response_seconds=9, topic=topics[n % 3], municipality=places[n % 3], language=["fi", "sv", "en"][n % 3],
                **dict.fromkeys(("queued_at", "line_at", "accepted_at", "first_reply_at", "closed_at"), at),
            )
            for n in range(each)
        )  # fmt: skip
        Feedback.objects.bulk_create(Feedback(conversation=row, answered_at=at, satisfaction=4, recommend=9) for row in rows[::2])


@pytest.mark.parametrize("door", ["reports:month", "reports:period", "reports:year", "reports:table", "reports:data"])
@pytest.mark.parametrize("scope", ["kaikki", "ikaantyneet", "ryhma:yhdessa"])
def test_nothing_that_is_added_adds_a_query(
    queue: Queue, second_queue: Queue, county: County, group: ResponderGroup, always_open: Schedule, manager: User,
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, door: str, scope: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("config.frame.SURROUNDINGS_SECONDS", 600.0)
    make_d1(queue)
    together = ReportGroup.objects.create(county=county, key="yhdessa", name_fi="Yhdessä")
    Service.objects.update(opened_at=datetime(2024, 1, 1, tzinfo=UTC))
    fill(queue, together, months=2, each=6, tag="a")
    fill(second_queue, together, months=2, each=6, tag="b")
    for service in (None, queue.service):
        freeze_month(by=System("test"), county=county, service=service, month=NOVEMBER, now=TODAY)
    client = signed_in(manager)
    query = {"palvelu": scope}
    query |= {"reports:period": {"alku": "2026-01-01", "loppu": "2026-11-30"}, "reports:year": {"vuosi": "2026"}}.get(
        door, {"kuukausi": "2026-11"}
    )

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(door), query).status_code == 200
        return len(seen)

    asked()
    before = asked()
    for n in range(3):
        more = make_queue(make_service(county, f"lisa{n}", f"Lisä {n}", f"Mer {n}", f"More {n}"), always_open, group)
        fill(more, together, months=5, each=9, tag=f"c{n}")
    Service.objects.update(opened_at=datetime(2024, 1, 1, tzinfo=UTC))
    asked()  # what every page shares for a while may have been read in the first one
    assert asked() <= before <= MOST
