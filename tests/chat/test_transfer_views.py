"""The doors of transfers: what each takes and tells, who is refused, and that staff's notes reach no resident."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from accounts.actors import Resident
from accounts.models import User
from chat.choices import EventKind, Medium, State, TransferState
from chat.models import ContactDetail, Conversation, Event, Transfer
from chat.operations import (
    accept_transfer,
    answer_transfer,
    claim_conversation,
    offer_transfer,
    post_message,
    start_conversation,
    withdraw_transfer,
)
from chat.residents import cookie_value
from chat.views.console_panel import EVENT_WORDS
from chat.views.log_words import event_words
from chat.views.resident import NOTICES
from services.choices import OverrideKind, Register
from services.models import County, Override, Queue, Service
from tests.conftest import acting

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
SECRET = "Epäilen muistisairautta"
SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _places(queue: Queue, second_queue: Queue, responder: User, colleague: User, second_responder: User) -> None:
    queue.transfer_targets.add(second_queue)


@pytest.fixture
def active(queue: Queue, service: Service, responder: User, resident: Resident) -> Conversation:
    row = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now(), body="Äitini unohtelee.")
    return claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())


def home(resident: Resident, host: str = "testserver") -> Client:
    client = Client(headers={"host": host})
    client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
    return client


def url(row: Conversation | UUID, act: str = "siirto") -> str:
    key = row.public_id if isinstance(row, Conversation) else row
    return f"/fi/vastaaja/{key}/{act}/"


def form(to: str, **more: object) -> dict[str, object]:
    return {"to": to, "reason": "expertise", "token": str(uuid4()), "note": SECRET, **more}


def offered(row: Conversation, by: User, queue: Queue, person: User | None = None) -> Transfer:
    return offer_transfer(
        by=acting(by),
        conversation=row.public_id,
        queue=queue.public_id,
        person=person.public_id if person else None,
        reason="expertise",
        token=uuid4(),
        note=SECRET,
        now=timezone.now(),
    )


def close(queue: Queue) -> None:
    now = timezone.now()
    Override.objects.create(
        county=queue.service.county,
        queue=queue,
        kind=OverrideKind.CLOSE,
        reason_fi="Koulutus",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=12),
    )


# --- the sender ---


def test_a_plain_form_offers_to_a_person_and_comes_back(
    active: Conversation, responder: User, colleague: User, queue: Queue, signed_in: SignedIn
) -> None:
    client = signed_in(responder)
    page = client.get(f"/fi/vastaaja/{active.public_id}/").content.decode()
    key = f"{queue.public_id}:{colleague.public_id}"
    assert f'value="{key}"' in page
    assert "Kaisa, asiakasohjaaja" in page
    answer = client.post(url(active), form(key))
    assert (answer.status_code, answer["Location"]) == (302, f"/fi/vastaaja/{active.public_id}/")
    made = Transfer.objects.get()
    assert (made.to_person, made.state) == (colleague, TransferState.OFFERED)
    page = client.get(answer["Location"]).content.decode()
    assert "Tarjottu" in page
    assert "Peru siirto" in page
    assert client.post(url(active, "siirto/peru")).status_code == 302
    made.refresh_from_db()
    assert made.state == TransferState.WITHDRAWN


def test_a_refused_plain_form_keeps_what_was_written(
    active: Conversation, responder: User, second_queue: Queue, signed_in: SignedIn
) -> None:
    close(second_queue)
    answer = signed_in(responder).post(url(active), form(str(second_queue.public_id), message="Odotathan hetken"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert SECRET in page
    assert "Odotathan hetken" in page
    assert "Takaisinsoitto heidän nimissään" in page
    assert not Transfer.objects.exists()


@pytest.mark.parametrize("to", ["", "x", "5f1c8a52-6a43-4f6e-9d2a-0c5a1f0f9b11", "5f1c8a52-6a43-4f6e-9d2a-0c5a1f0f9b11:x"])
def test_nonsense_is_refused(to: str, active: Conversation, responder: User, signed_in: SignedIn) -> None:
    answer = signed_in(responder).post(url(active), form(to), headers=JSON)
    assert answer.status_code in (400, 409)
    assert not Transfer.objects.exists()


def test_what_is_too_long_is_refused(active: Conversation, responder: User, queue: Queue, signed_in: SignedIn) -> None:
    answer = signed_in(responder).post(url(active), form(str(queue.public_id), note="a" * 4001), headers=JSON)
    assert answer.status_code == 400
    assert not Transfer.objects.exists()


TABLE = {
    "colleague": 409,
    "second_responder": 404,
    "outsider": 403,
    "former": 403,
    "main_user": 403,
    "manager": 403,
    "privacy_officer": 403,
    "nobody": 401,
}
ACTS = ("siirto", "siirto/peru", "siirto/takaisinsoitto", "siirto/paikka", "siirto/yhteystiedot")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("name", TABLE)
def test_every_door_of_the_sender_asks_who(
    name: str,
    act: str,
    request: pytest.FixtureRequest,
    active: Conversation,
    responder: User,
    second_queue: Queue,
    queue: Queue,
    signed_in: SignedIn,
) -> None:
    if act == "siirto/peru":
        offered(active, responder, queue)
    client = Client() if name == "nobody" else signed_in(request.getfixturevalue(name))
    before = (Event.objects.count(), Transfer.objects.values_list("state", flat=True).first())
    data = form(str(second_queue.public_id), closed=str(second_queue.public_id), value="040 1234567")
    answer = client.post(url(active, act), data, headers=JSON)
    assert answer.status_code == TABLE[name], answer.content
    assert (Event.objects.count(), Transfer.objects.values_list("state", flat=True).first()) == before
    assert not ContactDetail.objects.exists()
    assert "unohtelee" not in answer.content.decode()


def test_the_form_is_for_those_who_may(
    active: Conversation, colleague: User, supervisor: User, queue: Queue, signed_in: SignedIn
) -> None:
    part = url(active, "osa/transfer")
    assert "<form" not in signed_in(colleague).get(part).content.decode()
    page = signed_in(supervisor).get(part).content.decode()
    assert "Vastaaja jatkaa asukkaan kanssa" in page, "it is not hers to go on with"
    assert 'name="to"' in page
    assert 'name="message"' not in page
    assert "Siirretty" not in page


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_a_move_inside_a_service_names_the_queue(language: str) -> None:
    names = {"service": {"fi": "Terveysneuvo", "sv": "Hälsorådet"}, "queue": {"fi": "Digilääkäri", "sv": "Digiläkaren"}}
    inside = Event(kind=EventKind.TRANSFERRED, payload={"state": "moved", **names, "same_service": True})
    across = Event(kind=EventKind.TRANSFERRED, payload={"state": "moved", **names, "same_service": False})
    queue, service = names["queue"][language], names["service"][language]
    with translation.override(language):
        to_staff, to_her = (event_words(inside, words, name="", language=language) for words in (EVENT_WORDS, NOTICES))
        assert f"{service} – {queue}" in to_staff
        assert (queue in to_her, service in to_her) == (True, False), "she knows the service already"
        assert service in event_words(across, NOTICES, name="", language=language)


# --- the offer ---


def test_an_offer_is_shown_taken_and_opened(
    active: Conversation, responder: User, colleague: User, queue: Queue, signed_in: SignedIn
) -> None:
    made = offered(active, responder, queue, colleague)
    client = signed_in(colleague)
    part = client.get("/fi/vastaaja/osa/offers/").content.decode()
    assert "Maija, asiakasohjaaja" in part
    assert "unohtelee" not in part
    assert SECRET not in part
    answer = client.post(f"/fi/vastaaja/tarjous/{made.public_id}/ota/")
    assert answer["Location"] == f"/fi/vastaaja/{active.public_id}/"
    page = client.get(answer["Location"]).content.decode()
    assert SECRET in page
    assert "unohtelee" in page
    assert "Maija" not in client.get("/fi/vastaaja/osa/offers/").content.decode()


def test_declining_comes_back_to_the_lists(
    active: Conversation, responder: User, colleague: User, queue: Queue, signed_in: SignedIn
) -> None:
    made = offered(active, responder, queue, colleague)
    answer = signed_in(colleague).post(f"/fi/vastaaja/tarjous/{made.public_id}/palauta/")
    assert answer["Location"] == "/fi/vastaaja/"
    made.refresh_from_db()
    assert made.state == TransferState.DECLINED


@pytest.mark.parametrize("act", ["ota", "palauta"])
@pytest.mark.parametrize(
    ("name", "status"), [("second_responder", 404), ("outsider", 403), ("former", 403), ("main_user", 403), ("nobody", 401)]
)
def test_an_offer_is_none_for_others(
    name: str,
    status: int,
    act: str,
    request: pytest.FixtureRequest,
    active: Conversation,
    responder: User,
    colleague: User,
    queue: Queue,
    signed_in: SignedIn,
) -> None:
    made = offered(active, responder, queue, colleague)
    client = Client() if name == "nobody" else signed_in(request.getfixturevalue(name))
    assert client.post(f"/fi/vastaaja/tarjous/{made.public_id}/{act}/", headers=JSON).status_code == status
    assert client.post(f"/fi/vastaaja/tarjous/{made.public_id}/{act}/").status_code in (status, 302)
    made.refresh_from_db()
    assert made.state == TransferState.OFFERED
    if status == 404:
        assert "Maija" not in client.get("/fi/vastaaja/osa/offers/").content.decode()


def test_the_loser_is_told_who(
    active: Conversation, responder: User, colleague: User, supervisor: User, queue: Queue, signed_in: SignedIn
) -> None:
    made = offered(active, responder, queue)
    accept_transfer(by=acting(colleague), transfer=made.public_id, now=timezone.now())
    answer = signed_in(supervisor).post(f"/fi/vastaaja/tarjous/{made.public_id}/ota/", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "taken")
    assert "Kaisa" in answer.json()["text"]


# --- the resident ---


def test_the_resident_says_yes_without_a_script(
    active: Conversation, resident: Resident, responder: User, second_responder: User, second_queue: Queue
) -> None:
    made = offered(active, responder, second_queue)
    client = home(resident)
    page = client.get(f"/fi/keskustelu/{active.public_id}/").content.decode()
    assert "Saako tämä keskustelu jatkua palvelussa Neuvolan chat?" in page
    assert SECRET not in page
    answer = client.post(f"/fi/keskustelu/{active.public_id}/siirto/", {"transfer": made.public_id, "answer": "yes"})
    assert answer["Location"] == f"/fi/keskustelu/{active.public_id}/"
    made.refresh_from_db()
    assert made.state == TransferState.OFFERED
    page = client.get(answer["Location"]).content.decode()
    assert 'name="answer"' not in page
    accept_transfer(by=acting(second_responder), transfer=made.public_id, now=timezone.now())
    page = client.get(answer["Location"]).content.decode()
    assert '<span data-part="service">Neuvolan chat</span>' in page
    assert "Noora, terveydenhoitaja, Neuvolan chat, on nyt kanssasi" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", "sosiaalihuollolla ja terveydenhuollolla"),
        ("sv", "socialvården och hälso- och sjukvården"),
        ("en", "another register"),
    ],
)
def test_the_question_tells_that_it_becomes_known_in_another_register(
    language: str, words: str, active: Conversation, resident: Resident, responder: User, second_queue: Queue
) -> None:
    """S001-70: the yes to another register is given knowing it; inside one register nothing of registers is said."""
    offered(active, responder, second_queue)
    door = f"/{language}/keskustelu/{active.public_id}/"
    assert words not in home(resident).get(door).content.decode()
    withdraw_transfer(by=acting(responder), conversation=active.public_id, now=timezone.now())
    Service.objects.filter(pk=second_queue.service_id).update(register=Register.HEALTH)
    offered(active, responder, second_queue)
    assert words in home(resident).get(door).content.decode()


def test_the_resident_says_no(active: Conversation, resident: Resident, responder: User, second_queue: Queue) -> None:
    made = offered(active, responder, second_queue)
    answer = home(resident).post(
        f"/fi/keskustelu/{active.public_id}/siirto/", {"transfer": made.public_id, "answer": "no"}, headers=JSON
    )
    assert answer.json() == {"state": "refused"}


@pytest.mark.parametrize("data", [{}, {"answer": "yes"}, {"answer": "yes", "transfer": "x"}, {"answer": "perhaps"}])
def test_half_an_answer_is_none(
    data: dict[str, str], active: Conversation, resident: Resident, responder: User, second_queue: Queue
) -> None:
    made = offered(active, responder, second_queue)
    assert home(resident).post(f"/fi/keskustelu/{active.public_id}/siirto/", data, headers=JSON).status_code == 400
    assert home(resident).post(f"/fi/keskustelu/{active.public_id}/siirto/", data).status_code == 302
    made.refresh_from_db()
    assert made.state == TransferState.ASKED


def test_nobody_answers_for_her(
    active: Conversation,
    stranger: Resident,
    resident: Resident,
    responder: User,
    second_queue: Queue,
    other_county: County,
    signed_in: SignedIn,
) -> None:
    made = offered(active, responder, second_queue)
    data = {"transfer": str(made.public_id), "answer": "yes"}
    for client in (home(stranger), Client(), signed_in(responder), home(resident, host="toinen.test")):
        assert client.post(f"/fi/keskustelu/{active.public_id}/siirto/", data, headers=JSON).status_code == 404
        assert client.post(f"/fi/keskustelu/{active.public_id}/yhteys/", {"value": "040"}, headers=JSON).status_code == 404
    made.refresh_from_db()
    assert made.state == TransferState.ASKED


def test_staffs_notes_reach_no_resident(
    active: Conversation, resident: Resident, responder: User, second_responder: User, second_queue: Queue
) -> None:
    made = offered(active, responder, second_queue)
    answer_transfer(by=resident, conversation=active.public_id, transfer=made.public_id, consent=True, now=timezone.now())
    accept_transfer(by=acting(second_responder), transfer=made.public_id, now=timezone.now())
    post_message(by=acting(second_responder), conversation=active.public_id, client_id=uuid4(), body="Hei", now=timezone.now())
    client = home(resident)
    for path in ("", "tallenne.txt", "tuloste/", "osa/ask/", "osa/wait/", "osa/feedback/", "jono/"):
        answer = client.get(f"/fi/keskustelu/{active.public_id}/{path}")
        assert answer.status_code == 200, path
        assert SECRET not in answer.content.decode(), path


# --- the closed target ---


def test_a_call_back_from_question_to_done(
    active: Conversation,
    resident: Resident,
    responder: User,
    colleague: User,
    second_responder: User,
    second_queue: Queue,
    signed_in: SignedIn,
) -> None:
    close(second_queue)
    sender = signed_in(responder)
    assert sender.post(url(active, "siirto/takaisinsoitto"), form("", closed=str(second_queue.public_id))).status_code == 302
    client = home(resident)
    assert "Mihin numeroon sinulle voi soittaa?" in client.get(f"/fi/keskustelu/{active.public_id}/").content.decode()
    assert client.post(f"/fi/keskustelu/{active.public_id}/yhteys/", {"value": "040 1234567", "wish": "Illalla"}).status_code == 302
    assert "040 1234567" not in client.get(f"/fi/keskustelu/{active.public_id}/tallenne.txt").content.decode()
    agreed = client.get(f"/fi/keskustelu/{active.public_id}/").content.decode()
    assert "Soittopyyntö: " in agreed
    assert "040 1234567" not in agreed
    call = Conversation.objects.get(medium=Medium.CALL)
    caller = signed_in(second_responder)
    assert caller.post(url(call, "ota")).status_code == 302
    page = caller.get(f"/fi/vastaaja/{call.public_id}/").content.decode()
    assert "Illalla" in page
    assert "unohtelee" not in page
    assert "040 1234567" in caller.post(url(call, "yhteystieto")).content.decode()
    assert signed_in(colleague).post(url(call, "yhteystieto")).status_code == 404
    assert "Soittopyyntö: " in sender.get(f"/fi/vastaaja/{active.public_id}/").content.decode()


def test_a_place_and_contact_details(
    active: Conversation, resident: Resident, responder: User, second_queue: Queue, signed_in: SignedIn
) -> None:
    close(second_queue)
    client = signed_in(responder)
    data = form("", closed=str(second_queue.public_id))
    assert client.post(url(active, "siirto/yhteystiedot"), data, headers=JSON).json()["state"] == TransferState.REPLACED
    assert "044 000 0000" in home(resident).get(f"/fi/keskustelu/{active.public_id}/").content.decode()
    assert client.post(url(active, "siirto/paikka"), data, headers=JSON).json()["state"] == TransferState.ASKED
    made = Transfer.objects.get(state=TransferState.ASKED)
    browser = home(resident)
    assert "Saako sinulle varata paikan jonoon" in browser.get(f"/fi/keskustelu/{active.public_id}/").content.decode()
    browser.post(f"/fi/keskustelu/{active.public_id}/siirto/", {"transfer": made.public_id, "answer": "yes"})
    active.refresh_from_db()
    assert (active.state, active.queue) == (State.WAITING, second_queue)
    assert "Paikkasi on varattu" in browser.get(f"/fi/keskustelu/{active.public_id}/").content.decode()
