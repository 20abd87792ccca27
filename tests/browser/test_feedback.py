"""Two taps after a conversation, in a real browser: by finger, by keyboard, without a script, in three languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Feedback
from tests.browser.axe import examine
from tests.browser.resident_side import PHONE, Responder, become, complaints, open_talk, until
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def axe(page: Page) -> None:
    results = examine(page)
    assert results.violations_count == 0, results.generate_report()


def tap(page: Page, name: str, value: str) -> None:
    page.locator(f"label:has(input[name={name}][value='{value}'])").click()


@pytest.fixture
def over(talk: Conversation, responder: User) -> Conversation:
    Responder(responder, talk).claim().say("Hei")
    Responder(responder, talk).end()
    return talk


def test_two_taps_at_the_live_end(chromium: Browser, serve: Serve, resident: Resident, talk: Conversation, responder: User) -> None:
    context = chromium.new_context(base_url=serve.url, viewport=PHONE, has_touch=True)  # type: ignore[arg-type]
    page = open_talk(become(context, resident, serve), talk)
    heard = complaints(page)
    answerer = Responder(responder, talk).claim()
    answerer.say("Hei")
    assert not Feedback.objects.exists()
    answerer.end()
    expect(page.get_by_role("group", name="Kuinka tyytyväinen olet saamaasi palveluun?")).to_be_visible()
    until(lambda: Feedback.objects.filter(answered_at=None).count() == 1)
    expect(page.get_by_role("group", name="Kuinka todennäköisesti")).to_be_hidden()
    axe(page)
    tap(page, "satisfaction", "5")
    expect(page.get_by_role("group", name="Kuinka todennäköisesti")).to_be_visible()
    tap(page, "recommend", "9")
    until(lambda: Feedback.objects.filter(satisfaction=5, recommend=9).exclude(answered_at=None).exists())
    expect(page.get_by_text("Tallennettu. Kiitos!")).to_be_visible()
    expect(page.get_by_role("group", name="Saitko asiasi hoidettua?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    tap(page, "satisfaction", "3")
    until(lambda: Feedback.objects.filter(satisfaction=3).exists())
    assert heard == []
    context.close()


def test_everything_by_keyboard_and_changed_after_a_reload(
    desk: BrowserContext, serve: Serve, resident: Resident, over: Conversation
) -> None:
    page = open_talk(become(desk, resident, serve), over, state="")
    heard = complaints(page)
    page.get_by_role("radio", name="Tyytyväinen", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("group", name="Kuinka todennäköisesti")).to_be_visible()
    page.get_by_role("radio", name=re.compile("en lainkaan todennäköisesti")).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    until(lambda: Feedback.objects.filter(satisfaction=4, recommend=1).exists())
    page.get_by_role("radio", name="Osittain").check()
    page.get_by_label("Miksi valitsit chatin?").select_option("quiet")
    words = page.get_by_label("Omin sanoin")
    words.fill("Tunnukseni on 010280-952L")
    until(lambda: Feedback.objects.filter(why_chat="quiet").exists())
    assert Feedback.objects.get().words == "", "her words go only when she sends them"
    page.get_by_role("button", name="Lähetä palaute").click()
    expect(page.locator("feedback-form [data-codes-words]")).to_contain_text("Älä lähetä henkilötunnusta")
    axe(page)
    page.get_by_role("button", name="Poista se tekstistä").click()
    expect(words).to_have_value("Tunnukseni on")
    words.fill("Kiitos, Maija!")
    page.get_by_role("button", name="Lähetä palaute").click()
    expect(page.get_by_text("Kiitos palautteestasi!")).to_be_visible()
    until(lambda: Feedback.objects.get().words == "Kiitos, Maija!")
    page.reload()
    expect(page.get_by_role("radio", name="Tyytyväinen", exact=True)).to_be_checked()
    expect(page.get_by_label("Omin sanoin")).to_have_value("Kiitos, Maija!")
    tap(page, "recommend", "10")
    until(lambda: Feedback.objects.get().recommend == 10)
    found = Feedback.objects.get()
    assert (found.satisfaction, found.settled, found.words) == (4, "partly", "Kiitos, Maija!")
    assert heard == []


def test_without_a_script(chromium: Browser, serve: Serve, resident: Resident, talk: Conversation) -> None:
    context = chromium.new_context(base_url=serve.url, viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    page = open_talk(become(context, resident, serve), talk, state="")
    page.get_by_role("button", name="Poistu jonosta").click()
    page.get_by_role("button", name="Kyllä, poistu jonosta").click()
    expect(page.get_by_role("heading", name="Poistuit jonosta")).to_be_visible()
    page.wait_for_load_state("load")  # until then the browser may still jump to the end of the talk, away from beneath a finger
    tap(page, "satisfaction", "1")
    expect(page.get_by_role("radio", name="Erittäin tyytymätön")).to_be_checked()
    tap(page, "recommend", "2")
    expect(page.locator("input[name=recommend][value='2']")).to_be_checked()
    page.get_by_label("Omin sanoin").fill("Odotin liian kauan")
    page.get_by_role("button", name="Lähetä palaute").click()
    expect(page.get_by_text("Kiitos palautteestasi!")).to_be_visible()
    found = Feedback.objects.get()
    assert (found.satisfaction, found.recommend, found.words) == (1, 2, "Odotin liian kauan")
    assert found.answered_at is not None
    assert found.asked_at < found.answered_at
    context.close()


@pytest.mark.parametrize(
    ("language", "question"),
    [("sv", "Hur nöjd är du med den service du fick?"), ("en", "How satisfied are you with the service you got?")],
)
def test_in_the_other_languages(
    desk: BrowserContext, serve: Serve, resident: Resident, over: Conversation, language: str, question: str
) -> None:
    page = open_talk(become(desk, resident, serve), over, state="", language=language)
    expect(page.get_by_role("group", name=question)).to_be_visible()
    page.locator("[data-part=feedback-more] button").click()
    axe(page)


def test_it_can_be_left_alone(desk: BrowserContext, serve: Serve, resident: Resident, over: Conversation) -> None:
    page = open_talk(become(desk, resident, serve), over, state="")
    expect(page.get_by_role("group", name="Kuinka tyytyväinen")).to_be_visible()
    page.get_by_role("link", name="Aloita uusi keskustelu").click()
    expect(page.get_by_role("button", name="Aloita keskustelu")).to_be_visible()
    assert Feedback.objects.get().answered_at is None
