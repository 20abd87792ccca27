"""The resident's conversation on a phone: the messages have the room, whatever the keyboard, the side or the size of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from accounts.actors import Resident
from chat.models import Conversation
from services.models import Redirect
from tests.browser.axe import examine
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.resident_side import Responder, become, open_talk, say, shown, stored
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UPRIGHT = {"width": 360, "height": 740}
WITH_KEYBOARD = {"width": 360, "height": 360}
ON_ITS_SIDE = {"width": 740, "height": 360}
ROOM = """() => {
  const head = document.querySelector('.nl-chat-head'), composer = document.querySelector('.nl-composer').getBoundingClientRect();
  const top = getComputedStyle(head).position === 'sticky' ? Math.max(0, head.getBoundingClientRect().bottom) : 0;
  return (Math.min(innerHeight, composer.top) - top) / innerHeight;
}"""
LAST_IS_WHOLE = """() => {
  const last = [...document.querySelectorAll('.nl-msg')].at(-1).getBoundingClientRect();
  const head = document.querySelector('.nl-chat-head').getBoundingClientRect();
  return last.bottom <= document.querySelector('.nl-composer').getBoundingClientRect().top + 1 && last.top >= head.bottom - 1;
}"""
MORE = {"fi": "Näytä kaikki kysymykset", "sv": "Visa alla frågor"}
MINUTE = 60_000
LARGE = "--blink-settings=defaultFontSize=32"
"""Twice the browser's own size of text, as its settings do it."""


def phone(browser: Browser, serve: Serve, resident: Resident, size: dict[str, int]) -> BrowserContext:
    viewport = cast(ViewportSize, size)
    context = browser.new_context(base_url=serve.url, viewport=viewport, has_touch=True, is_mobile=True, reduced_motion="reduce")
    return become(context, resident, serve)


@pytest.fixture
def large_text(chromium: Browser) -> Iterator[Browser]:
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, LARGE])
    yield browser
    browser.close()


@pytest.fixture
def long_talk(talk: Conversation, answerer: Responder) -> Conversation:
    answerer.claim()
    for number in range(8):
        answerer.say(f"Vastaus {number}: ateriapalvelu voi alkaa kotiin jo tällä viikolla.")
    return talk


def tall(part: Locator) -> float:
    return float(part.evaluate("one => one.getBoundingClientRect().height"))


def test_the_messages_have_most_of_the_screen(chromium: Browser, serve: Serve, resident: Resident, long_talk: Conversation) -> None:
    for size, share in ((UPRIGHT, 0.75), ({"width": 390, "height": 664}, 0.72), (WITH_KEYBOARD, 0.58), (ON_ITS_SIDE, 0.58)):
        context = phone(chromium, serve, resident, size)
        page = open_talk(context, long_talk)
        assert page.evaluate(ROOM) >= share, size
        assert page.evaluate(LAST_IS_WHOLE)
        expect(page.locator("[data-part=responder]")).to_be_in_viewport()
        for part in (".nl-chat-leave", ".nl-chat-info > summary", "#kirjoita", ".nl-composer-send"):
            assert tall(page.locator(part)) >= 44, part
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        context.close()


