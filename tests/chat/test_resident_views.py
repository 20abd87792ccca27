"""The resident's pages as plain forms: the whole walk without a script, every refusal, and a stranger at every door."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from chat.choices import EventKind, State
from chat.models import Conversation, Event, Participant
from chat.operations import claim_conversation, end_conversation, post_message, start_conversation
from chat.protocol import TEXT_LIMIT
from chat.residents import cookie_value
from chat.views.start import HELPLINE_KEY
from services import hosts
from services.choices import Audience, ServiceStatus
from services.choices import Medium as ChannelMedium
from services.models import Channel, ContactPoint, County, Municipality, Queue, Redirect, Service, Topic
from tests.conftest import acting

pytestmark = pytest.mark.django_db

START = "/fi/palvelu/ikaantyneet/chat/"
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
URLS = ["", "viesti/", "lopeta/", "jono/", "tallenne.txt", "tuloste/"]


@pytest.fixture
def open_service(service: Service, queue: Queue, responder: User) -> Service:
    """The service takes conversations: there are hours, and somebody to answer."""
    return service


@pytest.fixture
def visitor(county: County) -> Client:
    """A browser of a resident; it has no cookie yet."""
    return Client(headers=PERSON)


def browser_of(resident: Resident) -> Client:
    client = Client(headers=PERSON)
    client.cookies["resident"] = cookie_value(resident)
    return client


@pytest.fixture
def talk(open_service: Service, resident: Resident) -> Conversation:
    return start_conversation(by=resident, service=open_service, token=uuid4(), now=timezone.now(), body="Äitini muistaa huonosti.")


def url_of(row: Conversation, rest: str = "", language: str = "fi") -> str:
    return f"/{language}/keskustelu/{row.public_id}/{rest}"


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page) or re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def test_who_has_seen_the_form_of_another_browser_does_not_become_its_resident(open_service: Service) -> None:
    hers, other = (Client(headers=PERSON, enforce_csrf_checks=True) for _ in range(2))
    page = hers.get(START).content.decode()
    sent = {"token": hidden(page, "token"), "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"), "body": "Vain minulle."}
    first = hers.post(START, sent)
    hers.cookies.pop("resident")  # the answer was lost on its way
    assert hers.post(START, sent)["Location"] == first["Location"]
    foreign = {**sent, "csrfmiddlewaretoken": hidden(other.get(START).content.decode(), "csrfmiddlewaretoken"), "body": ""}
    answer = other.post(START, foreign)
    assert answer.status_code == 302
    assert answer["Location"] != first["Location"]
    assert other.get(first["Location"]).status_code == 404


def start(client: Client, **fields: str) -> UUID:
    page = client.get(START).content.decode()
    answer = client.post(START, {"token": hidden(page, "token"), "channel": "web", **fields})
    assert answer.status_code == 302, answer.content.decode()
    return UUID(answer["Location"].split("/")[3])


# --- starting ---


def test_a_resident_starts_with_her_words_alone(open_service: Service, visitor: Client) -> None:
    key = start(visitor, body="  Miten saan äidille\x00 apua? ")
    row = Conversation.objects.get(public_id=key)
    assert (row.state, row.contactor, row.topic, row.municipality, row.language) == (State.WAITING, "", None, None, "fi")
    assert list(Event.objects.filter(conversation=row).values_list("kind", "body")) == [
        ("joined", ""),
        ("message", "Miten saan äidille apua?"),
    ]
    page = visitor.get(url_of(row))
    assert page.status_code == 200
    assert "Miten saan äidille apua?" in page.content.decode()
    assert "Olet jonossa seuraavana" in page.content.decode()
    cookie = visitor.cookies["resident"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_nothing_at_all_is_mandatory(open_service: Service, visitor: Client) -> None:
    row = Conversation.objects.get(public_id=start(visitor))
    assert [event.kind for event in Event.objects.filter(conversation=row)] == [EventKind.JOINED]


@pytest.mark.parametrize("channel", ["app", "bot"])
def test_everything_told_is_kept(open_service: Service, visitor: Client, county: County, channel: str) -> None:
    town = Municipality.objects.create(code="297", name_fi="Kuopio", name_sv="Kuopio", county=county)
    page = visitor.get(f"{START}?channel={channel}", headers={"Referer": "http://testserver/fi/palvelu/ikaantyneet/?q=salaista"})
    html = page.content.decode()
    assert "Kuopio" in html
    assert hidden(html, "page") == "/fi/palvelu/ikaantyneet/"
    fields = {name: hidden(html, name) for name in ("token", "channel", "page")}
    visitor.post(START, {**fields, "body": "Hei", "topic": "neuvonta", "contactor": "relative", "municipality": "297"})
    row = Conversation.objects.get()
    assert (row.contactor, row.topic, row.municipality, row.entry_channel) == ("relative", Topic.objects.get(), town, channel)
    assert row.entry_page == "/fi/palvelu/ikaantyneet/"


def test_a_form_sent_twice_starts_once_even_before_the_first_answer(open_service: Service, county: County) -> None:
    token = str(uuid4())
    answers = [Client(headers=PERSON).post(START, {"token": token, "body": "Hei"}) for _ in range(3)]
    assert {answer["Location"] for answer in answers} == {url_of(Conversation.objects.get())}
    assert Event.objects.filter(kind=EventKind.MESSAGE).count() == 1


def test_who_has_a_conversation_already_is_offered_to_go_on(talk: Conversation, resident: Resident) -> None:
    client = browser_of(resident)
    page = client.get(START).content.decode()
    assert "Olet jo jonossa" in page
    assert f'href="{url_of(talk)}"' in page
    assert "<textarea" not in page
    answer = client.post(START, {"token": str(uuid4()), "body": "Toinen asia"})
    assert answer["Location"] == f"{url_of(talk)}?jo=1"
    assert "Olit jo jonossa: tämä on sama keskustelu" in client.get(answer["Location"]).content.decode()
    assert list(Event.objects.filter(kind="message").values_list("body", flat=True)) == ["Äitini muistaa huonosti.", "Toinen asia"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_too_long_a_text_is_told_and_kept(open_service: Service, visitor: Client, language: str) -> None:
    words = "ä" * (TEXT_LIMIT + 1)
    answer = visitor.post(f"/{language}/palvelu/ikaantyneet/chat/", {"token": str(uuid4()), "body": words})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert {"fi": "enintään 4000 merkkiä", "sv": "högst 4000 tecken", "en": "at most 4000 characters"}[language] in page
    assert 'aria-invalid="true"' in page
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("words", ["", "   \n\t ", "\u200b\u2060", "\x00\x07"])
def test_spaces_and_invisible_characters_are_as_nothing(open_service: Service, visitor: Client, words: str) -> None:
    row = Conversation.objects.get(public_id=start(visitor, body=words))
    assert not Event.objects.filter(conversation=row, kind=EventKind.MESSAGE).exists()


@pytest.mark.parametrize(
    "fields",
    [{"topic": "keksitty"}, {"municipality": "999"}, {"contactor": "robotti"}, {"channel": "faksi"}, {"token": "x", "topic": "y"}],
)
def test_choices_that_are_not_offered_are_refused_and_the_words_stay(
    open_service: Service, visitor: Client, fields: dict[str, str]
) -> None:
    answer = visitor.post(START, {"token": str(uuid4()), "body": "Tärkeää asiaa", **fields})
    assert answer.status_code == 422
    assert "Tärkeää asiaa" in answer.content.decode()
    assert not Conversation.objects.exists()


def test_a_token_that_can_not_be_read_is_replaced(open_service: Service, visitor: Client) -> None:
    assert visitor.post(START, {"token": "ei uuid", "body": "Hei"}).status_code == 302


def test_topics_of_other_services_are_not_offered(open_service: Service, visitor: Client, second_service: Service) -> None:
    Topic.objects.create(service=second_service, key="vauva", name_fi="Vauva")
    Topic.objects.create(service=open_service, key="vanha", name_fi="Vanha aihe", retired=True)
    Topic.objects.create(service=open_service, key="sisainen", name_fi="Sisäinen aihe", shown_to_residents=False)
    page = visitor.get(START).content.decode()
    assert "Neuvonta" in page
    assert not {"Vauva", "Vanha aihe", "Sisäinen aihe"} & set(re.findall(r"<option[^>]*>([^<]*)<", page))
    assert visitor.post(START, {"token": str(uuid4()), "topic": "sisainen"}).status_code == 422


@pytest.mark.parametrize("status", [ServiceStatus.DRAFT, ServiceStatus.PERMITTED, ServiceStatus.CLOSED])
def test_a_service_that_is_not_open_has_no_chat(open_service: Service, visitor: Client, status: str) -> None:
    Service.objects.update(status=status)
    assert visitor.get(START).status_code == 404
    assert visitor.post(START, {"token": str(uuid4())}).status_code == 404


def test_another_countys_service_is_not_here(other_queue: Queue, visitor: Client) -> None:
    assert visitor.get(START).status_code == 404


def test_what_it_is_not_for_is_told_with_the_right_place(open_service: Service, second_service: Service, visitor: Client) -> None:
    Redirect.objects.create(service=open_service, matter_fi="Raskaus ja vauvan hoito", to_service=second_service)
    page = visitor.get(START).content.decode()
    assert "Asiakasohjaaja vastaa." in page
    assert "Raskaus ja vauvan hoito" in page
    assert 'href="/fi/palvelu/neuvola/"' in page


def test_the_line_and_the_conversation_tell_who_answers_and_what_is_not_handled(
    talk: Conversation, resident: Resident, responder: User, second_service: Service
) -> None:
    Redirect.objects.create(service=talk.service, matter_fi="Raskaus ja vauvan hoito", to_service=second_service)

    def told() -> None:
        page = browser_of(resident).get(url_of(talk)).content.decode()
        assert "Asiakasohjaaja vastaa." in page
        assert "Raskaus ja vauvan hoito" in page
        assert f'href="/fi/palvelu/{second_service.key}/"' in page

    told()
    claim_conversation(by=acting(responder), conversation=talk.public_id, now=timezone.now())
    told()


def test_the_whole_walk_without_a_script(open_service: Service, responder: User, visitor: Client) -> None:
    row = Conversation.objects.get(public_id=start(visitor, body="Hei"))
    page = visitor.get(url_of(row)).content.decode()
    assert "Hae uudet viestit" in page
    sent = visitor.post(url_of(row, "viesti/"), {"client_id": hidden(page, "client_id"), "body": "Vielä yksi asia"}, follow=True)
    assert "Vielä yksi asia" in sent.content.decode()
    claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
    post_message(by=acting(responder), conversation=row.public_id, client_id=uuid4(), body="Miten voin auttaa?", now=timezone.now())
    again = visitor.post(url_of(row), {"body": "Kesken jäänyt lause"}).content.decode()
    assert "Maija, asiakasohjaaja vastaa sinulle nyt" in again
    assert "Miten voin auttaa?" in again
    assert "Kesken jäänyt lause</textarea>" in again
    sure = visitor.post(url_of(row, "lopeta/"), {"body": "Kesken jäänyt lause"}).content.decode()
    assert "Lopetetaanko keskustelu?" in sure
    assert "Kesken jäänyt lause" in sure
    assert Conversation.objects.get().state == State.ACTIVE
    back = visitor.post(url_of(row), {"body": hidden(sure, "body")}).content.decode()
    assert "Kesken jäänyt lause</textarea>" in back
    ended = visitor.post(url_of(row, "lopeta/"), {"sure": "1"}, follow=True).content.decode()
    assert "Keskustelu on päättynyt" in ended
    assert f'href="{url_of(row, "tallenne.txt")}"' in ended
    assert f'href="{START}"' in ended
    assert Conversation.objects.get().status == "answered"


def test_a_double_press_sends_once(talk: Conversation, resident: Resident) -> None:
    client = browser_of(resident)
    fields = {"client_id": str(uuid4()), "body": "Kahdesti painettu"}
    for _ in range(2):
        assert client.post(url_of(talk, "viesti/"), fields).status_code == 302
    assert Event.objects.filter(body="Kahdesti painettu").count() == 1


@pytest.mark.parametrize(
    ("words", "told", "status"),
    [
        ("", "Kirjoita ensin viesti.", 400),
        ("  \n ", "Kirjoita ensin viesti.", 400),
        ("\x00\u200b", "Kirjoita ensin viesti.", 400),
        ("a" * (TEXT_LIMIT + 1), "enintään 4000 merkkiä", 400),
    ],
)
def test_what_can_not_be_sent_is_told_and_kept(talk: Conversation, resident: Resident, words: str, told: str, status: int) -> None:
    client = browser_of(resident)
    head = Conversation.objects.get().head_all
    client_id = str(uuid4())
    answer = client.post(url_of(talk, "viesti/"), {"client_id": client_id, "body": words})
    page = answer.content.decode()
    assert answer.status_code == status
    assert told in page
    assert hidden(page, "client_id") == client_id
    assert words.strip("\x00\u200b \n") in page
    assert Conversation.objects.get().head_all == head


def test_control_and_reordering_characters_are_left_out_and_html_is_text(talk: Conversation, resident: Resident) -> None:
    client = browser_of(resident)
    body = "<b>hei</b>\x07 \u202eväärin\u202c 👩‍⚕️"
    client.post(url_of(talk, "viesti/"), {"client_id": str(uuid4()), "body": body})
    assert Event.objects.latest("seq").body == "<b>hei</b> väärin 👩‍⚕️"
    assert "&lt;b&gt;hei&lt;/b&gt; väärin 👩‍⚕️" in client.get(url_of(talk)).content.decode()


def test_other_words_with_a_used_id_get_a_new_one(talk: Conversation, resident: Resident) -> None:
    client = browser_of(resident)
    fields = {"client_id": str(uuid4()), "body": "Ensin"}
    client.post(url_of(talk, "viesti/"), fields)
    answer = client.post(url_of(talk, "viesti/"), {**fields, "body": "Sitten"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Sitten</textarea>" in page
    assert hidden(page, "client_id") != fields["client_id"]


def test_writing_after_the_end_keeps_the_words(talk: Conversation, resident: Resident, responder: User) -> None:
    client = browser_of(resident)
    claim_conversation(by=acting(responder), conversation=talk.public_id, now=timezone.now())
    end_conversation(by=acting(responder), conversation=talk.public_id, outcome="R1", topic="neuvonta", now=timezone.now())
    answer = client.post(url_of(talk, "viesti/"), {"client_id": str(uuid4()), "body": "Liian myöhään"})
    assert answer.status_code == 409
    assert "Tämä keskustelu on päättynyt" in answer.content.decode()
    assert "Liian myöhään</textarea>" in answer.content.decode()
    assert client.post(url_of(talk, "lopeta/"), {}).status_code == 302, "leaving again is harmless"
    assert client.post(url_of(talk, "lopeta/"), {"sure": "1"}).status_code == 302


def test_a_client_id_that_can_not_be_read_is_refused(talk: Conversation, resident: Resident) -> None:
    answer = browser_of(resident).post(url_of(talk, "viesti/"), {"client_id": "1", "body": "Teksti"})
    assert answer.status_code == 400
    assert "Teksti</textarea>" in answer.content.decode()


def test_the_door_for_scripts(talk: Conversation, resident: Resident) -> None:
    client = browser_of(resident)
    fields = {"client_id": str(uuid4()), "body": "Hei"}
    first = client.post(url_of(talk, "viesti/"), fields, headers={"Accept": "application/json"}).json()
    again = client.post(url_of(talk, "viesti/"), fields, headers={"Accept": "application/json"}).json()
    assert (first["client_id"], first["duplicate"], again["duplicate"], first["seq"]) == (
        fields["client_id"],
        False,
        True,
        again["seq"],
    )
    refused = client.post(url_of(talk, "viesti/", "sv"), {**fields, "body": " "}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()) == (
        400,
        {"code": "empty", "text": "Skriv först ett meddelande.", "retry_ms": None},
    )
    place = client.get(url_of(talk, "jono/"), headers={"Accept": "application/json"}).json()
    assert (place["state"], place["position"], place["waiting"]) == ("waiting", 1, 1)
    left = client.post(url_of(talk, "lopeta/"), {"sure": "1"}, headers={"Accept": "application/json"})
    assert left.json() == {"state": "ended"}


def test_the_place_in_the_line(talk: Conversation, resident: Resident, relative: Resident, stranger: Resident) -> None:
    for other in (relative, stranger):
        start_conversation(by=other, service=talk.service, token=uuid4(), now=timezone.now())
    last = Conversation.objects.get(resident_key=stranger.key)
    assert "Edelläsi on 2" in browser_of(stranger).get(url_of(last)).content.decode()
    browser_of(resident).post(url_of(talk, "lopeta/"), {"sure": "1"})
    assert "Edelläsi on 1" in browser_of(stranger).get(url_of(last)).content.decode()


def test_each_page_load_is_a_sign_of_life(talk: Conversation, resident: Resident) -> None:
    Conversation.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    browser_of(resident).get(url_of(talk))
    assert Conversation.objects.get().seen_at > timezone.now() - timedelta(seconds=10)


def test_the_page_marks_what_was_read_on_both_sides(talk: Conversation, resident: Resident, responder: User) -> None:
    client = browser_of(resident)
    assert "Lähetetty" in client.get(url_of(talk)).content.decode()
    me = Participant.objects.get(conversation=talk, kind="resident")
    assert me.seen_all == Conversation.objects.get().head_all
    claim_conversation(by=acting(responder), conversation=talk.public_id, now=timezone.now())
    Participant.objects.filter(kind="responder").update(seen_all=2)
    assert "Luettu" in client.get(url_of(talk)).content.decode()


def test_notes_of_the_staff_are_nowhere_in_her_pages(talk: Conversation, resident: Resident, responder: User) -> None:
    claim_conversation(by=acting(responder), conversation=talk.public_id, now=timezone.now())
    post_message(
        by=acting(responder),
        conversation=talk.public_id,
        client_id=uuid4(),
        body="Kanarialintu",
        now=timezone.now(),
        audience="staff",
    )
    client = browser_of(resident)
    for rest in ("", "tallenne.txt", "tuloste/"):
        assert "Kanarialintu" not in client.get(url_of(talk, rest)).content.decode()


@pytest.mark.parametrize(
    ("status", "ended_by", "told"),
    [
        ("service_closed", "system", "Chat sulkeutui, ennen kuin ehdimme vastata"),
        ("abandoned", "system", "Paikkasi jonossa ei enää ole voimassa"),
        ("abandoned", "responder", "Ammattilainen päätti keskustelun"),
        ("short_abandon", "responder", "Ammattilainen päätti keskustelun"),
        ("short_abandon", "resident", "Poistuit jonosta"),
        ("answered", "responder", "Keskustelu on päättynyt"),
    ],
)
def test_each_ending_is_told_in_its_own_words(
    talk: Conversation, resident: Resident, status: str, ended_by: str, told: str
) -> None:
    Conversation.objects.update(state="ended", status=status, ended_by=ended_by, closed_at=timezone.now())
    page = browser_of(resident).get(url_of(talk)).content.decode()
    assert re.search(r'data-ending="\w+"><h2>([^<]*)', page)[1] == told  # type: ignore[index]
    assert "044 000 0000" in page


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fi", ["Sinä:\nÄitini muistaa huonosti.", "Maija, asiakasohjaaja:\nKatso https://alue.test/"]),
        ("sv", ["Du:\nÄitini", "Chatt för äldreservice"]),
        ("en", ["You:\nÄitini", "Chat for older people’s services"]),
    ],
)
def test_the_transcript_in_each_language(
    talk: Conversation, resident: Resident, responder: User, language: str, told: list[str]
) -> None:
    claim_conversation(by=acting(responder), conversation=talk.public_id, now=timezone.now())
    body = "Katso https://alue.test/?a=1&b=2 <tämä>"
    post_message(by=acting(responder), conversation=talk.public_id, client_id=uuid4(), body=body, now=timezone.now())
    answer = browser_of(resident).get(url_of(talk, "tallenne.txt", language))
    words = answer.content.decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"].startswith("max-age=0")
    assert body in words, "as it was written, not as HTML"
    assert all(part in words for part in told)
    separator = ":" if language == "en" else r"\."
    assert re.search(rf"^\d{{1,2}}{separator}\d\d  ", words, re.MULTILINE)
    printed = browser_of(resident).get(url_of(talk, "tuloste/", language)).content.decode()
    assert "&lt;tämä&gt;" in printed


def test_an_erased_conversation_says_so(talk: Conversation, resident: Resident) -> None:
    Event.objects.update(body="")
    client = browser_of(resident)
    for rest in ("", "tallenne.txt", "tuloste/"):
        assert "Sanat on hävitetty" in client.get(url_of(talk, rest)).content.decode()


# --- strangers ---


def test_a_stranger_is_told_the_same_as_of_a_conversation_that_does_not_exist(
    talk: Conversation, stranger: Resident, responder: User, outsider: User, signed_in: Callable[..., Client]
) -> None:
    nothing = uuid4()
    clients = [browser_of(stranger), Client(headers=PERSON), signed_in(responder), signed_in(outsider)]
    tampered = Client(headers=PERSON)
    tampered.cookies["resident"] = cookie_value(stranger)[:-2] + "xx"
    before = Event.objects.count()
    for client in [*clients, tampered]:
        for rest in URLS:
            for method in ("get", "post"):
                if (method, rest) in {("post", "jono/"), ("post", "tallenne.txt"), ("post", "tuloste/")}:
                    continue
                fields = {"client_id": str(uuid4()), "body": "Murto", "sure": "1"}
                real = getattr(client, method)(url_of(talk, rest), fields)
                made_up = getattr(client, method)(f"/fi/keskustelu/{nothing}/{rest}", fields)
                assert (real.status_code, made_up.status_code) == (404, 404), (rest, method)
                words = real.content.decode().replace(str(talk.public_id), str(nothing))
                assert re.sub(r'value="[^"]{64}"', "", words) == re.sub(r'value="[^"]{64}"', "", made_up.content.decode())
                assert "Äitini" not in words
    assert Event.objects.count() == before
    assert Conversation.objects.get().state == State.WAITING
    refused = browser_of(stranger).post(url_of(talk, "viesti/"), {"body": "x"}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_the_conversation_is_not_shown_on_another_countys_pages(
    talk: Conversation, resident: Resident, other_county: County
) -> None:
    client = browser_of(resident)
    assert client.get(url_of(talk), headers={"Host": "toinen.test"}).status_code == 404
    assert client.post(url_of(talk, "lopeta/"), {"sure": "1"}, headers={"Host": "toinen.test"}).status_code == 404
    fields = {"client_id": str(uuid4()), "body": "x"}
    assert client.post(url_of(talk, "viesti/"), fields, headers={"Host": "toinen.test"}).status_code == 404
    assert Conversation.objects.get().state == State.WAITING


@pytest.mark.parametrize("rest", ["viesti/", "palaute/", "siirto/", "yhteys/", "tunnistaudu/en/", "tunnistaudu/siirry/"])
def test_who_comes_by_the_address_of_a_form_is_brought_to_the_conversation(
    talk: Conversation, resident: Resident, stranger: Resident, rest: str
) -> None:
    """A refusal stands at the form's address: from it one changes the language, makes the text larger or loads the page again."""
    for language in ("fi", "sv"):
        answer = browser_of(resident).get(url_of(talk, rest, language))
        assert (answer.status_code, answer["Location"]) == (302, url_of(talk, "", language))
    assert browser_of(resident).head(url_of(talk, rest)).status_code == 302
    assert browser_of(resident).put(url_of(talk, rest)).status_code == 405
    assert browser_of(stranger).get(url_of(talk, rest)).status_code == 404


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_emergency_numbers_stand_on_each_page_of_the_chat(talk: Conversation, resident: Resident, language: str) -> None:
    """P-8: also in the box of the conversation's head, which stays on a phone's screen."""
    words = {"fi": "Hätätilanteessa soita 112.", "sv": "I en nödsituation, ring 112.", "en": "In an emergency, call 112."}
    client = browser_of(resident)
    for path, times in (
        (START.replace("/fi/", f"/{language}/"), 1),
        (url_of(talk, "", language), 2),
        (url_of(talk, "lopeta/", language), 1),
        (url_of(talk, "tuloste/", language), 1),
    ):
        page = " ".join(re.sub(r"<[^>]+>", "", client.get(path).content.decode()).split())
        assert page.count(words[language]) == times, path


