"""Topics that residents ask about again and again: groups of at least five, without words, and a path made of one (S003-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actors import Resident
from accounts.choices import Role
from accounts.models import AuditEntry, User
from chat.models import Conversation
from chat.operations import send_help_request
from guidance.models import PathVersion
from guidance.recurring import recurring_of
from services.models import County, Queue, Service, Topic
from services.operations import make_help_form, publish_help_form
from tests.conftest import acting, make_grant

pytestmark = pytest.mark.django_db
SECRET = "Salainen vaiva naapurin Kallella"
Ask = Callable[..., Conversation]


@pytest.fixture(autouse=True)
def _no_counters() -> None:
    cache.clear()


@pytest.fixture
def topic(service: Service) -> Topic:
    return Topic.objects.create(service=service, key="kotihoito", name_fi="Kotihoito", name_sv="Hemvård", name_en="Home care")


@pytest.fixture
def ask(service: Service, queue: Queue, main_user: User, topic: Topic) -> Ask:
    """Questions that were sent yesterday, with a topic that was given to them."""
    publish_help_form(by=acting(main_user), form=make_help_form(by=acting(main_user), service=service), now=timezone.now())

    def make(n: int = 1, **changes: Any) -> Conversation:
        for _n in range(n):
            sent = {"by": Resident(uuid4()), "service": service, "token": uuid4(), "body": SECRET}
            row = send_help_request(now=timezone.now() - timedelta(days=1), **sent)  # type: ignore[arg-type]
            Conversation.objects.filter(pk=row.pk).update(**{"topic": topic, **changes})
        return row

    return make


def groups(county: County) -> list[tuple[str, int]]:
    return [(row.topic.key, row.n) for row in recurring_of(county, now=timezone.now())]


class TestGroups:
    def test_five_are_a_group_and_four_are_nothing(self, ask: Ask, county: County) -> None:
        ask(4)
        assert groups(county) == []
        ask()
        assert groups(county) == [("kotihoito", 5)]

    def test_what_does_not_count(self, ask: Ask, county: County, other_county: County, service: Service) -> None:
        ask(4)
        ask(topic=None)
        ask(is_test=True)
        ask(medium="chat")
        ask(queued_at=timezone.now() - timedelta(days=91))
        ask(county=other_county)
        ask(topic=Topic.objects.create(service=service, key="muu", name_fi="Muu"))
        assert groups(county) == []
        assert groups(other_county) == []

    def test_three_queries_however_many(self, ask: Ask, county: County, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        ask(9)
        with django_assert_num_queries(3):
            recurring_of(county, now=timezone.now())


class TestPages:
    LIST = "/fi/ohjauspolut/opit/"

    @pytest.fixture
    def address(self, service: Service, topic: Topic) -> str:
        return reverse("paths:of_topic", args=[service.key, topic.key])

    def test_an_author_sees_the_number_and_no_words(self, ask: Ask, signed_in: Any, path_author: User, address: str) -> None:
        row = ask(6)
        client: Client = signed_in(path_author)
        page = client.get(self.LIST).content.decode()
        assert address in page
        assert "6 kysymystä" in page
        assert SECRET not in page
        page = client.get(address).content.decode()
        assert 'value="Kotihoito"' in page and 'value="Hemvård"' in page
        assert SECRET not in page
        assert str(row.public_id) not in page
        assert client.get(reverse("paths:of_question", args=[row.public_id])).status_code == 404

    def test_who_may_read_them_gets_a_way_to_each_and_opening_is_audited(
        self, ask: Ask, signed_in: Any, responder: User, county: County, address: str
    ) -> None:
        row = ask(5)
        make_grant(responder, Role.PATH_AUTHOR, county=county)
        client: Client = signed_in(responder)
        page = client.get(address).content.decode()
        question = reverse("paths:of_question", args=[row.public_id])
        assert question in page
        assert SECRET not in page
        assert not AuditEntry.objects.filter(object_id=str(row.public_id), purpose="path").exists()
        assert SECRET in client.get(question).content.decode()
        assert AuditEntry.objects.filter(object_id=str(row.public_id), purpose="path").count() == 1

    def test_the_path_knows_its_topic_and_the_list_knows_the_path(
        self, ask: Ask, signed_in: Any, path_author: User, queue: Queue, address: str
    ) -> None:
        ask(5)
        client: Client = signed_in(path_author)
        words = {"title_fi": "Kotihoidon hakeminen", "slug": "kotihoidon-hakeminen", "area": queue.key}
        assert client.post(address, words).status_code == 302
        version = PathVersion.objects.get(path__slug="kotihoidon-hakeminen")
        assert version.topics == ["Kotihoito"]
        assert SECRET not in version.text
        page = client.get(self.LIST).content.decode()
        assert reverse("paths:path", args=["kotihoidon-hakeminen"]) in page

    def test_a_small_group_can_not_be_asked_for(self, ask: Ask, signed_in: Any, path_author: User, address: str) -> None:
        ask(4)
        client: Client = signed_in(path_author)
        assert client.get(address).status_code == 404
        assert address not in client.get(self.LIST).content.decode()

    @pytest.mark.parametrize("who", ["responder", "supervisor", "coordinator", "reader", "outsider", "former"])
    def test_nobody_else_comes_in(self, ask: Ask, signed_in: Any, request: pytest.FixtureRequest, address: str, who: str) -> None:
        ask(5)
        assert signed_in(request.getfixturevalue(who)).get(address).status_code == 403

    def test_each_language(self, ask: Ask, signed_in: Any, path_author: User, address: str) -> None:
        ask(5)
        client: Client = signed_in(path_author)
        for language, name in (("sv", "Hemvård"), ("en", "Home care")):
            assert name in client.get(self.LIST.replace("/fi/", f"/{language}/")).content.decode()
            assert client.get(address.replace("/fi/", f"/{language}/")).status_code == 200
