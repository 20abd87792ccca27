"""The doors of identification: each asks who is there, says no in plain words, and never tells a name to who may not know it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from chat.choices import IdentificationState
from chat.models import Conversation, IdentityRequest
from chat.operations import request_identification
from chat.residents import cookie_value
from services.choices import Identification
from services.models import Service
from tests.conftest import acting

pytestmark = pytest.mark.django_db

NAME = "Testilä Tessa"
RETURN = "/fi/tunnistautuminen/paluu/"
TRIAL = "/fi/tunnistautuminen/kokeilu/"


def browser_of(resident: Resident, **more: Any) -> Client:
    client = Client(**more)
    client.cookies[django_settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
    return client


@pytest.fixture
def talk(conversation_of: Callable[..., Conversation], resident: Resident, responder: User) -> Conversation:
    row = conversation_of(resident, responder)
    request_identification(by=acting(responder), conversation=row.public_id, purpose="own_matter", now=timezone.now())
    return row


@pytest.fixture
def her(resident: Resident) -> Client:
    return browser_of(resident)


def address(name: str, talk: Conversation) -> str:
    return reverse(f"chat:{name}", args=[talk.public_id])


def leave(her: Client, talk: Conversation, **more: str) -> dict[str, str]:
    """Agree; what the trial page was told."""
    answer = her.post(address("identity_go", talk), {"behalf": "self", **more})
    assert answer.status_code == 200, answer.content.decode()
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.context["url"]).query).items()}


def go_through(her: Client, talk: Conversation, person: str = "tessa", **more: str) -> Any:
    told = leave(her, talk, **more)
    answer = her.post(TRIAL, {"mandate": "", **told, "person": person})
    return her.get(answer["Location"])


def test_the_way_by_forms_alone(her: Client, talk: Conversation, responder: User, signed_in: Callable[..., Client]) -> None:
    page = her.get(address("conversation", talk)).content.decode()
    assert "Ammattilainen pyytää sinua tunnistautumaan" in page
    asked = her.post(address("identity", talk), {"body": "Jäi kesken"}).content.decode()
    assert "jotta oma asiasi voidaan hoitaa" in asked
    assert "Jäi kesken" in asked
    answer = go_through(her, talk)
    assert (answer.status_code, answer["Location"]) == (302, address("conversation", talk) + "#tunnistautuminen")
    assert "Olet tunnistautunut" in her.get(address("conversation", talk)).content.decode()
    shown = signed_in(responder).get(address("console_conversation", talk)).content.decode()
    assert NAME in shown


@pytest.mark.parametrize(("behalf", "why"), [("child", "huollettavan lapsesi"), ("mandate", "sen aikuisen")])
def test_her_page_begins_at_the_one_whose_matter_it_is_and_she_may_choose_another(
    her: Client, talk: Conversation, responder: User, signed_in: Callable[..., Client], behalf: str, why: str
) -> None:
    console = signed_in(responder)
    console.post(address("console_identity_recall", talk))
    console.post(address("console_identity", talk), {"purpose": "own_matter", "behalf": behalf})
    assert IdentityRequest.objects.get(state="asked").purpose == "behalf", "another's matter is never called her own"
    asked = her.get(address("identity", talk)).content.decode()
    assert why in asked
    assert f'value="{behalf}" id="behalf-{behalf}" checked' in asked
    assert 'id="behalf-self" checked' not in asked
    go_through(her, talk, behalf="self")
    assert IdentityRequest.objects.get(state="verified").behalf == "self"


def test_a_mandate_is_not_asked_where_none_can_be_proved(
    talk: Conversation, responder: User, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    console = signed_in(responder)
    console.post(address("console_identity_recall", talk))
    monkeypatch.setattr("chat.identity_providers.development.DevelopmentProvider.offers_mandates", False)
    part = reverse("chat:console_part", args=[talk.public_id, "identity"])
    assert 'value="mandate"' not in console.get(part).content.decode()
    answer = console.post(
        address("console_identity", talk), {"purpose": "records", "behalf": "mandate"}, headers={"accept": "application/json"}
    )
    assert answer.json()["code"] == "identity_behalf"


def test_nobody_is_told_to_go_on_where_the_conversation_has_ended(her: Client, talk: Conversation) -> None:
    go_through(her, talk)
    part = reverse("chat:part", args=[talk.public_id, "ask"])
    assert "Voit jatkaa tässä" in her.get(part).content.decode()
    her.post(address("leave", talk), {"sure": "1"})
    assert Conversation.objects.get(pk=talk.pk).state == "ended"
    assert "Voit jatkaa tässä" not in her.get(part).content.decode()


def test_the_name_is_on_no_page_of_the_residents_and_in_no_file(her: Client, talk: Conversation) -> None:
    go_through(her, talk)
    for name in ("conversation", "transcript", "print"):
        assert NAME not in her.get(address(name, talk)).content.decode()
    assert NAME not in her.get(reverse("chat:part", args=[talk.public_id, "ask"])).content.decode()


def test_a_colleague_and_a_supervisor_see_that_she_is_identified_and_no_name(
    her: Client, talk: Conversation, colleague: User, supervisor: User, signed_in: Callable[..., Client]
) -> None:
    go_through(her, talk)
    for person in (colleague, supervisor):
        client = signed_in(person)
        page = client.get(address("console_conversation", talk)).content.decode()
        assert "Tunnistettu" in page or "Tunnistautunut" in page
        assert NAME not in page
        part = reverse("chat:console_part", args=[talk.public_id, "identity"])
        assert NAME not in client.get(part).content.decode()
        refused = client.post(address("console_identity_name", talk), {"reason": ""}, headers={"accept": "application/json"})
        assert refused.status_code == 400
        assert NAME not in client.get(part).content.decode()
    assert not AuditEntry.objects.filter(object_type="chat.identity.name").exists()
    client = signed_in(supervisor)
    client.post(address("console_identity_name", talk), {"reason": "supervision"})
    assert NAME in client.get(part).content.decode()
    assert NAME not in signed_in(colleague).get(part).content.decode()
    assert AuditEntry.objects.get(object_type="chat.identity.name").purpose == "supervision"


CONSOLE_DOORS = ("console_identity", "console_identity_recall", "console_identity_name")


@pytest.mark.parametrize("name", CONSOLE_DOORS)
@pytest.mark.parametrize("who", ["outsider", "second_responder", "former"])
def test_the_consoles_doors_are_closed_to_outsiders(
    talk: Conversation, name: str, who: str, request: pytest.FixtureRequest, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(request.getfixturevalue(who))
    answer = client.post(address(name, talk), {"purpose": "own_matter", "reason": "supervision"})
    assert answer.status_code in (403, 404)
    assert IdentityRequest.objects.get().state == IdentificationState.ASKED


@pytest.mark.parametrize("name", CONSOLE_DOORS)
def test_the_consoles_doors_ask_to_sign_in(talk: Conversation, name: str) -> None:
    assert Client().post(address(name, talk)).status_code == 302
    assert Client().post(address(name, talk), headers={"accept": "application/json"}).status_code == 401


def test_a_colleague_neither_asks_nor_takes_back(talk: Conversation, colleague: User, signed_in: Callable[..., Client]) -> None:
    client = signed_in(colleague)
    for name in ("console_identity", "console_identity_recall"):
        answer = client.post(address(name, talk), {"purpose": "own_matter"}, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_yours")


def test_the_responder_asks_and_takes_back_by_forms(talk: Conversation, responder: User, signed_in: Callable[..., Client]) -> None:
    client = signed_in(responder)
    answer = client.post(address("console_identity_recall", talk))
    assert (answer.status_code, answer["Location"]) == (302, address("console_conversation", talk))
    client.post(address("console_identity", talk), {"purpose": "records"})
    assert IdentityRequest.objects.filter(purpose="records", state="asked").exists()
    refused = client.post(address("console_identity", talk), {"purpose": "records"}, follow=True)
    assert "on jo pyydetty" in refused.content.decode()


@pytest.mark.parametrize("name", ["identity", "identity_go", "identity_decline"])
def test_another_resident_finds_nothing(talk: Conversation, stranger: Resident, name: str) -> None:
    for client in (browser_of(stranger), Client()):
        assert client.post(address(name, talk), {"behalf": "self"}).status_code == 404
    assert IdentityRequest.objects.get().state == IdentificationState.ASKED


def test_another_countys_page_finds_nothing(talk: Conversation, resident: Resident, other_county: Any) -> None:
    client = browser_of(resident, headers={"host": "toinen.test"})
    assert client.post(address("identity_go", talk), {"behalf": "self"}).status_code == 404


def test_a_return_without_the_cookie_or_with_anothers_gives_nothing(talk: Conversation, her: Client, stranger: Resident) -> None:
    told = leave(her, talk)
    back = her.post(TRIAL, {"mandate": "", **told, "person": "tessa"})["Location"]
    for client in (Client(), browser_of(stranger)):
        answer = client.get(back)
        assert answer.status_code == 409
        assert "eri selaimessa" in answer.content.decode()
        assert str(talk.public_id) not in answer.content.decode()
    assert Conversation.objects.get().person == ""
    assert her.get(back).status_code == 302


def test_an_old_or_made_up_return_says_what_to_do(talk: Conversation, her: Client) -> None:
    for query in ("", "?state=x&code=y", "?state=&code=", "?error=server_error&state=x", "?code=y&state=" + "x" * 3000):
        answer = her.get(RETURN + query)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "on jo käytetty" in page
        assert address("conversation", talk) in page
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
    assert her.post(RETURN).status_code == 405


def test_cancelled_without_a_state_is_cancelled(talk: Conversation, her: Client) -> None:
    answer = her.get(RETURN + "?error=access_denied")
    assert (answer.status_code, "Et tunnistautunut" in answer.content.decode()) == (200, True)
    assert IdentityRequest.objects.get().state == IdentificationState.ASKED


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"behalf": ""}, "kenen puolesta"),
        ({"behalf": "everybody"}, "kenen puolesta"),
        ({"behalf": "child"}, "syntymäaika"),
        ({"behalf": "child", "child_name": "Taimi", "child_born": "eilen"}, "syntymäaika"),
        ({"behalf": "child", "child_name": "Taimi Testilä", "child_born": "1990-01-01"}, "alle 12-vuotiaan"),
    ],
)
def test_what_is_refused_comes_back_with_what_she_wrote(talk: Conversation, her: Client, told: dict[str, str], words: str) -> None:
    answer = her.post(address("identity_go", talk), {**told, "body": "Jäi kesken"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert words in page
    assert "Jäi kesken" in page
    assert told.get("child_name", "") in page
    assert IdentityRequest.objects.get().state == IdentificationState.ASKED


def test_her_words_are_sent_once_before_she_goes_only_if_she_wants(talk: Conversation, her: Client) -> None:
    client_id = str(uuid4())
    for _ in range(2):
        leave(her, talk, body="Jäi kesken", client_id=client_id, send_words="1")
    leave(her, talk, body="Ei lähetetä", client_id=str(uuid4()))
    page = her.get(address("conversation", talk)).content.decode()
    assert page.count("Jäi kesken") == 1
    assert "Ei lähetetä" not in page


def test_without_an_open_request_the_consent_page_leads_back(talk: Conversation, her: Client) -> None:
    her.post(address("identity_decline", talk))
    answer = her.get(address("identity", talk))
    assert (answer.status_code, answer["Location"]) == (302, address("conversation", talk))
    assert "yleisiä neuvoja" in her.get(address("conversation", talk)).content.decode()


def test_where_identification_is_not_in_use_there_are_no_such_pages(
    talk: Conversation, her: Client, responder: User, signed_in: Callable[..., Client], settings: Any
) -> None:
    IdentityRequest.objects.all().delete()
    settings.IDENTITY_PROVIDER = ""
    assert her.get(RETURN).status_code == 404
    assert her.get(TRIAL).status_code == 404
    assert "nlc-identity" not in signed_in(responder).get(address("console_conversation", talk)).content.decode()
    settings.IDENTITY_PROVIDER = "oidc"
    assert her.get(TRIAL).status_code == 404, "the trial page is of the trial provider only"


def test_a_start_that_needs_identification_leads_to_it_with_her_words_kept(
    service: Service, queue: Any, her: Client, responder: User, signed_in: Callable[..., Client]
) -> None:
    Service.objects.update(identification=Identification.START)
    start = reverse("chat:start", args=[service.key])
    answer = her.post(start, {"token": str(uuid4()), "body": "Oma asiani"})
    row = Conversation.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address("identity", row))
    console = signed_in(responder)
    assert "Ei vielä tunnistautunut" in console.get(reverse("chat:console")).content.decode()
    refused = console.post(address("console_take", row), headers={"accept": "application/json"})
    assert refused.json()["code"] == "identity_missing"
    assert go_through(her, row).status_code == 302
    assert console.post(address("console_take", row)).status_code == 302
    assert "Oma asiani" in console.get(address("console_conversation", row)).content.decode()
