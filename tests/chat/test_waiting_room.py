"""The waiting room's page as it is served: the estimate in words, who answers, other ways, held places, a second service."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident, System
from accounts.models import User
from accounts.operations import change_person
from chat.choices import PresenceKind
from chat.estimates import Range
from chat.models import Conversation, Leg, Presence
from chat.operations import claim_conversation, close_lines, start_conversation
from chat.residents import cookie_value
from chat.views.waiting import estimate_words
from services.models import County, Override, Queue, Service
from tests.conftest import acting

pytestmark = pytest.mark.django_db
Make = Callable[..., Conversation]
PERSON = {"user-agent": "Mozilla/5.0"}


def browser_of(resident: Resident) -> Client:
    client = Client(headers=PERSON)
    client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
    return client


def room(resident: Resident, row: Conversation, path: str = "") -> str:
    answer = browser_of(resident).get(f"/fi/keskustelu/{row.public_id}/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def steady(conversation_of: Make, responder: User, *, minutes: float) -> None:
    """Twelve have been taken, one every so many minutes."""
    Queue.objects.update(max_parallel=100)
    now = timezone.now()
    rows = [conversation_of(Resident(uuid4()), now=now - timedelta(minutes=1 + 12 * minutes)) for _ in range(12)]
    for number, row in enumerate(rows):
        taken = now - timedelta(minutes=1 + (11 - number) * minutes)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=taken)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, ""),
        (Range(0, 60), "Arvio odotusajasta: alle minuutin"),
        (Range(0, 300), "Arvio odotusajasta: alle 5 minuuttia"),
        (Range(60, 60), "Arvio odotusajasta: noin minuutti"),
        (Range(180, 180), "Arvio odotusajasta: noin 3 minuuttia"),
        (Range(300, 600), "Arvio odotusajasta: 5–10 minuuttia"),
        (Range(3600, 5400), "Arvio odotusajasta: yli tunti"),
    ],
)
def test_the_estimate_in_words(told: Range | None, words: str) -> None:
    assert estimate_words(told) == words


class TestRoom:
    def test_the_page_tells_the_estimate_without_a_script(self, conversation_of: Make, responder: User, resident: Resident) -> None:
        steady(conversation_of, responder, minutes=3)
        row = conversation_of(resident)
        assert "Arvio odotusajasta: noin 3 minuuttia" in room(resident, row)
        line = browser_of(resident).get(f"/fi/keskustelu/{row.public_id}/jono/").json()
        assert (line["low_seconds"], line["high_seconds"]) == (180, 180)

    def test_a_sudden_override_is_told_at_once_with_what_becomes_of_her(
        self, conversation_of: Make, responder: User, resident: Resident, queue: Queue, county: County
    ) -> None:
        row = conversation_of(resident)
        assert "Chat on suljettu" not in room(resident, row, "osa/wait/")
        before = browser_of(resident).get(f"/fi/keskustelu/{row.public_id}/jono/").json()["mark"]
        now = timezone.now()
        Override.objects.create(county=county, queue=queue, kind="close", reason_fi="Syy", reason_sv="Orsak", starts_at=now)
        part = room(resident, row, "osa/wait/")
        until = timezone.localtime(now + timedelta(minutes=queue.drain_minutes))
        assert "Chat on suljettu" in part
        assert re.search(rf"vastataan.*{until.hour}\.{until.minute:02d}|vastataan.*{until.hour}[^.]", part, re.DOTALL)
        assert "Säilytät paikkasi" in part
        assert "044 000 0000" in part, "other ways, not folded"
        assert '<details id="wait-other"' not in part
        assert browser_of(resident).get(f"/fi/keskustelu/{row.public_id}/jono/").json()["mark"] != before, (
            "the script reads it anew"
        )
        close_lines(by=System("beat"), now=now + timedelta(minutes=queue.drain_minutes + 1))
        assert "Chat sulkeutui, ennen kuin" in room(resident, row)

    def test_an_override_that_is_to_come_is_told_before_it(
        self, conversation_of: Make, responder: User, resident: Resident, queue: Queue, county: County
    ) -> None:
        row = conversation_of(resident)
        before = browser_of(resident).get(f"/fi/keskustelu/{row.public_id}/jono/").json()["mark"]
        starts = timezone.now() + timedelta(minutes=10)
        Override.objects.create(county=county, queue=queue, kind="close", reason_fi="Syy", reason_sv="Orsak", starts_at=starts)
        part = room(resident, row, "osa/wait/")
        assert "Chat sulkeutuu" in part
        assert f"{timezone.localtime(starts).hour}" in part
        assert browser_of(resident).get(f"/fi/keskustelu/{row.public_id}/jono/").json()["mark"] != before

    def test_other_ways_are_folded_until_the_wait_is_long(self, conversation_of: Make, responder: User, resident: Resident) -> None:
        row = conversation_of(resident)
        assert "Odotusaika on nyt pitkä" not in room(resident, row, "osa/wait/")
        assert "<details" in room(resident, row, "osa/wait/")
        Leg.objects.filter(conversation=row).update(alternatives_at=timezone.now())
        page = room(resident, row, "osa/wait/")
        assert "Odotusaika on nyt pitkä" in page
        assert "paikkasi säilyy eikä mitään katoa" in page

    def test_a_low_end_over_a_quarter_of_an_hour_is_long(self, conversation_of: Make, responder: User, resident: Resident) -> None:
        steady(conversation_of, responder, minutes=8)
        for _ in range(2):
            conversation_of(Resident(uuid4()))
        row = conversation_of(resident)
        page = room(resident, row)
        assert "Arvio odotusajasta: noin 24 minuuttia" in page
        assert "Odotusaika on nyt pitkä" in page
        assert 'data-mark="' in page

    def test_a_break_is_told_with_its_end_and_cover(
        self, conversation_of: Make, county: County, responder: User, colleague: User, resident: Resident
    ) -> None:
        row = conversation_of(resident)
        now = timezone.now()
        Presence.objects.create(
            county=county,
            user=responder,
            kind=PresenceKind.BREAK,
            starts_at=now,
            back_at=now + timedelta(minutes=30),
            cover=colleague,
        )
        page = room(resident, row, "osa/wait/")
        assert "Ammattilainen on tauolla ja palaa arviolta" in page
        assert "Kaisa, asiakasohjaaja" in page
        change_person(by=acting(colleague), user_id=colleague.pk, version=None, display_name_sv="Kaisa, klienthandledare")
        swedish = browser_of(resident).get(f"/sv/keskustelu/{row.public_id}/osa/wait/").content.decode()
        assert "Kaisa, klienthandledare" in swedish, "in the language of the one who waits"

    def test_one_alone_is_said_and_nobody_too(
        self, conversation_of: Make, county: County, responder: User, resident: Resident
    ) -> None:
        row = conversation_of(resident)
        page = room(resident, row, "osa/wait/")
        assert "Yksikään ammattilainen ei ole juuri nyt vapaana." in page
        assert '<details id="wait-other" open>' in page, "other ways are in sight"
        Presence.objects.create(county=county, user=responder, kind=PresenceKind.AVAILABLE)
        page = room(resident, row, "osa/wait/")
        assert "Nyt vastaa yksi ammattilainen." in page
        assert "juuri nyt vapaana" not in page

    def test_a_held_place_says_when_it_opens_and_that_she_may_go(
        self, conversation_of: Make, responder: User, resident: Resident
    ) -> None:
        row = conversation_of(resident)
        Conversation.objects.filter(pk=row.pk).update(held_until=timezone.now() + timedelta(days=3))
        page = room(resident, row)
        assert "Paikkasi on tallessa, kunnes chat taas aukeaa" in page
        assert "Voit sulkea tämän sivun" in page
        assert "Pidä tämä sivu auki." not in page

    def test_a_stranger_sees_no_part_of_it(
        self, conversation_of: Make, responder: User, resident: Resident, stranger: Resident
    ) -> None:
        row = conversation_of(resident)
        for path in ("osa/wait/", "jono/"):
            assert browser_of(stranger).get(f"/fi/keskustelu/{row.public_id}/{path}").status_code == 404


class TestSecondService:
    @pytest.fixture
    def first(self, conversation_of: Make, responder: User, resident: Resident) -> Conversation:
        return conversation_of(resident)

    def test_it_is_asked_about_and_the_words_are_kept(
        self, first: Conversation, second_queue: Queue, second_responder: User, resident: Resident
    ) -> None:
        client, url = browser_of(resident), "/fi/palvelu/neuvola/chat/"
        page = client.get(url).content.decode()
        assert "Sinulla on jo keskustelu toisessa palvelussa" in page
        assert f"/fi/keskustelu/{first.public_id}/" in page
        data = {"token": str(uuid4()), "body": "Toinen asia"}
        refused = client.post(url, data)
        assert refused.status_code == 409
        assert "Toinen asia" in refused.content.decode()
        assert Conversation.objects.count() == 1
        assert client.post(url, {**data, "another": "1"}).status_code == 302
        second = Conversation.objects.exclude(pk=first.pk).get()
        assert (second.started_beside, first.started_beside) == (True, False)
        assert list(Conversation.objects.duplicates()) == [second]

    def test_the_operation_asks_itself(
        self, first: Conversation, second_queue: Queue, second_service: Service, second_responder: User, resident: Resident
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            start_conversation(by=resident, service=second_service, token=uuid4(), now=timezone.now(), another=False)
        assert refused.value.code == "other_open"

    def test_of_another_residents_conversation_nothing_is_said(
        self, first: Conversation, second_queue: Queue, second_responder: User, stranger: Resident
    ) -> None:
        page = browser_of(stranger).get("/fi/palvelu/neuvola/chat/").content.decode()
        assert "Sinulla on jo" not in page
        assert str(first.public_id) not in page