def test_every_link_of_a_refusal_leads_somewhere(talk: Conversation, resident: Resident) -> None:
    client = browser_of(resident)
    page = client.post(url_of(talk, "viesti/"), {"client_id": str(uuid4()), "body": "x" * (TEXT_LIMIT + 1)}).content.decode()
    links = {unescape(link) for link in re.findall(r'<a [^>]*href="(/[^"#]*)"', page)}
    assert url_of(talk, "viesti/", "sv") in links
    for link in links:
        assert client.get(link, follow=True).status_code == 200, link


def test_forms_need_the_token_of_the_page(talk: Conversation, resident: Resident) -> None:
    client = Client(enforce_csrf_checks=True, headers=PERSON)
    client.cookies["resident"] = cookie_value(resident)
    assert client.post(url_of(talk, "viesti/"), {"client_id": str(uuid4()), "body": "Hei"}).status_code == 403
    assert client.post(START, {"token": str(uuid4())}).status_code == 403


def test_a_residents_own_reading_is_not_audited_as_a_read_by_staff(talk: Conversation, resident: Resident) -> None:
    browser_of(resident).get(url_of(talk))
    assert not AuditEntry.objects.exists()


# --- cost ---


def test_queries_do_not_grow_with_the_log_or_the_line(talk: Conversation, resident: Resident, responder: User) -> None:
    client = browser_of(resident)
    client.get(url_of(talk))

    def cost(url: str) -> int:
        hosts.forget()  # and what pages share for a second: else it would matter how busy the machine is
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    few = [cost(url_of(talk)), cost(START), cost(url_of(talk, "tallenne.txt"))]
    for number in range(30):
        start_conversation(by=Resident(uuid4()), service=talk.service, token=uuid4(), now=timezone.now())
        post_message(by=resident, conversation=talk.public_id, client_id=uuid4(), body=f"viesti {number}", now=timezone.now())
    many = [cost(url_of(talk)), cost(START), cost(url_of(talk, "tallenne.txt"))]
    assert many[1:] == few[1:]
    assert many[0] <= few[0] + 8, "what changed meanwhile is marked as seen"
    assert max(many) <= 48


