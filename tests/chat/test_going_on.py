"""Who has closed the page of her conversation is led back to it from the public pages, and nobody else is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation
from chat.operations import leave_conversation
from chat.residents import cookie_value
from services.models import County, Queue

pytestmark = pytest.mark.usefixtures("responder")
PAGES = ("/{}/", "/{}/palvelu/ikaantyneet/", "/{}/haku/?q=muisti")
HEADS = {"fi": "Sinulla on tämä kesken", "sv": "Du har det här på gång", "en": "You have this going on"}


@pytest.fixture
def hers(resident: Resident) -> Client:
    client = Client()
    client.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
    return client


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", HEADS)
def test_the_public_pages_lead_back(
    page: str, language: str, hers: Client, resident: Resident, conversation_of: Callable[..., Conversation]
):
    row = conversation_of(resident)
    answer = hers.get(page.format(language))
    assert HEADS[language] in answer.content.decode()
    assert f'href="/{language}/keskustelu/{row.public_id}/"' in answer.content.decode()


def test_in_words_how_it_stands(hers: Client, resident: Resident, responder: User, conversation_of: Callable[..., Conversation]):
    row = conversation_of(resident)
    assert "Olet jo chatin jonossa" in hers.get("/fi/").content.decode()
    leave_conversation(by=resident, conversation=row.public_id, now=timezone.now())
    assert HEADS["fi"] not in hers.get("/fi/").content.decode()
    conversation_of(resident, responder)
    assert "Ammattilainen on kanssasi chatissa" in hers.get("/fi/").content.decode()


def test_another_browser_and_another_county_are_told_nothing(
    resident: Resident, stranger: Resident, other_county: County, conversation_of: Callable[..., Conversation]
):
    row = conversation_of(resident)
    theirs, tampered, elsewhere = Client(), Client(), Client(SERVER_NAME="toinen.test")
    theirs.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(stranger)
    tampered.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)[:-2] + "xx"
    elsewhere.cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(resident)
    for client in (Client(), theirs, tampered, elsewhere):
        text = client.get("/fi/").content.decode()
        assert HEADS["fi"] not in text and str(row.public_id) not in text


def test_who_has_nothing_is_asked_of_nothing(hers: Client, queue: Queue):
    def asked(client: Client) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/fi/").status_code == 200
        return sum("chat_conversation" in query["sql"] for query in queries.captured_queries)

    Client().get("/fi/")
    without, with_cookie = asked(Client()), asked(hers)
    assert with_cookie == without + 1
