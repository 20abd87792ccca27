"""Quick replies beside a conversation: what is offered, filled, counted and proposed; and that a gap is never sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actors import Resident, System
from accounts.models import User
from chat.choices import AudienceChoice
from chat.models import Conversation, Event
from chat.operations import post_message
from handbook.choices import ProposalState, ReplyAudience, ReplyScope
from handbook.models import QuickReply, ReplyProposal
from handbook.operations import create_reply
from services.choices import Audience
from services.models import ContactPoint, County, Queue
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
Talk = Callable[..., Conversation]


@pytest.fixture
def make(county: County) -> Callable[..., QuickReply]:
    def inner(shortcut: str = "/hei", **fields: Any) -> QuickReply:
        given = {"title_fi": "Tervehdys", "title_sv": "Hälsning", "text_fi": "Hei!", "text_sv": "Hej!", **fields}
        by = given.pop("by", System("test"))
        reply = QuickReply(county=given.pop("county", county), shortcut=shortcut, **given)
        return create_reply(by=by, reply=reply, now=timezone.now(), approve=True)

    return inner


def listed(client: Client, row: Conversation, query: str = "", language: str = "fi") -> list[dict[str, Any]]:
    with translation.override(language):
        address = reverse("chat:console_replies", args=[row.public_id])
    answer = client.get(address, {"q": query}, headers={"accept": "application/json"})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["replies"]
    return found


class TestGaps:
    def test_a_message_of_the_staff_with_a_gap_is_refused(self, conversation_of: Talk, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder)
        with pytest.raises(ValidationError) as refused:
            self._post(acting(responder), row, "Noin {{minuuttia}} minuuttia.")
        assert refused.value.code == "gap_left"
        assert "{{ }}" in refused.value.messages[0]
        assert not Event.objects.filter(conversation=row, kind="message", body__contains="{{").exists()

    def test_a_note_and_a_residents_words_are_their_own(self, conversation_of: Talk, resident: Resident, responder: User) -> None:
        row = conversation_of(resident, responder)
        self._post(acting(responder), row, "muista {{tämä}}", audience=AudienceChoice.STAFF)
        self._post(resident, row, "kaava {{x}}")
        self._post(acting(responder), row, "Joukko {a} ja {{ yksin")
        assert Event.objects.filter(conversation=row, kind="message").count() == 3

    def test_at_the_door_the_text_is_kept(
        self, conversation_of: Talk, resident: Resident, responder: User, signed_in: Callable[..., Client]
    ) -> None:
        row = conversation_of(resident, responder)
        answer = signed_in(responder).post(
            reverse("chat:console_post", args=[row.public_id]), {"body": "Noin {{x}} min", "client_id": str(uuid4())}
        )
        assert answer.status_code == 400
        assert "Noin {{x}} min" in answer.content.decode()
        assert "Täydennä kaksoisaaltosulkeissa" in answer.content.decode()

    @staticmethod
    def _post(by: Any, row: Conversation, body: str, audience: str = AudienceChoice.ALL) -> None:
        post_message(by=by, conversation=row.public_id, client_id=uuid4(), body=body, now=timezone.now(), audience=audience)


class TestOffered:
    def test_in_the_language_of_the_conversation_and_filled(
        self,
        make: Callable[..., QuickReply],
        conversation_of: Talk,
        resident: Resident,
        responder: User,
        signed_in: Callable[..., Client],
    ) -> None:
        words = "{{responder_first_name}} {{service_name}} {{phone}} {{keep_place_min}} {{help_form_days}} {{minutes}} {{date}}"
        make(text_fi=words, text_sv=words)
        row = conversation_of(resident, responder)
        Conversation.objects.filter(pk=row.pk).update(language="sv")
        (told,) = listed(signed_in(responder), row)
        assert told["text"] == "Maija Chatt för äldreservice 044 000 0000 10 2–3 {{minuuttimäärä}} {{päivä}}"
        assert told["gaps"] == ["minuuttimäärä", "päivä"]
        assert (told["lang"], told["fell_back"], told["title"]) == ("sv", False, "Tervehdys")

    def test_one_without_the_language_says_so(
        self,
        make: Callable[..., QuickReply],
        conversation_of: Talk,
        resident: Resident,
        responder: User,
        signed_in: Callable[..., Client],
    ) -> None:
        make(text_sv="")
        row = conversation_of(resident, responder)
        Conversation.objects.filter(pk=row.pk).update(language="en")
        (told,) = listed(signed_in(responder), row)
        assert (told["text"], told["lang"], told["fell_back"]) == ("Hei!", "fi", True)
        page = signed_in(responder).get(reverse("chat:console_replies", args=[row.public_id]))
        assert "puuttuu keskustelun kieli" in page.content.decode()

    def test_an_internal_number_is_a_gap_for_a_resident_and_a_number_for_a_professional(
        self,
        make: Callable[..., QuickReply],
        county: County,
        conversation_of: Talk,
        resident: Resident,
        responder: User,
        area_professional: User,
        signed_in: Callable[..., Client],
    ) -> None:
        point = ContactPoint.objects.create(county=county, key="osasto", name_fi="Osasto", value="044 999 9999")
        make(text_fi="{{phone:osasto}}", text_sv="{{phone:osasto}}")
        ContactPoint.objects.filter(pk=point.pk).update(audience=Audience.INTERNAL)  # it became internal afterwards
        make("/kollega", audience=ReplyAudience.PROFESSIONAL)
        row = conversation_of(resident, responder)
        (told,) = listed(signed_in(responder), row)
        assert told["text"] == "{{puhelinnumero}}"
        Conversation.objects.filter(pk=row.pk).update(professional=area_professional)
        assert {one["shortcut"]: one["text"] for one in listed(signed_in(responder), row)} == {
            "/hei": "044 999 9999",
            "/kollega": "Hei!",
        }

    def test_what_the_resident_wrote_suggests(
        self,
        make: Callable[..., QuickReply],
        conversation_of: Talk,
        resident: Resident,
        responder: User,
        signed_in: Callable[..., Client],
    ) -> None:
        make("/aika", title_fi="Ajanvaraus")
        make("/muisti", title_fi="Huoli muistista", text_fi="Jos muistin heikkeneminen huolettaa, soita muistihoitajalle.")
        row = conversation_of(resident, responder, body="Äidin muisti on huonontunut.")
        assert [(one["shortcut"], one["suggested"]) for one in listed(signed_in(responder), row)] == [
            ("/muisti", True),
            ("/aika", False),
        ]

    def test_a_services_own_stands_in_the_place_of_the_common_one(
        self,
        make: Callable[..., QuickReply],
        queue: Queue,
        conversation_of: Talk,
        resident: Resident,
        responder: User,
        signed_in: Callable[..., Client],
    ) -> None:
        make("/112", protected=True, text_fi="Yhteinen.")
        make("/112", scope=ReplyScope.QUEUE, queue=queue, text_fi="Jonon oma.")
        row = conversation_of(resident, responder)
        assert [one["text"] for one in listed(signed_in(responder), row, "112")] == ["Jonon oma."]

    def test_another_countys_are_not_offered(
        self,
        make: Callable[..., QuickReply],
        other_county: County,
        conversation_of: Talk,
        resident: Resident,
        responder: User,
        signed_in: Callable[..., Client],
    ) -> None:
        make(county=other_county)
        row = conversation_of(resident, responder)
        assert listed(signed_in(responder), row) == []

    def test_the_estimate_is_read_once_for_all_who_ask_within_seconds(
        self,
        make: Callable[..., QuickReply],
        conversation_of: Talk,
        resident: Resident,
        responder: User,
        signed_in: Callable[..., Client],
    ) -> None:
        make(text_fi="{{queue_estimate_min}} {{keep_place_min}}", text_sv="")
        row = conversation_of(resident, responder)
        client = signed_in(responder)
        with CaptureQueriesContext(connection) as first:
            told = listed(client, row)
        with CaptureQueriesContext(connection) as second:
            assert listed(client, row) == told
        of_legs = [[each for each in asked if 'FROM "chat_leg"' in each["sql"]] for asked in (first, second)]
        assert (len(of_legs[0]) > 0, of_legs[1]) == (True, [])

    def test_it_costs_the_same_for_few_and_many(
        self,
        make: Callable[..., QuickReply],
        conversation_of: Talk,
        resident: Resident,
        responder: User,
        signed_in: Callable[..., Client],
        django_assert_max_num_queries: Any,
    ) -> None:
        for number in range(12):
            make(f"/vastaus{number}", text_fi="{{phone:asiakasohjaus}}", text_sv="{{phone:asiakasohjaus}}")
        row = conversation_of(resident, responder)
        client = signed_in(responder)
        listed(client, row)
        with django_assert_max_num_queries(16):
            assert len(listed(client, row)) == 12


class TestUsedAndProposed:
    def test_use_is_counted_by_the_reply(
        self, make: Callable[..., QuickReply], county: County, responder: User, signed_in: Callable[..., Client]
    ) -> None:
        reply = make()
        answer = signed_in(responder).post(
            reverse("chat:console_replies_used"), {"reply": [str(reply.public_id), str(reply.public_id), "ei-tunnus"]}
        )
        assert answer.json() == {"counted": 1}
        reply.refresh_from_db()
        assert reply.uses == 2

    def test_own_words_are_proposed_without_the_conversation(
        self, conversation_of: Talk, resident: Resident, responder: User, colleague: User, signed_in: Callable[..., Client]
    ) -> None:
        row = conversation_of(resident, responder)
        posted = post_message(
            by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Hyvä neuvo.", now=timezone.now()
        )
        door = reverse("chat:console_propose", args=[row.public_id])
        assert "Hyvä neuvo." in signed_in(responder).get(door, {"viesti": posted.seq}).content.decode()
        assert signed_in(colleague).get(door, {"viesti": posted.seq}).status_code == 404  # another's words
        assert signed_in(responder).get(door, {"viesti": "x"}).status_code == 404
        done = signed_in(responder).post(door, {"title": "Neuvo", "text": "Hyvä neuvo, tunnus 131052-308T."})
        assert done.status_code == 302
        proposal = ReplyProposal.objects.get()
        assert (proposal.state, proposal.title, proposal.made_by, proposal.service) == (
            ProposalState.OPEN,
            "Neuvo",
            responder,
            row.service,
        )
        assert "131052" not in proposal.text

    def test_nothing_is_no_proposal(
        self, conversation_of: Talk, resident: Resident, responder: User, signed_in: Callable[..., Client]
    ) -> None:
        row = conversation_of(resident, responder)
        answer = signed_in(responder).post(reverse("chat:console_propose", args=[row.public_id]), {"title": "", "text": "x"})
        assert answer.status_code == 422
        assert not ReplyProposal.objects.exists()
