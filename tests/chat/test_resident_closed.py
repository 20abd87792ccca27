"""The start page of a service that takes nobody now: why, what to do meanwhile, nothing lost, and the attempt counted once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.choices import State, WentTo
from chat.models import Attempt, Conversation
from chat.operations import start_conversation
from services.choices import Audience, ContactKind, OverrideKind, ServiceStatus
from services.choices import Medium as ChannelMedium
from services.models import Channel, ContactPoint, County, Disruption, Municipality, Override, Queue, Redirect, Service
from tests.chat.test_resident_views import PERSON, START, hidden, open_service, visitor

__all__ = ["open_service", "visitor"]

pytestmark = pytest.mark.django_db


def shut(service: Service, how: str) -> str:
    """Close the service in one of the ways; the words that the page then has."""
    now = timezone.now()
    if how == "override":
        Override.objects.create(
            county=service.county,
            service=service,
            kind=OverrideKind.CLOSE,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=2),
            reason_fi="Koulutus",
        )
        return "Koulutus"
    if how == "paused":
        Service.objects.update(status=ServiceStatus.PAUSED)
        return "Chat on tauolla"
    if how == "unstaffed":
        Queue.objects.get(service=service).groups.clear()
        return "Kukaan ei juuri nyt vastaa"
    if how == "full":
        Queue.objects.update(max_waiting=1)
        start_conversation(by=Resident(uuid4()), service=service, token=uuid4(), now=now)
        return "Jono on nyt täynnä"
    Disruption.objects.create(county=service.county, service=service, text_fi="Huolto käynnissä.", stops_intake=True, starts_at=now)
    return "Chatissa on häiriö"


WAYS = ["override", "paused", "unstaffed", "full", "disruption"]


@pytest.mark.parametrize("how", WAYS)
def test_closed_at_the_moment_of_sending_keeps_every_word(open_service: Service, visitor: Client, county: County, how: str) -> None:
    Municipality.objects.create(code="297", name_fi="Kuopio", county=county)
    page = visitor.get(START).content.decode()
    words = shut(open_service, how)
    fields = {"body": "Äiti kaatui & <tarvitsee> apua", "topic": "neuvonta", "contactor": "relative", "municipality": "297"}
    answer = visitor.post(START, {"token": hidden(page, "token"), **fields})
    after = answer.content.decode()
    assert answer.status_code == 409
    assert words in unescape(after)
    assert "Äiti kaatui &amp; &lt;tarvitsee&gt; apua" in after
    assert '<option value="neuvonta" selected>' in after
    assert '<option value="297" selected>' in after
    assert re.search(r'value="relative"[^>]*checked', after)
    assert "044 000 0000" in after, "another way to get help"
    assert hidden(after, "token") == hidden(page, "token")
    assert not Conversation.objects.filter(state=State.WAITING).exclude(first_queue__max_waiting=1).exists()


@pytest.mark.parametrize("how", WAYS)
def test_the_closed_page_tells_why_and_what_to_do(open_service: Service, visitor: Client, how: str) -> None:
    words = shut(open_service, how)
    page = visitor.get(START).content.decode()
    assert words in page
    assert "Mitä voit tehdä nyt" in page
    assert "044 000 0000" in page
    assert "<textarea" not in page


def test_it_tells_when_the_chat_opens(open_service: Service, visitor: Client) -> None:
    shut(open_service, "override")
    assert re.search(r"Chat aukeaa (huomenna )?klo \d", visitor.get(START).content.decode())


def test_a_visit_outside_hours_counts_once(open_service: Service, visitor: Client) -> None:
    shut(open_service, "override")
    visitor.get(f"{START}?channel=app")
    visitor.get(START)
    visitor.post(START, {"token": str(uuid4()), "body": "Hei"})
    row = Attempt.objects.get()
    assert (row.entry_channel, row.language, row.went_to, row.service) == ("app", "fi", "", open_service)


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "SomeSpider/1.0"},
        {"User-Agent": ""},
        {**PERSON, "Sec-Purpose": "prefetch;prerender"},
    ],
)
def test_programs_do_not_count_as_visits(open_service: Service, headers: dict[str, str]) -> None:
    shut(open_service, "override")
    client = Client(headers=headers)
    assert client.get(START).status_code == 200
    assert not Attempt.objects.exists()


def test_staff_and_head_requests_do_not_count(open_service: Service, supervisor: User, signed_in: Callable[..., Client]) -> None:
    shut(open_service, "override")
    signed_in(supervisor).get(START, headers=PERSON)
    Client(headers=PERSON).head(START)
    assert not Attempt.objects.exists()


def test_an_open_service_counts_no_attempt_and_sets_no_cookie(open_service: Service, visitor: Client) -> None:
    visitor.get(START)
    assert not Attempt.objects.exists()
    assert "resident" not in visitor.cookies


def test_where_she_goes_is_noted_and_only_named_places_are_shown(
    open_service: Service, second_service: Service, second_queue: Queue, county: County, visitor: Client
) -> None:
    shut(open_service, "override")
    Redirect.objects.create(service=open_service, matter_fi="Vauva", to_service=second_service)
    helpline = ContactPoint.objects.create(
        county=county, key="paivystysapu_116117", kind=ContactKind.PHONE, name_fi="Päivystysapu", value="116117"
    )
    form = ContactPoint.objects.create(
        county=county, key="lomake", kind=ContactKind.WEB, name_fi="Lomake", value="https://alue.test/lomake"
    )
    Channel.objects.create(service=open_service, medium=ChannelMedium.FORM, contact_point=form)
    secret = ContactPoint.objects.create(
        county=county, key="sisainen", kind=ContactKind.PHONE, name_fi="X", value="1", audience=Audience.INTERNAL
    )
    page = visitor.get(START).content.decode()
    assert f"{START}muualle/yhteys-{helpline.key}/" in page
    assert f"{START}muualle/yhteys-lomake/" in page
    went = []
    for to, url in [
        ("palvelut", "/fi/"),
        ("apu-neuvola", "/fi/palvelu/neuvola/"),
        ("yhteys-lomake", "https://alue.test/lomake"),
        ("yhteys-asiakasohjaus", "/fi/palvelu/ikaantyneet/"),
        ("yhteys-paivystysapu_116117", "/fi/palvelu/ikaantyneet/"),
    ]:
        assert visitor.get(f"{START}muualle/{to}/")["Location"] == url
        went.append(Attempt.objects.get().went_to)
    assert went == [WentTo.OTHER_SERVICE, WentTo.OTHER_SERVICE, WentTo.FORM, WentTo.PHONE, WentTo.HELPLINE]
    assert visitor.post(f"{START}muualle/yhteys-asiakasohjaus/").status_code == 204
    assert Attempt.objects.get().went_to == WentTo.PHONE
    for to in (f"yhteys-{secret.key}", "apu-ikaantyneet", "apu-keksitty", "muualle", "yhteys-"):
        assert visitor.get(f"{START}muualle/{to}/").status_code == 404
