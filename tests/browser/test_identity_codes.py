"""Identity codes in a real browser: found by the same rules as on the server, told of before they are sent, hidden by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Event
from chat.operations import claim_conversation, post_message
from tests.browser.axe import examine
from tests.browser.resident_side import PHONE, START, Responder, become, complaints, open_talk, say, stored, until
from tests.conftest import acting
from tests.serve.portal import Serve, staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CORPUS = Path(__file__).parents[1] / "chat" / "identity_code_cases.json"
CODE = "010280-952L"
MASKED = "[henkilötunnus poistettu]"
FIND = """async ([url, texts]) => {
  const { find } = await import(url);
  return texts.map((text) => find(text).map(([start, end]) => text.slice(start, end)));
}"""
WARNING = "[data-codes-words]"


def axe(page: Page) -> None:
    results = examine(page)
    assert results.violations_count == 0, results.generate_report()


def warned(page: Page) -> None:
    expect(page.locator(WARNING)).to_contain_text("Älä lähetä henkilötunnusta", timeout=5_000)


def test_the_whole_corpus_in_the_browser(desk: BrowserContext, serve: Serve) -> None:
    cases = json.loads(CORPUS.read_text())
    page = desk.new_page()
    page.goto("/fi/")
    found = page.evaluate(FIND, [f"{serve.url}/static/chat/identity-codes.js", [case["text"] for case in cases]])
    wrong = [(case["text"], got) for case, got in zip(cases, found, strict=True) if got != case["codes"]]
    assert wrong == []


def test_the_first_sending_is_held_and_the_second_goes(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, responder: User
) -> None:
    Responder(responder, talk).claim()
    page = open_talk(become(desk, resident, serve), talk)
    heard = complaints(page)
    area = page.locator("#kirjoita")
    area.fill(f"Tunnukseni on {CODE}, kiitos")
    page.keyboard.press("Enter")
    warned(page)
    expect(page.locator(WARNING)).to_have_attribute("role", "alert")
    assert page.evaluate("document.activeElement.id") == "kirjoita"
    page.keyboard.press("Enter")  # the second press of a double one sends nothing unseen
    expect(area).to_have_value(f"Tunnukseni on {CODE}, kiitos")
    axe(page)
    page.wait_for_timeout(900)
    page.keyboard.press("Enter")
    expect(page.locator(".nl-msg-me .nl-msg-words").last).to_have_text(f"Tunnukseni on {MASKED}, kiitos")
    expect(page.locator(".nl-log-notice").last).to_contain_text("Henkilötunnus on peitetty turvallisuutesi vuoksi.")
    expect(page.locator(WARNING)).to_have_text("")
    assert stored(talk) == ["Ensimmäinen viesti", f"Tunnukseni on {MASKED}, kiitos"]
    assert heard == []


def test_the_code_is_taken_away_by_a_button(
    chromium: Browser, serve: Serve, resident: Resident, talk: Conversation, responder: User
) -> None:
    Responder(responder, talk).claim()
    context = chromium.new_context(base_url=serve.url, viewport=PHONE, color_scheme="dark")  # type: ignore[arg-type]
    page = open_talk(become(context, resident, serve), talk)
    say(page, f"Olen Aino {CODE} ja kysyn ajasta")
    warned(page)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Poista se tekstistä").click()
    expect(page.locator("#kirjoita")).to_have_value("Olen Aino ja kysyn ajasta")
    expect(page.locator("#kirjoita")).to_be_focused()
    expect(page.locator(WARNING)).to_have_text("")
    page.get_by_role("button", name="Lähetä", exact=True).click()
    expect(page.locator(".nl-msg-me .nl-msg-words").last).to_have_text("Olen Aino ja kysyn ajasta")
    say(page, CODE)
    warned(page)
    page.get_by_role("button", name="Lähetä silti").click()
    expect(page.locator(".nl-msg-me .nl-msg-words").last).to_have_text(MASKED)
    context.close()


@pytest.mark.parametrize(
    ("language", "words"), [("sv", "Skicka inte en personbeteckning"), ("en", "Do not send a personal identity code")]
)
def test_in_the_pages_language(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, language: str, words: str
) -> None:
    page = open_talk(become(desk, resident, serve), talk, language=language)
    page.locator("#kirjoita").fill(CODE)
    page.locator(".nl-composer-send").click()
    expect(page.locator(WARNING)).to_contain_text(words)


def test_the_start_form_warns_too(desk: BrowserContext, serve: Serve) -> None:
    page = desk.new_page()
    page.goto(START)
    page.get_by_label("Kerro asiasi omin sanoin").fill(f"Hei, {CODE}")
    page.get_by_role("button", name="Aloita keskustelu").click()
    warned(page)
    axe(page)
    assert not Conversation.objects.exists()
    page.get_by_role("button", name="Lähetä silti").click()
    page.wait_for_url("**/keskustelu/*/")
    assert stored(Conversation.objects.get()) == [f"Hei, {MASKED}"]
    expect(page.locator(".nl-log-notice").last).to_contain_text("Henkilötunnus on peitetty")


def test_without_a_script_the_server_masks(chromium: Browser, serve: Serve, resident: Resident, talk: Conversation) -> None:
    context = chromium.new_context(base_url=serve.url, java_script_enabled=False)
    page = open_talk(become(context, resident, serve), talk, state="")
    say(page, CODE)
    expect(page.locator(".nl-msg-me .nl-msg-words").last).to_have_text(MASKED)
    expect(page.locator(".nl-log-notice").last).to_contain_text("Henkilötunnus on peitetty")
    context.close()


# --- the console ---


@pytest.fixture
def console(chromium: Browser, serve: Serve, talk: Conversation, responder: User) -> Page:
    claim_conversation(by=acting(responder), conversation=talk.public_id, now=timezone.now())
    context = chromium.new_context(base_url=serve.url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    name, value = staff_cookie(responder).split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": serve.url}])
    page = context.new_page()
    page.goto(f"/fi/vastaaja/{talk.public_id}/")
    page.wait_for_selector('[data-slot=connection][data-state="online"]', state="attached")
    return page


def test_the_responder_is_told_before_and_after(console: Page, talk: Conversation) -> None:
    field = console.locator(".nlc-text")
    field.fill(f"Onko tunnuksesi {CODE}?")
    field.press("Enter")
    warned(console)
    axe(console)
    expect(field).to_have_value(f"Onko tunnuksesi {CODE}?")
    console.wait_for_timeout(900)
    field.press("Enter")
    expect(console.locator(".nlc-msg.is-me .nlc-msg-body").last).to_have_text(f"Onko tunnuksesi {MASKED}?")
    expect(console.locator(WARNING)).to_have_text("Lähettämästäsi tekstistä peitettiin henkilötunnus.")
    assert stored(talk)[-1] == f"Onko tunnuksesi {MASKED}?"
    field.press_sequentially("K")
    expect(console.locator(WARNING)).to_have_text("")


def test_words_are_hidden_by_keyboard_on_the_pages_of_both(
    console: Page, desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation
) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    say(page, "Olen Aino Virtanen")
    bubble = console.locator(".nlc-msg.is-resident").last
    expect(bubble).to_contain_text("Aino Virtanen")
    link = bubble.get_by_role("link", name="Peitä")
    link.focus()
    expect(link).to_have_css("opacity", "1")
    console.keyboard.press("Enter")
    dialog = console.get_by_role("dialog", name="Peitä viestin sanoja")
    expect(dialog).to_be_visible()
    expect(dialog.locator("blockquote")).to_have_text("Olen Aino Virtanen")
    axe(console)
    dialog.locator("input[name=words]").fill("Liisa")
    expect(dialog.get_by_label("Vain nämä sanat")).to_be_checked()
    console.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Näitä sanoja ei ole viestissä")
    dialog.locator("input[name=words]").fill("Virtanen")
    console.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(bubble.locator(".nlc-msg-body")).to_have_text("Olen Aino [peitetty]")
    expect(console.locator(".nlc-event").last).to_contain_text("Viestistä peitettiin sanoja")
    expect(page.locator(".nl-msg-me .nl-msg-words").last).to_have_text("Olen Aino [peitetty]")
    expect(page.locator(".nl-log-notice").last).to_contain_text("Viestistä peitettiin sanoja turvallisuutesi vuoksi")
    page.reload()
    expect(page.locator(".nl-msg-me .nl-msg-words").last).to_have_text("Olen Aino [peitetty]")
    assert not Event.objects.filter(body__contains="Virtanen").exists()


def test_by_the_long_poll_too(console: Page, chromium: Browser, serve: Serve, resident: Resident, talk: Conversation) -> None:
    context = chromium.new_context(base_url=serve.url)
    page = context.new_page()
    page.route_web_socket("**/ws/**", lambda socket: socket.close())
    become(context, resident, serve)
    page.goto(f"/fi/keskustelu/{talk.public_id}/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "polling", timeout=40_000)
    console.locator(".nlc-msg.is-resident").first.get_by_role("link", name="Peitä").click(force=True)
    console.get_by_role("dialog").get_by_role("button", name="Peitä", exact=True).click()
    expect(page.locator(".nl-msg-me .nl-msg-words").first).to_have_text("[peitetty]")
    context.close()


def test_hiding_without_a_script(chromium: Browser, serve: Serve, talk: Conversation, responder: User) -> None:
    claim_conversation(by=acting(responder), conversation=talk.public_id, now=timezone.now())
    context = chromium.new_context(base_url=serve.url, java_script_enabled=False)
    name, value = staff_cookie(responder).split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": serve.url}])
    page = context.new_page()
    page.goto(f"/fi/vastaaja/{talk.public_id}/")
    page.get_by_role("link", name="Peitä").first.click(force=True)
    expect(page.get_by_text("Ensimmäinen viesti")).to_be_visible()
    page.get_by_label("Koko viesti").check()
    page.get_by_role("button", name="Peitä").click()
    expect(page.locator(".nlc-msg-body").first).to_have_text("[peitetty]")
    context.close()


def test_the_other_tab_of_the_responder(
    console: Page, make_portal: Callable[..., Serve], talk: Conversation, responder: User
) -> None:
    """A message of her own from elsewhere, hidden there: this page follows."""
    said = post_message(
        by=acting(responder), conversation=talk.public_id, client_id=uuid4(), body="Olen Maija Meikäläinen", now=timezone.now()
    )
    mine = console.locator(f'.nlc-msg[data-audience="all"][data-seq="{said.seq}"]')
    expect(mine).to_contain_text("Meikäläinen")
    until(lambda: mine.locator("a[data-act=hide]").get_attribute("href") != "")
    mine.locator("a[data-act=hide]").click(force=True)
    console.get_by_role("dialog").get_by_role("button", name="Peitä", exact=True).click()
    expect(mine.locator(".nlc-msg-body")).to_have_text("[peitetty]")
