"""Identification over real HTTP: the portal's own server, and a real provider in a process of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, IdentityRequest
from chat.operations import request_identification
from tests.conftest import acting
from tests.providers import ACR, CLIENT, NAME, Hostile, real_provider
from tests.serve.portal import NO_TLS, Serve, resident_cookie

pytestmark = [pytest.mark.serve, pytest.mark.django_db(transaction=True)]

TESSA = {
    "sub": "tessa-83692",
    "family_name": "Testilä",
    "given_name": "Tessa",
    "email": "tessa@esimerkki.invalid",
    "acr": ACR,
    "amr": ["bank"],
    "mandate": {"sub": "taisto-1", "name": "Testilä Taisto"},
}
SETTINGS = {
    "IDENTITY_PROVIDER": "oidc",
    "IDENTITY_OIDC_CLIENT_ID": CLIENT,
    "IDENTITY_OIDC_CLIENT_SECRET": "known to the two",
    "IDENTITY_OIDC_ALLOWED_ACR": ACR,
}


@pytest.fixture
def talk(make_conversation: Callable[..., Conversation], resident: Resident, responder: User) -> Conversation:
    row = make_conversation(resident, responder)
    request_identification(by=acting(responder), conversation=row.public_id, purpose="records", now=timezone.now())
    return row


@pytest.fixture
def browse(make_serve: Callable[..., Serve], talk: Conversation, resident: Resident) -> Iterator[Callable[..., Browser]]:
    """The resident's browser at a server with this provider; closed afterwards."""
    with ExitStack() as stack:
        yield lambda issuer, **more: stack.enter_context(
            Browser(make_serve(**SETTINGS, IDENTITY_OIDC_ISSUER=issuer, **more), resident, talk)
        )


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with Hostile() as provider:
        yield provider


class Browser:
    """A resident's browser without scripts."""

    def __init__(self, serve: Serve, resident: Resident, talk: Conversation) -> None:
        self.serve, self.talk = serve, talk
        token = "a" * 32
        self.client = httpx.Client(
            base_url=serve.url,
            headers={"cookie": f"csrftoken={token}; {resident_cookie(resident)}", "x-csrftoken": token, "accept": "text/html"},
            timeout=40,
            follow_redirects=False,
            verify=NO_TLS,
        )

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def leave(self, **more: str) -> str:
        """Agree; the provider's address to which the page leads."""
        answer = self.client.post(f"/fi/keskustelu/{self.talk.public_id}/tunnistaudu/siirry/", data={"behalf": "self", **more})
        assert answer.status_code == 200, answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
        assert found is not None
        return found.group(1).replace("&amp;", "&")

    def back(self, url: str) -> httpx.Response:
        return self.client.get(url)


def at_provider(url: str, subject: str | None = "tessa-83692") -> str:
    """What the person does there; the address to which the provider sends the browser back."""
    with httpx.Client(timeout=20, follow_redirects=False, verify=NO_TLS) as client:
        assert client.get(url).status_code == 200
        answer = client.post(url, data={"sub": subject} if subject else {"action": "deny"})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


def stored() -> tuple[IdentityRequest, Conversation]:
    return IdentityRequest.objects.get(), Conversation.objects.get()


def assert_nobody(state: str = "failed") -> None:
    request, row = stored()
    assert request.state == state
    assert (request.person, request.name, request.method, request.assurance, row.person) == ("", "", "", "", "")
    assert row.identified_at is None


def test_the_whole_way_with_a_real_provider(browse: Callable[..., Browser], talk: Conversation, tmp_path: Path) -> None:
    with real_provider(tmp_path / "op", TESSA) as issuer:
        browser = browse(issuer, IDENTITY_OIDC_MANDATE_CLAIM="mandate", LOG_LEVEL="INFO")
        cancelled = at_provider(browser.leave(), None)
        assert "error=access_denied" in cancelled
        answer = browser.back(cancelled)
        assert answer.status_code == 200
        assert "Et tunnistautunut" in answer.text

        back = at_provider(browser.leave(behalf="mandate"))
        secrets = [parse_qs(urlsplit(back).query)[name][0] for name in ("code", "state")]
        answer = browser.back(back)
        assert answer.status_code == 302, answer.text
        assert answer.headers["Location"] == f"/fi/keskustelu/{talk.public_id}/#tunnistautuminen"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        request, row = stored()
        assert (request.state, request.name, request.method, request.assurance) == ("verified", NAME, "bank", ACR)
        assert (request.behalf, request.behalf_name, request.purpose) == ("mandate", "Testilä Taisto", "records")
        assert row.person == request.person
        assert row.identified_at is not None
        assert "Olet tunnistautunut" in browser.client.get(f"/fi/keskustelu/{talk.public_id}/").text

        again = browser.back(back)
        assert again.status_code == 409
        assert "on jo käytetty" in again.text
        assert f"/fi/keskustelu/{talk.public_id}/" in again.text
        assert stored()[0].person == request.person
        log = browser.serve.log.read_text()
        assert not [secret for secret in secrets if secret in log], "neither code nor state is in the log"
        for private in ("tessa-83692", "Testilä", "tessa@esimerkki"):
            assert private not in log
        assert browser.serve.errors() == ""


