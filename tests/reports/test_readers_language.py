"""What the report calls in the reader’s language, and where those who came to the wrong service should have come."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.actors import System
from chat.choices import LegExit, TransferReason, TransferState
from chat.models import Conversation, Leg, Transfer
from reports.exports import as_csv, as_json, workbook
from reports.months import Month
from reports.operations import freeze_month
from reports.report import Report, report_of
from services.models import County, Queue, ResponderGroup, Schedule, Service, Topic
from tests.conftest import make_queue
from tests.reports.d1 import Row, made, make_d1
from tests.reports.test_files import cells_of

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NOVEMBER = Month(2026, 11)
BY = System("test")


@pytest.fixture(autouse=True)
def _december(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)
    Service.objects.update(opened_at=datetime(2026, 11, 1, tzinfo=UTC))


def november(county: County, service: Service | None = None, **more: Any) -> Report:
    return report_of(BY, county, service, NOVEMBER.period, now=TODAY, with_trend=False, **more)


class TestProfessions:
    """M32: one by its Finnish name, read in the language of the page, live and frozen."""

    @pytest.fixture
    def answered(self, queue: Queue, responder, group: ResponderGroup) -> None:
        ResponderGroup.objects.filter(pk=group.pk).update(profession_sv="klienthandledare", profession_en="client guide")
        made(queue, Row("2 08:00:00", "2 08:01:00", "2 08:02:00", "2 08:20:00"), responder=responder)

    @pytest.mark.parametrize(("language", "words"), [("fi", "asiakasohjaaja"), ("sv", "klienthandledare"), ("en", "client guide")])
    def test_page_and_files_name_them_in_the_readers_language(self, answered, county, manager, signed_in, language, words) -> None:
        page = reverse("reports:month").replace("/fi/", f"/{language}/")
        told = signed_in(manager).get(page, {"kuukausi": "2026-11"}).content.decode()
        assert f'<p class="nlr-note">{words}</p>' in told
        freeze_month(by=BY, county=county, month=NOVEMBER, service=None, now=TODAY)
        with translation.override(language):
            live, frozen = november(county), november(county, revision=1)
        assert list(live.figures.total["M32"].notes) == list(frozen.figures.total["M32"].notes) == [words]
        assert words in as_csv(live).decode()

    def test_what_lacks_a_translation_is_finnish_and_one_profession_is_counted_once(
        self, answered, county, queue, responder
    ) -> None:
        other = ResponderGroup.objects.create(county=county, key="toinen", name_fi="Toiset", profession_fi="asiakasohjaaja")
        third = ResponderGroup.objects.create(county=county, key="kolmas", name_fi="Muut", profession_fi="lääkäri")
        for group in (other, third):
            group.members.add(responder)
            queue.groups.add(group)
        with translation.override("sv"):
            figure = november(county).figures.total["M32"]
        assert list(figure.notes) == ["klienthandledare", "lääkäri"] and dict(figure.parts)["professions"] == 2

    def test_another_countys_words_are_not_borrowed(self, answered, county, group, other_group) -> None:
        ResponderGroup.objects.filter(pk=group.pk).update(profession_sv="")
        ResponderGroup.objects.filter(pk=other_group.pk).update(profession_sv="främmande")
        with translation.override("sv"):
            assert list(november(county).figures.total["M32"].notes) == ["asiakasohjaaja"]


class TestRightService:
    """M18: as the responder told, else where it was passed on to as one of the wrong service; each contact once."""

    @pytest.fixture
    def rows(self, queue: Queue, second_queue: Queue) -> dict[str, Conversation]:
        rows = make_d1(queue)
        Conversation.objects.filter(pk=rows["C09"].pk).update(wrong_service_target=second_queue.service)
        moved, at = rows["C01"], rows["C01"].closed_at
        assert at is not None
        moved.legs.update(wrong_service=True)
        first = moved.legs.get()
        for n, to_queue in enumerate((queue, second_queue), start=2):
            leg = Leg.objects.create(
                conversation=moved, number=n, queue=to_queue, queued_at=at, accepted_at=at, left_at=at, exit=LegExit.ENDED
            )
            Transfer.objects.create(
                conversation=moved, from_leg=first, to_leg=leg, from_queue=queue, to_queue=to_queue,
                reason=TransferReason.WRONG_SERVICE, state=TransferState.ACCEPTED, asked_at=at, offered_at=at,
                ended_at=at + timedelta(minutes=n),
            )  # fmt: skip
        Conversation.objects.filter(pk=rows["C02"].pk).update(wrong_service=True)
        Conversation.objects.filter(pk=rows["C10"].pk).update(wrong_service=True, wrong_service_target=second_queue.service)
        return rows

    def test_told_in_the_page_and_in_every_file(self, rows, county, manager, signed_in) -> None:
        report = november(county)
        assert [(each.name, each.n, each.share) for each in report.right_places] == [
            ("Neuvolan chat", 2, "66,7\xa0%"),
            ("Ei kerrottu", 1, "33,3\xa0%"),
        ]
        page = signed_in(manager).get(reverse("reports:month"), {"kuukausi": "2026-11"}).content.decode()
        assert "Palvelu, johon olisi pitänyt tulla" in page and '<th scope="row">Neuvolan chat</th>' in page
        assert "Palvelu, johon olisi pitänyt tulla" in as_csv(report).decode()
        assert json.loads(as_json(report))["right_services"][0] == {
            "name": "Neuvolan chat", "contacts": 2, "share": "66,7\xa0%",
        }  # fmt: skip
        assert cells_of(workbook(report))["Oikea palvelu"][1] == ["Neuvolan chat", 2, pytest.approx(2 / 3)]

    def test_of_a_service_are_those_that_came_to_it_and_a_frozen_month_tells_no_table(self, rows, county, second_service) -> None:
        assert not november(county, second_service).right_places
        freeze_month(by=BY, county=county, month=NOVEMBER, service=None, now=TODAY)
        assert not november(county, revision=1).right_places


def test_topics_of_one_name_are_told_apart_by_their_services(county: County, queue: Queue, second_queue: Queue) -> None:
    """Of the whole county; a topic that no other service has needs no more than its name."""
    services = (queue.service, second_queue.service)
    topics = [Topic.objects.create(service=each, key="muu", name_fi="Muu asia", name_sv="Annat") for each in services]
    topics.append(Topic.objects.create(service=queue.service, key="oma", name_fi="Omaishoito"))
    for number, topic in enumerate(topics):
        row = made(
            queue, Row(f"{number + 2} 08:00:00", f"{number + 2} 08:01:00", f"{number + 2} 08:02:00", f"{number + 2} 08:20:00")
        )
        Conversation.objects.filter(pk=row.pk).update(topic=topic)
    with translation.override("fi"):
        [table] = [each for each in november(county).tables if each.key == "topic"]
    assert sorted(row.name for row in table.rows) == sorted([*(f"{each.name_fi}: Muu asia" for each in services), "Omaishoito"])


def test_a_queue_is_called_by_its_service_and_by_its_own_name_where_the_service_has_several(
    county: County, queue: Queue, second_queue: Queue, always_open: Schedule, group: ResponderGroup
) -> None:
    """Of the whole county; also when nobody came to the others."""
    line = make_queue(queue.service, always_open, group, key="laakari")
    Queue.objects.filter(pk=line.pk).update(name_fi="Digilääkäri")
    for number, each in enumerate((line, second_queue)):
        made(each, Row(f"{number + 2} 08:00:00", f"{number + 2} 08:01:00", f"{number + 2} 08:02:00", f"{number + 2} 08:20:00"))
    with translation.override("fi"):
        [table] = [each for each in november(county).tables if each.key == "queue"]
    assert sorted(row.name for row in table.rows) == sorted([f"{queue.service.name_fi}: Digilääkäri", second_queue.service.name_fi])
