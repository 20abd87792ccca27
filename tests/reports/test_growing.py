"""A topic that grows: whether a guidance path is about it, and the way from it to an improvement (M34, S000-26, S001-24)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from chat.models import Conversation
from guidance.choices import PathState
from guidance.models import Path, PathVersion
from reports.operations import improve_from_topic
from services.models import Improvement, Queue, Service, Topic
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, Row, made

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
QUERY = {"palvelu": "ikaantyneet", "kuukausi": "2026-11"}


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


@pytest.fixture
def topic(queue: Queue) -> Topic:
    """Twelve in November, and none in October."""
    Service.objects.update(opened_at=datetime(2026, 1, 1, tzinfo=UTC))
    first = made(queue, Row("2 08:00:00", "2 08:01:00", "2 08:02:00", "2 08:20:00", topic="laskut"))
    for _ in range(11):
        made(queue, Row("2 08:00:00", "2 08:01:00", "2 08:02:00", "2 08:20:00", topic="laskut"))
    assert Conversation.objects.filter(topic=first.topic).count() == 12
    return Topic.objects.select_related("service").get(key="laskut")


def address(topic: Topic, month: str = "2026-11") -> str:
    return reverse("reports:improve_topic", args=[topic.service.key, month, topic.key])


def row_of(page: str) -> str:
    """The line of the topic in the list."""
    listed = page.partition("<caption>Kasvavat aiheet</caption>")[2].partition("</table>")[0]
    return listed.partition(">laskut</th>")[2].partition("</tr>")[0]


class TestList:
    def test_it_tells_whether_a_path_is_about_it(self, topic, county, manager, signed_in) -> None:
        path = Path.objects.create(county=county, slug="lasku-asiat")
        about = {"path": path, "title": {"fi": "Laskuasiat"}, "topics": ["Laskut"], "text": "x"}
        version = PathVersion.objects.create(**about, number=1)
        client = signed_in(manager)
        shown = row_of(client.get(reverse("reports:month"), QUERY).content.decode())
        assert "Laskuasiat" not in shown and "uusi" in shown, "what nobody can walk is no path yet"
        PathVersion.objects.filter(pk=version.pk).update(state=PathState.PUBLISHED, published_at=timezone.now())
        shown = row_of(client.get(reverse("reports:month"), QUERY).content.decode())
        assert "Laskuasiat" in shown and reverse("guidance:path", args=["lasku-asiat"]) in shown
        Path.objects.filter(pk=path.pk).update(withdrawn_at=timezone.now())
        assert "Laskuasiat" not in row_of(client.get(reverse("reports:month"), QUERY).content.decode())

    def test_it_leads_to_an_improvement_in_the_list_of_the_county_too(self, topic, manager, signed_in) -> None:
        for scope in ("ikaantyneet", "kaikki"):
            shown = signed_in(manager).get(reverse("reports:month"), {**QUERY, "palvelu": scope}).content.decode()
            assert f'href="{address(topic)}"' in row_of(shown)


class TestImproving:
    def test_it_is_written_in_her_own_words_and_tells_where_it_came_from(self, topic, manager, signed_in) -> None:
        client = signed_in(manager)
        asked = client.get(address(topic)).content.decode()
        assert "laskut" in asked and "marraskuu 2026" in asked.lower() and 'name="title"' in asked
        given = {"title": "Laskujen ohje sivulle", "description": "Kysytään samaa."}
        left = client.post(address(topic), given)
        assert (left.status_code, left["Location"]) == (302, f"{reverse('reports:month')}?palvelu=ikaantyneet&kuukausi=2026-11")
        row = Improvement.objects.get()
        assert (row.title, row.description, row.service, row.county) == (*given.values(), topic.service, topic.service.county)
        assert "laskut" in row.source and "11/2026" in row.source
        entry = AuditEntry.objects.get(object_type="services.improvement")
        assert (entry.action, entry.object_id, entry.county) == ("create", str(row.public_id), row.county.code)

    def test_without_a_title_nothing_is_made(self, topic, manager, signed_in) -> None:
        refused = signed_in(manager).post(address(topic), {"title": "", "description": "Jäi tähän."})
        assert refused.status_code == 422 and "Jäi tähän." in refused.content.decode()
        assert not Improvement.objects.exists()

    def test_what_there_is_not_is_not_found(self, topic, second_service, manager, signed_in) -> None:
        client = signed_in(manager)
        assert client.get(address(topic, "2026-13")).status_code == 404
        assert client.get(reverse("reports:improve_topic", args=[second_service.key, "2026-11", "laskut"])).status_code == 404
        assert client.get(reverse("reports:improve_topic", args=["kaikki", "2026-11", "laskut"])).status_code == 404


class TestWho:
    @pytest.mark.parametrize("who", ["responder", "coordinator", "reader", "former", "outsider"])
    def test_others_are_refused(self, request, topic, signed_in, who: str) -> None:
        user = request.getfixturevalue(who)
        client = signed_in(user)
        assert client.get(address(topic)).status_code == 403
        assert client.post(address(topic), {"title": "x"}).status_code == 403
        with pytest.raises(PermissionDenied):
            improve_from_topic(by=acting(user), county=topic.service.county, topic=topic, month=NOVEMBER, title="x", now=TODAY)
        assert not Improvement.objects.exists()

    def test_of_another_service_or_county_there_is_none(
        self, topic, county, other_county, second_service, person, grant, outsider, signed_in
    ) -> None:
        user = person("satu")
        grant(user, Role.SUPERVISOR, county=county, service=second_service)
        assert signed_in(user).post(address(topic), {"title": "x"}).status_code == 404
        assert signed_in(outsider, host="toinen.test").post(address(topic), {"title": "x"}).status_code == 404
        for by, of in ((user, county), (outsider, other_county)):
            with pytest.raises(PermissionDenied):
                improve_from_topic(by=acting(by), county=of, topic=topic, month=NOVEMBER, title="x", now=TODAY)

    @pytest.mark.parametrize("language", ["fi", "sv", "en"])
    def test_it_opens_in_each_language(self, topic, supervisor, signed_in, language: str) -> None:
        client = signed_in(supervisor)
        assert client.get(address(topic).replace("/fi/", f"/{language}/", 1)).status_code == 200
        page = reverse("reports:month").replace("/fi/", f"/{language}/", 1)
        assert client.get(page, QUERY).status_code == 200