def test_a_code_that_was_used_elsewhere_gives_no_identity(
    browse: Callable[..., Browser], talk: Conversation, tmp_path: Path
) -> None:
    with real_provider(tmp_path / "op", TESSA) as issuer:
        browser = browse(issuer)
        first = parse_qs(urlsplit(at_provider(browser.leave())).query)
        second = urlsplit(at_provider(browser.leave()))
        state = parse_qs(second.query)["state"][0]
        # The code of the round before, in the present round: the provider's token carries another nonce.
        answer = browser.back(f"{second.path}?code={first['code'][0]}&state={state}")
        assert answer.status_code == 502
        assert "ei voitu varmistaa" in answer.text
        assert_nobody()


def test_her_address_is_worth_nothing_in_another_browser(
    browse: Callable[..., Browser], talk: Conversation, stranger: Resident, tmp_path: Path
) -> None:
    with real_provider(tmp_path / "op", TESSA) as issuer:
        browser = browse(issuer)
        back = at_provider(browser.leave())
        for headers in ({}, {"cookie": resident_cookie(stranger)}):
            answer = httpx.get(back, headers={**headers, "accept": "text/html"}, timeout=30)
            assert answer.status_code == 409
            assert str(talk.public_id) not in answer.text
        assert_nobody("opened")
        assert browser.back(back).status_code == 302


def test_a_wrong_token_gives_a_page_that_says_what_to_do(
    browse: Callable[..., Browser], talk: Conversation, hostile: Hostile
) -> None:
    browser = browse(hostile.issuer)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"aud": "another"}, 502, "ei voitu varmistaa"),
        ({"nonce": "another"}, 502, "ei voitu varmistaa"),
        ({"iss": "https://another.test"}, 502, "ei voitu varmistaa"),
        ({"acr": "loa1"}, 403, "ei ollut riittävän vahva"),
    ]
    for wrong, status, words in cases:
        told = parse_qs(urlsplit(browser.leave()).query)
        hostile.nonce, hostile.claims = told["nonce"][0], wrong
        answer = browser.back(f"/fi/tunnistautuminen/paluu/?code=abc&state={told['state'][0]}")
        assert answer.status_code == status
        assert words in answer.text
        assert f"/fi/keskustelu/{talk.public_id}/tunnistaudu/" in answer.text
        assert "no-store" in answer.headers["Cache-Control"]
        assert_nobody()
    told = parse_qs(urlsplit(browser.leave()).query)
    hostile.nonce, hostile.claims = told["nonce"][0], {}
    assert browser.back(f"/fi/tunnistautuminen/paluu/?code=abc&state={told['state'][0]}").status_code == 302


def test_a_slow_provider_keeps_nobody_waiting_and_the_chat_goes_on(
    browse: Callable[..., Browser], talk: Conversation, hostile: Hostile
) -> None:
    browser = browse(hostile.issuer)
    told = parse_qs(urlsplit(browser.leave()).query)
    hostile.answer = lambda handler: time.sleep(30)
    began = time.monotonic()
    answer = browser.back(f"/fi/tunnistautuminen/paluu/?code=abc&state={told['state'][0]}")
    assert answer.status_code == 504
    assert "ei vastannut ajoissa" in answer.text
    assert time.monotonic() - began < 16
    assert_nobody()
    assert browser.client.get(f"/fi/keskustelu/{talk.public_id}/").status_code == 200


def test_a_provider_that_is_away(browse: Callable[..., Browser], talk: Conversation) -> None:
    browser = browse("http://127.0.0.1:1")
    answer = browser.client.post(f"/fi/keskustelu/{talk.public_id}/tunnistaudu/siirry/", data={"behalf": "self"})
    assert answer.status_code == 502
    assert "ei saada yhteyttä" in answer.text
    assert "Yritä uudelleen" in answer.text
    assert_nobody("asked")
