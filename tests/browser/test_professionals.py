"""A professional asks and is answered; and nothing of it can be read at the machine once she has signed out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from accounts.models import User
from chat.models import Conversation
from services.models import Queue
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK, PHONE, Responder, complaints, until
from tests.browser.windows import staff_window
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "Yli 80-vuotias muistisairas asuu yksin. Kuka arvioi kotihoidon tarpeen?"


@pytest.fixture
def portal(queue: Queue, responder: User, make_portal: Callable[..., Serve]) -> Serve:
    Queue.objects.update(for_professionals=True)
    return make_portal()


@pytest.fixture
def nurse_at(chromium: Browser, portal: Serve, area_professional: User) -> Callable[..., BrowserContext]:
    return partial(staff_window, chromium, portal, area_professional)


def test_asked_by_keyboard_answered_and_gone_after_signing_out(nurse_at: Callable[..., BrowserContext], responder: User) -> None:
    context = nurse_at(viewport=DESK)
    page = context.new_page()
    heard = complaints(page)
    page.goto("/fi/ammattilainen/")
    is_clean(page)
    page.locator("input[name=service]").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/keskustelu/*/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online", timeout=20_000)
    row = Conversation.objects.get()
    assert row.client_present and row.professional is not None
    is_clean(page)

    answerer = Responder(responder, row).claim()
    answerer.say("Asiakasohjaus arvioi tarpeen seitsemässä arkipäivässä.")
    expect(page.locator(".nl-msg-them .nl-msg-words")).to_have_text("Asiakasohjaus arvioi tarpeen seitsemässä arkipäivässä.")
    page.get_by_role("link", name="Suuri teksti, luettavaksi").click()
    expect(page.locator("html.nl-large")).to_have_count(1)
    expect(page.locator(".nl-msg-them")).to_have_count(1)
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online", timeout=20_000)

    # She signs out in another window: the open page shows nothing more within seconds, and nor does going back to it.
    other = context.new_page()
    other.goto("/fi/ammattilainen/")
    other.get_by_role("button", name="Kirjaudu ulos").click()
    page.wait_for_url("**/tili/kirjaudu/**", timeout=15_000)
    assert WORDS not in page.content()
    page.go_back()
    until(lambda: WORDS not in page.content())
    assert other.goto(f"/fi/keskustelu/{row.public_id}/").status == 404  # type: ignore[union-attr]
    assert WORDS not in other.content()
    assert not [words for words in heard if "404" not in words and "401" not in words and "WebSocket" not in words]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_entrance_on_a_phone(scheme: str, nurse_at: Callable[..., BrowserContext]) -> None:
    page = nurse_at(viewport=PHONE, color_scheme=scheme).new_page()
    page.goto("/fi/ammattilainen/")
    is_clean(page)
    page.get_by_role("button", name="Kysy", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Onko asiakas")
    is_clean(page)


def test_the_whole_walk_without_a_script(nurse_at: Callable[..., BrowserContext], responder: User) -> None:
    page = nurse_at(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto("/sv/ammattilainen/")
    page.locator("#id_present_1").check()
    page.locator("textarea").fill("Hur ansöker man?")
    page.get_by_role("button", name="Fråga", exact=True).click()
    row = Conversation.objects.get()
    Responder(responder, row).claim().say("Så här.")
    page.locator("[data-part=refresh]").click()
    expect(page.locator(".nl-msg-them")).to_contain_text("Så här.")