def test_whom_to_call_when_the_chat_does_not_work_is_in_its_head(
    talk: Conversation, resident: Resident, open_service: Service, county: County
) -> None:
    """S000-47: the service's own support; without one, digital support; a contact of professionals is never shown."""
    own = ContactPoint.objects.create(county=county, key="tuki", name_fi="Chatin tuki", value="015 000 500")
    digital = ContactPoint.objects.create(county=county, key="digi", name_fi="Digituki", value="015 000 600")
    internal = ContactPoint.objects.create(
        county=county, key="sisainen", name_fi="Talon tuki", value="015 000 700", audience=Audience.INTERNAL
    )

    def head(**chosen: ContactPoint | None) -> str:
        Service.objects.filter(pk=open_service.pk).update(**chosen)
        page = browser_of(resident).get(url_of(talk)).content.decode()
        return page.split("nl-chat-support", 1)[-1].split("</p>")[0] if "nl-chat-support" in page else ""

    assert 'Chatin tuki <a class="nl-phone" href="tel:015000500">' in head(resident_support=own, digital_support=digital)
    assert 'Digituki <a class="nl-phone" href="tel:015000600">' in head(resident_support=None, digital_support=digital)
    assert "015 000 700" not in head(resident_support=internal, digital_support=None)
    assert "Chatin tuki" in head(resident_support=own), "and it comes back"


def test_the_helpline_is_named_once_though_it_is_a_channel_of_the_service(
    open_service: Service, county: County, visitor: Client
) -> None:
    helpline = ContactPoint.objects.create(county=county, key=HELPLINE_KEY, name_fi="Päivystysapu", value="116 117")
    Channel.objects.create(service=open_service, medium=ChannelMedium.PHONE, contact_point=helpline)
    Service.objects.filter(pk=open_service.pk).update(status=ServiceStatus.PAUSED)
    page = visitor.get(START).content.decode()
    ways = page.split("nl-chat-ways")[1].split("</ul>")[0]
    assert ways.count("tel:116117") == 1
