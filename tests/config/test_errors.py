"""Error pages: in the person's language, with what to do, and with nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from config.views import errors
from services.models import County, Queue


@pytest.mark.parametrize(
    ("language", "heading", "search"),
    [
        ("fi", "Sivua ei löytynyt", "Missä tarvitset apua?"),
        ("sv", "Sidan hittades inte", "Vad behöver du hjälp med?"),
        ("en", "The page was not found", "What do you need help with?"),
    ],
)
def test_a_missing_page(client: Client, portal: County, language: str, heading: str, search: str) -> None:
    answer = client.get(f"/{language}/ei-ole/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert f'<html lang="{language}">' in page
    assert heading in page
    assert search in page
    assert "015 000 100" in page


def test_a_missing_page_of_staff_has_their_menu(manager: User, signed_in) -> None:
    page = signed_in(manager).get("/fi/raportit/ei-ole/")
    words = page.content.decode()
    assert page.status_code == 404
    assert "Sivua ei löytynyt" in words and "Raportit</a>" in words and "Missä tarvitset apua?" not in words


@pytest.mark.parametrize(
    ("path", "heading"), [("/fi/", "Jokin meni vikaan"), ("/sv/palvelu/x/", "Något gick fel"), ("/en/", "Something went wrong")]
)
def test_a_fault_of_ours_asks_nothing_of_the_database(rf: RequestFactory, db: None, path: str, heading: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = errors.server_error(rf.get(path))
    assert len(asked) == 0
    assert answer.status_code == 500
    assert heading in answer.content.decode()
    assert 'href="tel:112"' in answer.content.decode()


def test_a_host_that_is_not_ours_gets_a_page_without_asking_who_it_is(client: Client, db: None) -> None:
    answer = client.get("/sv/", headers={"host": "paha.example"})
    assert answer.status_code == 400
    assert "Begäran kunde inte läsas" in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "heading"),
    [("fi", "Täällä ei ole luettavaa"), ("sv", "Här finns inget att läsa"), ("en", "There is nothing to read here")],
)
def test_an_address_that_takes_only_forms_says_so(client: Client, portal: County, language: str, heading: str) -> None:
    answer = client.post(f"/{language}/", {"a": "b"})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert f'<html lang="{language}">' in answer.content.decode()
    assert heading in answer.content.decode()
    told = client.post(f"/{language}/", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (405, "invalid")


@pytest.mark.parametrize(
    ("language", "heading"),
    [("fi", "Lähetit liian paljon kerralla"), ("sv", "Du skickade för mycket på en gång"), ("en", "Too much was sent at once")],
)
def test_a_form_that_is_too_large_says_what_to_do(
    client: Client, portal: County, queue: Queue, language: str, heading: str
) -> None:
    sent = {"data": f"body={'x' * 3_000_000}", "content_type": "application/x-www-form-urlencoded"}
    answer = client.post(f"/{language}/palvelu/ikaantyneet/chat/", **sent)  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert heading in answer.content.decode()


def test_a_suspicious_request(rf: RequestFactory) -> None:
    answer = errors.bad_request(rf.get("/en/"), SuspiciousOperation("x"))
    assert answer.status_code == 400
    assert "The request could not be read" in answer.content.decode()


def test_what_may_not_be_opened(rf: RequestFactory, portal: County, outsider: User, client: Client) -> None:
    def asked_by(person: object) -> HttpResponse:
        request: HttpRequest = rf.get("/fi/vastaaja/")
        request.user = person  # type: ignore[assignment]
        return errors.permission_denied(request, PermissionError())

    page = asked_by(outsider)
    assert page.status_code == 403
    assert "pyydä oikeus pääkäyttäjältä" in page.content.decode()


def post_without_token(**headers: str) -> str:
    """A form sent without its token."""
    answer = Client(enforce_csrf_checks=True).post(
        "/fi/tili/kirjaudu/", {"body": "Äidillä on <b>kuumetta</b>", "password": "salainen"}, headers=headers
    )
    assert answer.status_code == 403
    return answer.content.decode()


def test_a_form_that_was_too_old_gives_the_words_back(portal: County) -> None:
    page = post_without_token(origin="http://testserver")
    assert "Lomake oli vanhentunut" in page
    assert "Äidillä on &lt;b&gt;kuumetta&lt;/b&gt;</textarea>" in page
    assert "salainen" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Lataa sivu uudelleen"), ("sv", "Ladda sidan på nytt"), ("en", "reload the page")],
)
def test_a_script_whose_page_is_too_old_is_told_so_and_not_of_rights(
    portal: County, responder: User, signed_in: Callable[..., Client], language: str, words: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(responder).cookies
    answer = client.post(f"/{language}/vastaaja/seuraava/", headers={"accept": "application/json"})
    told = answer.json()
    assert (answer.status_code, told["code"], told["retry_ms"]) == (403, "form_old", None)
    assert words in told["text"]


def test_a_plain_form_of_staff_gives_the_words_back(portal: County, responder: User, signed_in: Callable[..., Client]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(responder).cookies
    form = {"body": "Vastaukseni", "note": "Siirron saate"}
    page = client.post("/fi/vastaaja/seuraava/", form, headers={"origin": "http://testserver"}).content.decode()
    assert "Lomake oli vanhentunut" in page
    assert "Vastaukseni</textarea>" in page
    assert "Siirron saate</textarea>" in page
    assert "Oikeutesi" not in page


@pytest.mark.parametrize("headers", [{"origin": "https://paha.example"}, {"origin": "null"}, {}])
def test_a_foreign_sites_words_are_not_shown(portal: County, headers: dict[str, str]) -> None:
    page = post_without_token(**headers)
    assert "Lomake oli vanhentunut" in page
    assert "kuumetta" not in page


NOTICES_SCRIPT = '<script type="module" src="/static/portal/notices.js"></script>'


@pytest.mark.parametrize("path", ["/fi/", "/sv/palvelu/ikaantyneet/", "/en/haku/?q=chat", "/fi/saavutettavuus/", "/fi/ei-ole/"])
def test_pages_use_nothing_inline_and_no_other_host(client: Client, portal: County, queue: Queue, path: str) -> None:
    answer = client.get(path)
    page = answer.content.decode()
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert " style=" not in page
    assert "<style" not in page
    assert "<script" not in page.replace(NOTICES_SCRIPT, "")
    for part in page.split("<link ")[1:]:
        if "stylesheet" in part.split(">")[0] or "icon" in part.split(">")[0]:
            assert 'href="/' in part.split(">")[0]