def test_a_short_talk_begins_below_its_head(
    chromium: Browser, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    """What stands above the conversation on every page is a scroll away, so that the first answer has room."""
    context = phone(chromium, serve, resident, UPRIGHT)
    page = open_talk(context, talk)
    expect(page.get_by_text("Hätätilanteessa").first).to_be_in_viewport()
    answerer.claim().say("Kuinka voin auttaa?")
    expect(page.get_by_text("Kuinka voin auttaa?")).to_be_in_viewport()
    assert page.evaluate("document.querySelector('.nl-chat-head').getBoundingClientRect().top") <= 1
    assert page.evaluate(ROOM) >= 0.75
    context.close()


def test_the_keyboard_keeps_the_last_message_in_view(
    chromium: Browser, serve: Serve, resident: Resident, long_talk: Conversation
) -> None:
    context = phone(chromium, serve, resident, UPRIGHT)
    page = open_talk(context, long_talk)
    page.locator("#kirjoita").focus()
    page.set_viewport_size(cast(ViewportSize, WITH_KEYBOARD))
    expect(page.locator(".nl-msg").last).to_be_in_viewport()
    page.wait_for_function(LAST_IS_WHOLE)
    page.set_viewport_size(cast(ViewportSize, UPRIGHT))
    page.wait_for_function(LAST_IS_WHOLE)
    context.close()


def test_the_composer_is_a_line_that_grows_to_five(
    chromium: Browser, serve: Serve, resident: Resident, long_talk: Conversation
) -> None:
    context = phone(chromium, serve, resident, UPRIGHT)
    page = open_talk(context, long_talk)
    field = page.locator("#kirjoita")
    line = float(field.evaluate("one => parseFloat(getComputedStyle(one).lineHeight)"))
    one = tall(field)
    assert one < 2 * line + 20
    field.fill("a\nb\nc")
    three = tall(field)
    assert three > one + line
    page.wait_for_function(LAST_IS_WHOLE)
    field.fill("\n".join("abcdefghij"))
    assert tall(field) <= 5 * line + 24
    field.fill("")
    assert tall(field) == one
    context.close()


def test_the_box_of_the_head_tells_who_answers_and_what_it_is_not_for(
    chromium: Browser, serve: Serve, resident: Resident, long_talk: Conversation
) -> None:
    """S001-50: folded on a phone, one press away at every point of the conversation, with the emergency numbers."""
    context = phone(chromium, serve, resident, UPRIGHT)
    page = open_talk(context, long_talk)
    answers = page.locator(".nl-chat-answers")
    expect(answers).to_be_hidden()
    opener = page.locator(".nl-chat-info > summary")
    expect(opener).to_have_accessible_name("Tietoa – kuka vastaa, mihin tämä chat ei sovi, hätänumerot ja tuki")
    opener.click()
    expect(answers).to_be_in_viewport()
    expect(page.locator(".nl-chat-emergency")).to_contain_text("112")
    expect(page.locator(".nl-chat-emergency")).to_be_in_viewport()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(300)  # colours change in steps
        assert examine(page, only_colours=scheme == "dark").response["violations"] == [], scheme
    page.get_by_text("Mihin tämä chat ei sovi", exact=True).click()
    expect(page.get_by_text("Vauvan hoito")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(answers).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    page.locator("#kirjoita").click()
    expect(answers).to_be_hidden()
    context.close()


def test_on_a_wide_screen_nothing_is_folded(desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    expect(page.locator(".nl-chat-answers")).to_be_visible()
    expect(page.locator(".nl-chat-info > summary")).to_be_hidden()
    expect(page.locator(".nl-chat-leave").get_by_text("Poistu jonosta", exact=True)).to_be_in_viewport()
    expect(page.locator(".nl-chat-short").first).to_be_hidden()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_short_words_begin_the_name_of_the_button(
    chromium: Browser, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder, language: str
) -> None:
    """Who speaks to the phone says what she sees (WCAG 2.5.3)."""
    context = phone(chromium, serve, resident, UPRIGHT)
    page = open_talk(context, talk, language=language)
    for _ in ("waiting", "active"):
        short = page.locator(".nl-chat-short:visible").inner_text()
        expect(page.locator(".nl-chat-leave")).to_have_accessible_name(re.compile(rf"^{short}\b"))
        if page.locator("resident-chat").get_attribute("data-state") == "waiting":
            answerer.claim()
            expect(page.locator("resident-chat")).to_have_attribute("data-state", "active")
    context.close()


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_twice_as_large_text(large_text: Browser, serve: Serve, resident: Resident, long_talk: Conversation, language: str) -> None:
    for size in (UPRIGHT, WITH_KEYBOARD, ON_ITS_SIDE):
        context = phone(large_text, serve, resident, size)
        page = open_talk(context, long_talk, language=language)
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 36
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate(ROOM) >= 0.4
        expect(page.locator(".nl-msg").last).to_be_in_viewport()
        for part in ("h1", ".nl-chat-leave", ".nl-chat-info > summary", "#kirjoita", ".nl-composer-send"):
            place = page.locator(part)
            assert place.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), part
        page.locator(".nl-chat-leave").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        context.close()


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_no_page_of_the_way_is_wider_than_the_phone_with_twice_as_large_text(
    large_text: Browser, serve: Serve, resident: Resident, long_talk: Conversation, answerer: Responder, language: str
) -> None:
    """WCAG 1.4.4 and 1.4.10: from the front page to the feedback; and a heading is never smaller than the text below it."""
    Redirect.objects.update(matter_fi="Perustoimeentulotuen hakeminen", matter_sv="Ansökan om grundläggande utkomststöd")
    answerer.end()
    stranger = phone(large_text, serve, Resident(uuid4()), UPRIGHT)
    hers = phone(large_text, serve, resident, UPRIGHT)
    service, talk = f"/{language}/palvelu/ikaantyneet", f"/{language}/keskustelu/{long_talk.public_id}"
    faults = []
    for context, path in (
        (stranger, f"/{language}/"),
        (stranger, f"/{language}/haku/?q=koti"),
        (stranger, f"{service}/"),
        (stranger, f"{service}/chat/"),
        (hers, f"{talk}/"),
        (hers, f"{talk}/tuloste/"),
        (hers, f"{talk}/lopeta/"),
    ):
        page = context.new_page()
        page.goto(path)
        more = page.get_by_role("button", name=MORE[language])
        if path == f"{talk}/":
            more.click()
            expect(page.locator("[name=recommend]").first).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth")
        ratio = page.evaluate(
            """() => { const size = (one) => parseFloat(getComputedStyle(one).fontSize);
            return size(document.querySelector('h1')) / size(document.documentElement); }"""
        )
        if wide > UPRIGHT["width"] or ratio < 0.85:
            faults.append((path, wide, ratio))
        page.close()
    assert faults == []
    stranger.close()
    hers.close()


def test_without_a_script_the_newest_message_and_the_end_come_into_sight(
    chromium: Browser, serve: Serve, resident: Resident, long_talk: Conversation
) -> None:
    viewport = cast(ViewportSize, UPRIGHT)
    context = chromium.new_context(base_url=serve.url, viewport=viewport, has_touch=True, is_mobile=True, java_script_enabled=False)
    page = become(context, resident, serve).new_page()
    page.goto(f"/fi/keskustelu/{long_talk.public_id}/")
    page.locator("#kirjoita").fill("Viimeisin kysymys")
    page.get_by_role("button", name="Lähetä").click()
    expect(page.get_by_text("Viimeisin kysymys")).to_be_in_viewport()
    page.get_by_role("button", name="Hae uudet viestit").click()
    expect(page.get_by_text("Viimeisin kysymys")).to_be_in_viewport()
    page.get_by_role("button", name="Lopeta keskustelu").click()
    page.get_by_role("button", name="Kyllä, lopeta").click()
    expect(page.get_by_role("heading", name="Keskustelu on päättynyt")).to_be_in_viewport()
    context.close()


def test_the_focus_is_never_beneath_the_head_or_the_composer(
    chromium: Browser, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    """WCAG 2.4.11."""
    answerer.claim()
    for number in range(12):
        answerer.say(f"Katso https://alue.test/ohje/{number} ja kerro, auttoiko se.")
    context = phone(chromium, serve, resident, UPRIGHT)
    page = open_talk(context, talk)
    page.evaluate("scrollTo(0, 0)")

    def covered() -> bool:
        return bool(
            page.evaluate(
                """() => { const box = document.activeElement.getClientRects()[0];
                const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                return !document.activeElement.contains(at); }"""
            )
        )

    links = page.locator(".nl-msg a")
    links.first.focus()
    for _ in range(11):
        assert not covered()
        page.keyboard.press("Tab")
    for _ in range(11):
        assert not covered()
        page.keyboard.press("Shift+Tab")
    context.close()


def test_forced_colours_keep_the_parts_apart(chromium: Browser, serve: Serve, resident: Resident, long_talk: Conversation) -> None:
    context = chromium.new_context(base_url=serve.url, viewport=cast(ViewportSize, UPRIGHT), forced_colors="active")
    page = open_talk(become(context, resident, serve), long_talk)
    for part in (".nl-msg", ".nl-composer", ".nl-chat-leave"):
        assert edge(page, part) != "0px", part
    context.close()


def edge(page: Page, part: str) -> str:
    return str(page.locator(part).first.evaluate("one => getComputedStyle(one).borderTopWidth"))


def test_a_slow_network_and_a_minute_away_lose_nothing(
    chromium: Browser, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    """Slow 3G by the browser's own measure, 400 kbit/s and 400 ms, and a minute without any network (S001-47)."""
    context = phone(chromium, serve, resident, UPRIGHT)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    network.send("Network.emulateNetworkConditions", slow)
    page.goto(f"/fi/keskustelu/{talk.public_id}/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online", timeout=30_000)
    answerer.claim()
    expect(page.locator("resident-chat")).to_have_attribute("data-state", "active", timeout=15_000)
    network.send("Network.emulateNetworkConditions", {**slow, "offline": True})  # the one measure rules over set_offline
    answerer.say("Sinun poissa ollessasi")
    say(page, "Kirjoitettu matkalla")
    page.wait_for_timeout(MINUTE)
    expect(page.get_by_text("Yhteys katkesi, yritetään uudelleen. Tekstisi on tallessa.")).to_be_visible()
    expect(page.locator(".nl-msg[data-pending]")).to_have_text(re.compile("Kirjoitettu matkalla"))
    assert "Sinun poissa ollessasi" not in shown(page), "the network was really away"
    network.send("Network.emulateNetworkConditions", slow)
    expect(page.locator(".nl-msg[data-pending]")).to_have_count(0, timeout=60_000)
    assert shown(page) == stored(talk) == ["Ensimmäinen viesti", "Sinun poissa ollessasi", "Kirjoitettu matkalla"]
    assert Conversation.objects.get().pk == talk.pk, "the same conversation goes on"
    context.close()
