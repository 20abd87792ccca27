"""More than was expected: noticed once, told by a letter with a link only, shown to who reads the figures (M28, S002-44)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.actors import System
from accounts.models import OutgoingMail
from chat.choices import EndedBy, State, Status
from chat.models import Conversation
from reports.growth import growth_of
from reports.models import GrowthAlert, ReportSelection
from reports.operations import watch_growth
from services.models import Queue, Service, ServiceArea, ServiceBreak, Topic

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
"""The last five working days before it are 16.–20.11."""


@pytest.fixture(autouse=True)
def _now(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: MONDAY)


def came(queue: Queue, at: datetime, n: int, topic: Topic | None = None) -> None:
    Conversation.objects.bulk_create(
        Conversation(
            county=queue.service.county, service=queue.service, first_queue=queue, queue=queue, resident_key=uuid4(),
            start_token=uuid4(), state=State.ENDED, status=Status.ANSWERED, ended_by=EndedBy.RESPONDER, topic=topic,
            queued_at=at + timedelta(minutes=n), line_at=at + timedelta(minutes=n), accepted_at=at + timedelta(minutes=n),
            first_reply_at=at + timedelta(minutes=n + 1), closed_at=at + timedelta(minutes=n + 9),
        )
        for n in range(n)
    )  # fmt: skip


@pytest.fixture
def calm(queue: Queue) -> Service:
    """Ten weeks of four contacts on each weekday at nine; the last five working days are left empty."""
    Service.objects.filter(pk=queue.service_id).update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
    for week in range(1, 11):
        for day in range(5):
            came(queue, datetime(2026, 11, 16, 7, tzinfo=UTC) + timedelta(days=day, weeks=-week), 4)
    return Service.objects.select_related("county").get(pk=queue.service_id)


def last_week(queue: Queue, n: int, topic: Topic | None = None) -> None:
    for day in range(5):
        came(queue, datetime(2026, 11, 16, 7, tzinfo=UTC) + timedelta(days=day), n // 5 + (day < n % 5), topic)


def watch(now: datetime = MONDAY) -> int:
    return watch_growth(by=System("test"), now=now)


class TestRule:
    def test_a_quarter_more_is_none_and_one_above_it_is(self, calm, queue) -> None:
        last_week(queue, 25)
        growth = growth_of(calm, today=MONDAY.date())
        assert growth is not None and (growth.contacts, float(growth.expected), growth.is_above) == (25, 20.0, False)
        came(queue, datetime(2026, 11, 20, 9, tzinfo=UTC), 1)
        growth = growth_of(calm, today=MONDAY.date())
        assert growth is not None and growth.is_above and growth.percent == 30

    @pytest.mark.parametrize(("many", "few", "n", "expected", "is_above"), [(10, 2, 45, 33.3, True), (3, 1, 18, 15.0, False)])
    def test_each_hour_of_the_week_is_expected_by_itself(
        self, queue: Queue, many: int, few: int, n: int, expected: float, is_above: bool
    ) -> None:
        """Two weeks were busy at nine and two others at ten: an hour is a trimmed mean of its own (M28), and only where hours have
        one or two are whole days compared, since the mean without the largest would be too low.
        """
        Service.objects.filter(pk=queue.service_id).update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
        for week in range(1, 9):
            for day in range(5):
                at = datetime(2026, 11, 16, 7, tzinfo=UTC) + timedelta(days=day, weeks=-week)
                came(queue, at, many if week < 3 else few)
                came(queue, at + timedelta(hours=1), many if week > 6 else few)
        last_week(queue, n)
        growth = growth_of(Service.objects.get(pk=queue.service_id), today=MONDAY.date())
        assert growth is not None and (round(float(growth.expected), 1), growth.is_above) == (expected, is_above)

    def test_after_a_pause_nothing_is_said_until_eight_weeks_are_known(self, calm, queue) -> None:
        last_week(queue, 60)
        assert growth_of(calm, today=MONDAY.date()) is not None
        ServiceBreak.objects.create(
            service=calm, starts_at=datetime(2026, 10, 5, tzinfo=UTC), ends_at=datetime(2026, 10, 19, tzinfo=UTC)
        )
        assert growth_of(calm, today=MONDAY.date()) is None

    def test_without_eight_weeks_or_across_a_changed_area_nothing_is_said(self, calm, queue) -> None:
        last_week(queue, 60)
        area = {"service": calm}
        ServiceArea.objects.create(**area, name_fi="Ennen", starts_on="2020-01-01", ends_on="2026-10-31")
        ServiceArea.objects.create(**area, name_fi="Nyt", starts_on="2026-11-01")
        assert growth_of(calm, today=MONDAY.date()) is None
        ServiceArea.objects.all().delete()
        assert growth_of(calm, today=MONDAY.date()) is not None
        Service.objects.filter(pk=calm.pk).update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
        assert growth_of(calm, today=MONDAY.date()) is None


class TestWatching:
    @pytest.fixture
    def followed(self, calm, queue, supervisor, manager) -> Service:
        row = ReportSelection.objects.create(county=calm.county, service=calm, metrics=["M01"])
        row.recipients.set([supervisor, manager])
        last_week(queue, 40)
        return calm

    def test_once_with_a_letter_without_a_figure(self, followed) -> None:
        assert watch() == 1 and watch() == 1 and watch(MONDAY + timedelta(hours=5)) == 1
        alert = GrowthAlert.objects.get()
        assert (alert.contacts, float(alert.expected), str(alert.began_on), alert.ended_on) == (40, 20.0, "2026-11-20", None)
        letters = list(OutgoingMail.objects.filter(key__startswith="growth:"))
        assert len(letters) == 2
        for letter in letters:
            words = re.sub(r"https?://\S+", "", f"{letter.subject} {letter.body}")
            assert not re.search(r"\d", words) and f"palvelu={followed.key}" in letter.body

    def test_it_goes_on_and_ends_and_a_new_one_is_told_again(self, followed, queue) -> None:
        watch()
        came(queue, datetime(2026, 11, 23, 8, tzinfo=UTC), 8)
        assert watch(MONDAY + timedelta(days=1)) == 1
        assert str(GrowthAlert.objects.get().last_on) == "2026-11-23" and OutgoingMail.objects.count() == 2
        assert watch(MONDAY + timedelta(days=7)) == 0
        assert GrowthAlert.objects.get().ended_on is not None
        assert watch(MONDAY + timedelta(days=7)) == 0 and OutgoingMail.objects.count() == 2

    def test_a_test_service_and_a_paused_one_are_not_watched(self, followed) -> None:
        Service.objects.update(is_test=True)
        assert watch() == 0
        Service.objects.update(is_test=False, status="paused")
        assert watch() == 0 and not GrowthAlert.objects.exists()


class TestShown:
    @pytest.fixture
    def grown(self, calm, queue, county) -> Service:
        topic = Topic.objects.create(service=calm, key="muisti", name_fi="Muisti")
        last_week(queue, 40, topic)
        watch()
        return calm

    def test_on_the_running_month_and_on_the_board_with_topics(self, grown, supervisor, manager, signed_in) -> None:
        for user in (supervisor, manager):
            shown = signed_in(user).get(reverse("reports:month"), {"palvelu": grown.key}).content.decode()
            assert "40 yhteydenottoa viitenä arkipäivänä, odotettu 20,0" in shown and "100,0\xa0%" in shown
            assert "Muisti" in shown.split('id="alert-head"')[1].split("</section>")[0]
            before = signed_in(user).get(reverse("reports:month"), {"palvelu": grown.key, "kuukausi": "2026-10"})
            assert "alert-head" not in before.content.decode()
        board = signed_in(supervisor).get(reverse("chat:board")).content.decode()
        assert "40 yhteydenottoa viitenä arkipäivänä" in board and "Muisti" in board

    def test_others_do_not_see_it(self, grown, outsider, other_queue, second_queue, person, grant, county, signed_in) -> None:
        shown = signed_in(outsider, host="toinen.test").get(reverse("reports:month")).content.decode()
        assert "alert-head" not in shown
        neighbour = person("naapuri")
        grant(neighbour, "supervisor", county=county, service=second_queue.service)
        client = signed_in(neighbour)
        assert "alert-head" not in client.get(reverse("reports:month")).content.decode()
        assert "alert-head" not in client.get(reverse("chat:board")).content.decode()

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_in_each_language(self, grown, manager, signed_in, language: str) -> None:
        door = reverse("reports:month").replace("/fi/", f"/{language}/", 1)
        shown = signed_in(manager).get(door).content.decode()
        assert {"sv": "Fler kontakter än väntat", "en": "More contacts than expected"}[language] in shown
