"""How often one address may start and one person may write by HTTP: bounds, what they let through, and what they keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.actors import Resident
from accounts.models import User
from chat import pace
from chat.choices import EntryChannel
from chat.models import Attempt, Conversation, Event
from chat.residents import cookie_value
from services.choices import ServiceStatus
from services.models import Queue, Service
from tests.conftest import acting

pytestmark = pytest.mark.django_db

START = "/fi/palvelu/ikaantyneet/chat/"
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def open_service(service: Service, queue: Queue, responder: User) -> Service:
    """The service takes conversations: there are hours, and somebody to answer."""
    return service


def begin(client: Client, body: str = "", token: str = "", address: str = "192.0.2.1") -> int:
    fields = {"token": token or str(uuid4()), "body": body}
    return client.post(START, fields, headers=PERSON, REMOTE_ADDR=address).status_code


def test_one_address_starts_only_so_many(open_service: Service, settings: Settings) -> None:
    settings.CHAT_STARTS_PER_HOUR = 2
    last = Client()
    assert [begin(Client()), begin(last), begin(Client())] == [302, 302, 429]
    assert Conversation.objects.count() == 2
    assert begin(last, "Vielä yksi asia.") == 302  # she comes back to her own
    assert begin(Client(), address="192.0.2.2") == 302  # another address is not concerned


def test_the_refused_keeps_her_words(open_service: Service, settings: Settings) -> None:
    settings.CHAT_STARTS_PER_HOUR = 0
    answer = Client().post(START, {"token": str(uuid4()), "body": "Äitini kaatui."}, headers=PERSON)
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "Äitini kaatui." in page
    assert "Verkostasi on aloitettu" in page
    assert not Conversation.objects.exists()


def test_the_same_form_twice_counts_for_who_it_started(open_service: Service, settings: Settings) -> None:
    settings.CHAT_STARTS_PER_HOUR = 1
    client, token = Client(), str(uuid4())
    assert [begin(client, token=token), begin(client, token=token)] == [302, 302]
    assert Conversation.objects.count() == 1


def test_a_proxy_tells_the_address_only_when_there_is_one(open_service: Service, settings: Settings) -> None:
    settings.CHAT_STARTS_PER_HOUR = 1
    forged = {**PERSON, "X-Forwarded-For": "198.51.100.9"}
    assert begin(Client()) == 302
    fields = {"token": str(uuid4())}
    assert Client().post(START, fields, headers=forged, REMOTE_ADDR="192.0.2.1").status_code == 429


def test_the_network_of_an_ipv6_address_is_one() -> None:
    assert pace.starts_of("2001:db8::1").key == pace.starts_of("2001:db8::ffff:2").key
    assert pace.starts_of("2001:db8:0:1::1").key != pace.starts_of("2001:db8::1").key
    assert pace.starts_of("::ffff:192.0.2.1").key == pace.starts_of("192.0.2.1").key
    assert pace.starts_of("").key != pace.starts_of("192.0.2.1").key
    assert "192.0.2.1" not in pace.starts_of("192.0.2.1").key


def test_visits_of_a_closed_service_are_not_noted_without_end(service: Service, queue: Queue, settings: Settings) -> None:
    settings.CHAT_STARTS_PER_HOUR = 3
    Service.objects.filter(pk=service.pk).update(status=ServiceStatus.PAUSED)
    assert {Client().get(START, headers=PERSON).status_code for _ in range(6)} == {200}
    assert Attempt.objects.count() == 3


def test_a_made_up_way_in_is_not_stored(service: Service, queue: Queue) -> None:
    Service.objects.filter(pk=service.pk).update(status=ServiceStatus.PAUSED)
    answer = Client().post(START, {"token": str(uuid4()), "channel": "x" * 500}, headers=PERSON)
    assert answer.status_code == 422
    assert Attempt.objects.get().entry_channel == EntryChannel.WEB


def test_an_address_that_no_browser_makes_breaks_no_page(open_service: Service) -> None:
    assert Client().get(START, headers={**PERSON, "Referer": "http://[bad"}).status_code == 200


def test_a_resident_writes_only_so_often_by_http(
    open_service: Service, resident: Resident, conversation_of: Callable[..., Conversation], settings: Settings
) -> None:
    settings.CHAT_MESSAGES_PER_MINUTE = 2
    row = conversation_of(resident)
    client = Client(headers={"Accept": "application/json"})
    client.cookies["resident"] = cookie_value(resident)
    url = f"/fi/keskustelu/{row.public_id}/viesti/"
    answers = [client.post(url, {"client_id": str(uuid4()), "body": f"{number}"}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "too_fast"
    assert answers[2].json()["retry_ms"]
    assert list(Event.objects.filter(conversation=row, kind="message").values_list("body", flat=True)) == ["0", "1"]
    plain = client.post(url, {"client_id": str(uuid4()), "body": "Säilyvä teksti"}, headers={"Accept": "text/html"})
    assert plain.status_code == 429
    assert "Säilyvä teksti" in plain.content.decode()


def test_a_responder_writes_more_often_but_not_without_end(responder: User, resident: Resident, settings: Settings) -> None:
    settings.CHAT_MESSAGES_PER_MINUTE = 10
    assert pace.messages_of(acting(responder)).most > pace.messages_of(resident).most
    assert pace.messages_of(acting(responder)).most < 1000
