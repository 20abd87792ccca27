"""The name that a resident sees, in the language of her conversation (the title beside it is hers to understand)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from accounts.actors import Resident
from accounts.models import User
from accounts.operations import change_person
from chat.boards import line_boards, mine_boards
from chat.models import Conversation, Event, Participant
from chat.operations import (
    answer_transfer,
    claim_conversation,
    flag_conversation,
    offer_transfer,
    post_message,
    request_identification,
    start_consultation,
    start_conversation,
    take_over_conversation,
)
from chat.views.console_panel import log_line
from services.choices import Identification
from services.models import Queue, Service
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def maija(responder: User) -> User:
    names = {"display_name_sv": "Maija, klienthandledare", "display_name_en": "Maija, client counsellor"}
    return change_person(by=acting(responder), user_id=responder.pk, version=None, **names)


def talk(service: Service, language: str) -> Conversation:
    return start_conversation(
        by=Resident(uuid4()), service=service, token=uuid4(), now=timezone.now(), body="Hej", language=language
    )


@pytest.mark.parametrize(
    ("language", "name"),
    [("fi", "Maija, asiakasohjaaja"), ("sv", "Maija, klienthandledare"), ("en", "Maija, client counsellor")],
)
def test_a_claim_tells_the_name_in_the_language_of_the_conversation(
    language: str, name: str, service: Service, queue: Queue, maija: User
) -> None:
    Queue.objects.filter(pk=queue.pk).update(languages=["fi", "sv", "en"])
    row = talk(service, language)
    claim_conversation(by=acting(maija), conversation=row.public_id, now=timezone.now())
    assert Participant.objects.get(conversation=row, user=maija).name == name
    assert Event.objects.get(conversation=row, kind="claimed").payload["name"] == name


def test_who_takes_over_is_named_in_it_too_and_an_empty_one_falls_back(
    service: Service, queue: Queue, maija: User, supervisor: User
) -> None:
    row = talk(service, "fi")
    Conversation.objects.filter(pk=row.pk).update(language="sv")
    claim_conversation(by=acting(maija), conversation=row.public_id, now=timezone.now())
    take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=timezone.now())
    assert Participant.objects.get(conversation=row, user=maija).name == "Maija, klienthandledare"
    assert Participant.objects.get(conversation=row, user=supervisor).name == supervisor.shown_name


def test_she_keeps_her_own_names_on_her_page(signed_in, responder: User) -> None:
    client: Client = signed_in(responder)
    names = {"display_name": "Maija, muistihoitaja", "display_name_sv": "Maija, minnesskötare", "display_name_en": ""}
    assert client.post("/fi/tili/", {**names, "language": "fi"}).status_code == 302
    responder.refresh_from_db()
    assert (responder.name_for("sv"), responder.name_for("en")) == ("Maija, minnesskötare", "Maija, muistihoitaja")


def test_a_professional_who_has_signed_in_is_not_asked_to_identify_herself(
    service: Service, queue: Queue, responder: User, area_professional: User, signed_in
) -> None:
    Service.objects.filter(pk=service.pk).update(identification=Identification.MIDWAY)
    Queue.objects.filter(pk=queue.pk).update(for_professionals=True)
    service.refresh_from_db()
    row = start_consultation(
        by=acting(area_professional), service=service, token=uuid4(), client_present=False, now=timezone.now(), body="Kuka arvioi?"
    )
    claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
    with pytest.raises(ValidationError) as refused:
        request_identification(by=acting(responder), conversation=row.public_id, purpose="own_matter", now=timezone.now())
    assert refused.value.code == "identity_off"
    assert "nlc-identity" not in signed_in(responder).get(f"/fi/vastaaja/{row.public_id}/osa/identity/").content.decode()


@pytest.mark.parametrize(
    ("language", "shown"), [("fi", "Maija, asiakasohjaaja"), ("sv", "Maija, klienthandledare"), ("en", "Maija, client counsellor")]
)
def test_a_colleagues_console_names_her_in_the_language_of_its_page(
    language: str,
    shown: str,
    service: Service,
    queue: Queue,
    second_queue: Queue,
    maija: User,
    second_responder: User,
    supervisor: User,
    signed_in,
) -> None:
    queue.transfer_targets.add(second_queue)
    row = talk(service, "fi")
    now = timezone.now()
    claim_conversation(by=acting(maija), conversation=row.public_id, now=now)
    post_message(by=acting(maija), conversation=row.public_id, client_id=uuid4(), body="Hei!", now=now)
    flag_conversation(by=acting(maija), conversation=row.public_id, flag="abusive", now=now)
    names = {code: maija.name_for(code) for code in ("fi", "sv", "en")}
    shown_first = Event(conversation=row, kind="escalated", payload={"rung": "offer", "name": names["fi"], "names": names})
    with override(language):
        assert shown in log_line(shown_first, None, me=None, resident=None).words
    page = signed_in(supervisor).get(f"/{language}/vastaaja/{row.public_id}/").content.decode()
    others = {"Maija, asiakasohjaaja", "Maija, klienthandledare", "Maija, client counsellor"} - {shown}
    assert page.count(shown) >= 4  # who took it, who wrote, who flagged it, who has it
    assert not [name for name in others if name in page]
    board = signed_in(supervisor).get(f"/{language}/vastaaja/tilanne/").content.decode()
    assert shown in board
    assert not [name for name in others if name in board]


def test_what_is_offered_names_its_sender_in_the_language_of_the_page(
    service: Service, queue: Queue, second_queue: Queue, maija: User, second_responder: User, signed_in
) -> None:
    queue.transfer_targets.add(second_queue)
    resident, now = Resident(uuid4()), timezone.now()
    row = start_conversation(by=resident, service=service, token=uuid4(), now=now, body="Moi", language="fi")
    claim_conversation(by=acting(maija), conversation=row.public_id, now=now)
    to = second_queue.public_id
    transfer = offer_transfer(by=acting(maija), conversation=row.public_id, queue=to, reason="expertise", token=uuid4(), now=now)
    answer_transfer(by=resident, conversation=row.public_id, transfer=transfer.public_id, consent=True, now=now)
    page = signed_in(second_responder).get("/sv/vastaaja/osa/offers/").content.decode()
    assert "Maija, klienthandledare" in page
    assert "asiakasohjaaja" not in page


def test_the_lists_name_staff_in_the_language_of_each_page(
    service: Service, queue: Queue, maija: User, area_professional: User, supervisor: User, responder: User, signed_in
) -> None:
    Queue.objects.filter(pk=queue.pk).update(for_professionals=True)
    names = {"display_name_sv": "Aino, minnesskötare", "display_name_en": "Aino, memory nurse"}
    change_person(by=acting(area_professional), user_id=area_professional.pk, version=None, **names)
    now = timezone.now()
    asked = start_consultation(by=acting(area_professional), service=service, token=uuid4(), client_present=True, now=now, body="?")
    waits = talk(service, "fi")
    offer_transfer(
        by=acting(supervisor), conversation=waits.public_id, queue=queue.public_id, person=maija.public_id,
        reason="supervisor", token=uuid4(), now=now,
    )  # fmt: skip
    board = line_boards(Queue.objects.filter(pk=queue.pk).for_board())[queue.pk].frame()
    area_professional.refresh_from_db()
    assert [row.who for row in board.waiting if row.who] == [area_professional.names]
    assert [row.offered for row in board.waiting if row.offered] == [maija.names]
    client = signed_in(maija)
    page = client.get("/sv/vastaaja/").content.decode()
    assert "Aino, minnesskötare" in page
    assert "Maija, klienthandledare" in page
    claim_conversation(by=acting(maija), conversation=asked.public_id, now=now)
    assert mine_boards([maija.pk])[maija.pk].conversations[0].who["en"] == "Aino, memory nurse"
    page = client.get(f"/en/vastaaja/{asked.public_id}/").content.decode()
    assert page.count("Aino, memory nurse") >= 3  # the list, the head, what was written
    assert "minnesskötare" not in page
