"""Signing in by the doors that a person uses."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.actors import System
from accounts.models import AuditEntry, User
from accounts.operations import create_person
from accounts.sessions import staff_of_session
from tests.accounts.conftest import PASSWORD, give_password
from tests.conftest import acting

pytestmark = pytest.mark.django_db
LOGIN = "/fi/tili/kirjaudu/"


def sign_in(client: Client, user: User, password: str = PASSWORD, **extra: str):
    return client.post(LOGIN, {"login": user.email, "password": password, **extra})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match, page
    return str(match[1])


def confirm(client: Client) -> None:
    """A sensitive change asks for the password once more."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def activate_app(client: Client) -> str:
    confirm(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = found(r'nl-secret">([A-Z2-7]+)<', page)
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response.status_code == 302, response.content.decode()
    return secret


# --- password ---


def test_person_signs_in_with_e_mail_and_password(client, responder):
    give_password(responder)
    response = sign_in(client, responder)
    assert response.status_code == 302
    assert staff_of_session(client.session.session_key) == acting(responder)
    entry = AuditEntry.objects.get(action="sign_in")
    assert entry.actor_name == "Maija"
    assert entry.session
    assert entry.county == "koe"


def test_address_is_the_same_in_capitals(client, responder):
    give_password(responder)
    assert client.post(LOGIN, {"login": "MAIJA@ALUE.TEST", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("email", ["maija@alue.test", "tuntematon@alue.test"])
def test_wrong_password_and_unknown_person_get_the_same_answer(client, responder, email):
    give_password(responder)
    page = client.post(LOGIN, {"login": email, "password": "ei se ole tämä"})
    assert page.status_code == 200
    assert "Sähköpostiosoite tai salasana on väärin" in page.content.decode()


def test_sixth_wrong_password_is_blocked_and_the_right_one_too(client, responder):
    give_password(responder)
    for _ in range(5):
        assert "on väärin" in sign_in(client, responder, "väärä salasana").content.decode()
    page = sign_in(client, responder, PASSWORD)
    assert page.status_code == 200
    assert "Liian monta" in page.content.decode()
    assert staff_of_session(client.session.session_key) is None


@pytest.mark.parametrize("known", [True, False])
def test_a_failed_sign_in_is_written_down_without_what_was_typed(client, county, responder, known):
    give_password(responder)
    email = responder.email if known else "eiole@alue.test"
    client.post(LOGIN, {"login": email, "password": "ei se ole tämä"}, REMOTE_ADDR="192.0.2.7")
    line = AuditEntry.objects.get(action="refused")
    assert (line.actor_kind, line.purpose, line.address) == ("system", "sign_in", "192.0.2.7")
    assert line.object_id == (str(responder.public_id) if known else "")
    assert line.county == county.code
    told = str([getattr(line, field.name) for field in line._meta.concrete_fields])
    assert email not in told
    assert "ei se ole" not in told


def test_a_blocked_address_does_not_block_the_colleagues(client, responder, colleague):
    give_password(responder)
    give_password(colleague)
    for _ in range(6):
        sign_in(client, responder, "väärä salasana")
    assert sign_in(client, colleague).status_code == 302


def test_closed_account_does_not_open(client, responder):
    give_password(responder)
    responder.is_active = False
    responder.save()
    sign_in(client, responder)
    assert staff_of_session(client.session.session_key) is None


def test_nobody_signs_up_by_herself(client, county):
    page = client.get("/fi/tili/uusi/")
    assert "pääkäyttäjä" in page.content.decode()
    client.post("/fi/tili/uusi/", {"email": "x@alue.test", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(email="x@alue.test").exists()


# --- where one lands ---


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("responder", "chat:console"),
        ("supervisor", "chat:console"),
        ("main_user", "admin:index"),
        ("privacy_officer", "admin:index"),
        ("coordinator", "adoption:rollouts"),
        ("manager", "reports:month"),
        ("path_author", "paths:library"),
        ("area_professional", "chat:professional"),
        ("reader", "handbook:contents"),
        ("former", "home"),
    ],
)
def test_person_lands_where_her_work_is(client, request, county, who, name):
    user = give_password(request.getfixturevalue(who))
    landed = sign_in(client, user).url
    assert landed == reverse(name)
    assert client.get(landed).status_code == 200, "she may open the page on which she lands"


def test_person_lands_in_her_own_language(client, reader):
    reader.language = "sv"
    give_password(reader)
    assert sign_in(client, reader).url == "/sv/kasikirja/"


def test_next_is_followed_inside_the_portal_only(client, responder):
    give_password(responder)
    assert sign_in(client, responder, next="/fi/tili/istunnot/").url == "/fi/tili/istunnot/"
    client.logout()
    assert sign_in(client, responder, next="https://paha.example/").url == reverse("chat:console")


# --- second step ---


def test_app_is_taken_into_use_and_asked_for_at_the_next_sign_in(client, responder, django_capture_on_commit_callbacks):
    give_password(responder)
    sign_in(client, responder)
    with django_capture_on_commit_callbacks(execute=True):
        secret = activate_app(client)
    stored = Authenticator.objects.get(user=responder, type="totp").data["secret"]
    assert secret not in stored  # encrypted at rest
    assert [letter.subject for letter in mail.outbox] == ["Todennussovellus otettiin käyttöön"]
    assert AuditEntry.objects.filter(action="change", purpose="totp_activated").exists()

    again = Client()
    response = sign_in(again, responder)
    assert response.url == reverse("mfa_authenticate")
    assert staff_of_session(again.session.session_key) is None
    assert again.get("/fi/tili/").status_code == 302
    wrong = again.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Koodi on väärä" in wrong.content.decode()
    # A code works once: the one of the activation is spent, so the next moment's is used.
    counter = next(iter(yield_hotp_counters_from_time()))
    done = again.post(reverse("mfa_authenticate"), {"code": format_hotp_value(hotp_value(secret, counter + 1))})
    assert done.status_code == 302
    assert staff_of_session(again.session.session_key) == acting(responder)


def test_recovery_code_works_once(client, responder):
    give_password(responder)
    sign_in(client, responder)
    activate_app(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r"<li>(\d{8})</li>", page)
    assert len(codes) == 10
    for attempt, expected in ((1, 302), (2, 200)):
        again = Client()
        sign_in(again, responder)
        response = again.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert response.status_code == expected, attempt


def test_guessing_codes_is_limited(client, responder):
    give_password(responder)
    sign_in(client, responder)
    activate_app(client)
    again = Client()
    sign_in(again, responder)
    pages = [again.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode() for _ in range(6)]
    assert "Liian monta" in pages[-1]


def test_sensitive_change_asks_for_the_password_again(signed_in, responder):
    give_password(responder)
    client = signed_in(responder)  # a session that has not just given a password
    response = client.get(reverse("mfa_activate_totp"))
    assert response.status_code == 302
    assert "/vahvista/" in response.url
    assert client.post(response.url, {"password": PASSWORD}).url == reverse("mfa_activate_totp")


# --- sessions ---


def test_person_sees_her_sessions_and_ends_another(responder):
    give_password(responder)
    desk, left_open = Client(headers={"user-agent": "Työasema"}), Client(headers={"user-agent": "Kirjaston kone"})
    sign_in(left_open, responder)
    sign_in(desk, responder)
    page = desk.get(reverse("usersessions_list")).content.decode()
    assert "Työasema" in page
    assert "Kirjaston kone" in page
    (address,) = re.findall(r'action="(/fi/tili/istunnot/\d+/lopeta/)"', page)
    key = left_open.session.session_key
    assert desk.post(address).status_code == 302
    assert staff_of_session(key) is None
    assert staff_of_session(desk.session.session_key)
    assert desk.post(address).status_code == 302  # ended already: told, not an error


def test_nobody_ends_anothers_session(responder, outsider):
    give_password(responder)
    give_password(outsider)
    victim, other = Client(), Client()
    sign_in(victim, responder)
    sign_in(other, outsider)
    pk = responder.usersession_set.get().pk
    other.post(reverse("account_end_session", args=[pk]))
    assert staff_of_session(victim.session.session_key)


def test_all_other_sessions_end_at_once(responder):
    give_password(responder)
    clients = [Client() for _ in range(3)]
    for one in clients:
        sign_in(one, responder)
    clients[0].post(reverse("usersessions_list"))
    assert [staff_of_session(one.session.session_key) is not None for one in clients] == [True, False, False]


def test_signing_out_needs_a_press_and_is_written_down(signed_in, responder):
    client = signed_in(responder)
    assert client.get("/fi/tili/kirjaudu-ulos/").status_code == 200
    assert client.post("/fi/tili/kirjaudu-ulos/").url == LOGIN
    assert AuditEntry.objects.filter(action="sign_out", actor_name="Maija").exists()


# --- passwords ---


def test_new_person_chooses_her_password_by_a_letter(client, county, settings):
    user = create_person(by=System(), county="koe", email="uusi@alue.test", first_name="Uusi", last_name="Ihminen", language="sv")
    assert client.post("/fi/tili/salasana/unohtunut/", {"email": "uusi@alue.test"}).url.endswith("/lahetetty/")
    (letter,) = mail.outbox
    assert letter.subject == "Välj ett lösenord för chattportalen"  # in the reader's own language
    path = found(r"http://testserver(/\S+)", str(letter.body))
    form_page = client.get(path, follow=True)
    action = form_page.request["PATH_INFO"]
    weak = client.post(action, {"password1": "12345", "password2": "12345"})
    assert weak.status_code == 200
    done = client.post(action, {"password1": PASSWORD, "password2": PASSWORD})
    assert done.url.endswith("/valmis/")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    used = Client().get(path, follow=True).content.decode()
    assert "ei enää toimi" in used or "fungerar inte längre" in used


def test_unknown_address_gets_the_same_page_and_no_letter(client, county):
    assert client.post("/fi/tili/salasana/unohtunut/", {"email": "ei@alue.test"}).url.endswith("/lahetetty/")
    assert mail.outbox == []


def test_mail_server_that_is_down_breaks_no_page(client, responder, settings):
    settings.EMAIL_BACKEND = "tests.accounts.test_operations_mail.Down"
    give_password(responder)
    assert client.post("/fi/tili/salasana/unohtunut/", {"email": responder.email}).url.endswith("/lahetetty/")


def test_changed_password_ends_the_other_sessions_and_keeps_this_one(responder):
    give_password(responder)
    here, there = Client(), Client()
    sign_in(here, responder)
    sign_in(there, responder)
    new = "toinen pitkä salasana"
    response = here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert response.status_code == 302
    assert staff_of_session(here.session.session_key)
    assert staff_of_session(there.session.session_key) is None
    assert mail.outbox[-1].subject == "Salasanasi vaihdettiin"


# --- own account ---


def test_person_keeps_her_shown_name(signed_in, responder):
    client = signed_in(responder)
    page = client.get("/fi/tili/").content.decode()
    assert "Chat-vastaaja" in page
    response = client.post("/fi/tili/", {"display_name": "Maija, muistihoitaja", "language": "sv"})
    assert response.url == "/sv/tili/"
    responder.refresh_from_db()
    assert responder.display_name == "Maija, muistihoitaja"
    long = client.post("/fi/tili/", {"display_name": "x" * 61, "language": "sv"})
    assert long.status_code == 200


PAGES = [
    "account",
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
]
OPEN_PAGES = ["account_login", "account_signup", "account_inactive", "account_reset_password", "account_reset_password_done"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_is_the_portals_own_and_has_no_inline_script(client, responder, language):
    give_password(responder)
    pages = [(name, client.get(reverse(name).replace("/fi/", f"/{language}/", 1))) for name in OPEN_PAGES]
    sign_in(client, responder)
    confirm(client)
    pages += [(name, client.get(reverse(name).replace("/fi/", f"/{language}/", 1))) for name in PAGES]
    for name, response in pages:
        html = response.content.decode()
        assert response.status_code == 200, name
        assert 'id="main"' in html, name
        assert f'<html lang="{language}"' in html, name
        assert " style=" not in html, name
        assert not re.search(r"\son\w+=", html), name
        for tag in re.findall(r"<script\b[^>]*>", html):
            assert "src=" in tag or 'type="application/json"' in tag, (name, tag)


@pytest.mark.parametrize("name", PAGES[:1] + PAGES[2:])
def test_own_pages_need_signing_in(client, county, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.url.startswith(LOGIN)
