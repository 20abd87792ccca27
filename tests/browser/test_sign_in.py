"""Signing in, second steps and the accounts' admin in a real browser: axe in three languages, by keyboard, with a security key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.choices import Role
from accounts.models import Grant, User
from services.models import County, Service
from tests.browser.axe import examine
from tests.conftest import make_grant
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "aurinko paistaa taas"
OPEN_PAGES = ["kirjaudu/", "uusi/", "suljettu/", "salasana/unohtunut/", "salasana/unohtunut/lahetetty/"]
OWN_PAGES = [
    "",
    "salasana/",
    "vahvista/",
    "kaksivaiheinen/",
    "kaksivaiheinen/totp/activate/",
    "kaksivaiheinen/webauthn/",
    "kaksivaiheinen/webauthn/add/",
    "istunnot/",
    "kirjaudu-ulos/",
]


@pytest.fixture
def site(county: County, service: Service, main_user: User, settings: Any, make_portal: Callable[..., Serve]) -> str:
    """A security key needs a host name, so the portal is visited as localhost."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # the server knows no quicker one
    main_user.set_password(PASSWORD)
    main_user.save()
    make_grant(main_user, Role.RESPONDER, county=county, service=service)
    return make_portal(ALLOWED_HOSTS="localhost,127.0.0.1").url.replace("127.0.0.1", "localhost")


def sign_in(page: Page, site: str, language: str = "fi", then: str = "tili/") -> None:
    page.goto(f"{site}/{language}/tili/kirjaudu/?next=/{language}/{then}")
    page.fill("#id_login", "paula@alue.test")
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")


def confirm(page: Page, site: str, language: str = "fi") -> None:
    """The password once more, before a sensitive page."""
    page.goto(f"{site}/{language}/tili/vahvista/?next=/{language}/tili/")
    page.fill("#id_password", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/tili/")


def faults_of(page: Page, name: str) -> list[str]:
    """What axe finds in light and dark, and whether the page fits a narrow window."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        report = examine(page, only_colours=scheme == "dark")
        found += [f"{name} {scheme}: {fault['id']} {fault['nodes'][0]['html'][:160]}" for fault in report.response["violations"]]
    page.set_viewport_size({"width": 360, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found if wide <= 360 else [*found, f"{name}: {wide} px wide at 360"]


def listen(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{page.url} {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(f"{page.url} {error}"))
    return heard


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_is_clean_in_axe_and_fits(chromium: Browser, site: str, language: str) -> None:
    page = chromium.new_context().new_page()
    heard, faults = listen(page), []
    for path in OPEN_PAGES:
        page.goto(f"{site}/{language}/tili/{path}")
        faults += faults_of(page, path)
    page.goto(f"{site}/{language}/tili/kirjaudu/")
    page.fill("#id_login", "paula@alue.test")
    page.fill("#id_password", "väärä")
    page.click("main button[type=submit]")
    expect(page.locator(".alert")).to_be_visible()
    faults += faults_of(page, "a wrong password")
    sign_in(page, site, language)
    confirm(page, site, language)
    for path in OWN_PAGES:
        page.goto(f"{site}/{language}/tili/{path}")
        faults += faults_of(page, path)
    page.context.close()
    assert faults == []
    assert heard == []


def test_admin_of_people_and_rights_is_clean_in_axe(chromium: Browser, site: str) -> None:
    page = chromium.new_context().new_page()
    sign_in(page, site)
    page.wait_for_url("**/tili/")
    person, grant = User.objects.get(email="paula@alue.test"), Grant.objects.all()[0]
    faults = []
    for path in [
        "user/",
        "user/add/",
        f"user/{person.pk}/change/",
        "grant/",
        "grant/add/",
        f"grant/{grant.pk}/change/",
        "auditentry/",
    ]:
        page.goto(f"{site}/fi/hallinta/accounts/{path}")
        report = examine(page)
        faults += [f"{path}: {fault['id']} {fault['nodes'][0]['html'][:160]}" for fault in report.response["violations"]]
    page.context.close()
    assert faults == []


def test_person_signs_in_by_keyboard(chromium: Browser, site: str) -> None:
    page = chromium.new_context().new_page()
    page.goto(f"{site}/fi/tili/kirjaudu/")
    page.focus("#id_login")
    page.keyboard.type("paula@alue.test")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/vastaaja/")
    page.context.close()


def test_security_key_is_added_and_asked_for_under_the_strict_policy(chromium: Browser, site: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    heard = listen(page)
    key = context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    made = key.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, site)
    confirm(page, site)
    page.goto(f"{site}/fi/tili/kaksivaiheinen/webauthn/add/")
    page.fill("#id_name", "Työavain")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    assert page.locator(".nl-codes li").count() == 10
    assert faults_of(page, "recovery codes") == []
    page.goto(f"{site}/fi/tili/kaksivaiheinen/webauthn/")
    expect(page.get_by_text("Työavain").first).to_be_visible()
    assert faults_of(page, "keys") == []

    page.goto(f"{site}/fi/tili/kirjaudu-ulos/")
    page.click("main button")
    page.wait_for_url("**/kirjaudu/")
    sign_in(page, site)
    page.wait_for_url("**/authenticate/**")
    assert faults_of(page, "the second step") == []
    assert heard == []
    # A key that fails is told on the page, and a try with the right one goes through.
    key.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": True})
    page.evaluate("document.dispatchEvent(new CustomEvent('allauth.error', {cancelable: true, detail: {}}))")
    expect(page.locator("#key-trouble")).to_be_visible()
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/tili/")
    context.close()
