"""The resident's side without a script, by keyboard, on a phone and to the ear, in a real browser."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation
from chat.protocol import TEXT_LIMIT
from services.choices import ServiceStatus
from services.models import Service
from tests.browser.axe import examine
from tests.browser.resident_side import DESK, PHONE, START, Responder, become, complaints, open_talk, say, stored, until
from tests.serve.portal import Serve, staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# --- without a script, by keyboard, on a phone ---


def test_without_a_script_the_walk_is_whole(chromium: Browser, serve: Serve, responder: User) -> None:
    context = chromium.new_context(base_url=serve.url, java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(START)
    page.get_by_label("Kerro asiasi omin sanoin").fill("Ilman skriptiä")
    page.get_by_role("button", name="Aloita keskustelu").click()
    row = Conversation.objects.get()
    expect(page.get_by_role("heading", name="Olet jonossa seuraavana")).to_be_visible()
    expect(page.get_by_text("Tämä selain ei päivitä sivua itsestään.")).to_be_visible()
    answerer = Responder(responder, row).claim()
    answerer.say("Kuinka voin auttaa?")
    page.locator("#kirjoita").fill("Kesken")
    page.get_by_role("button", name="Hae uudet viestit").click()
    expect(page.get_by_text("Kuinka voin auttaa?")).to_be_visible()
    expect(page.locator("#kirjoita")).to_have_value("Kesken")
    page.get_by_role("button", name="Lähetä").click()
    expect(page.locator(".nl-msg-me .nl-msg-words").last).to_have_text("Kesken")
    say(page, "   ")
    expect(page.get_by_text("Kirjoita ensin viesti.")).to_be_visible()
    page.locator("#kirjoita").fill("Lähettämättä")
    page.get_by_role("button", name="Lopeta keskustelu").click()
    expect(page.get_by_text("Lähettämättä")).to_be_visible()
    page.get_by_role("button", name="Ei, palaa takaisin").click()
    expect(page.locator("#kirjoita")).to_have_value("Lähettämättä")
    page.get_by_role("button", name="Lopeta keskustelu").click()
    page.get_by_role("button", name="Kyllä, lopeta").click()
    expect(page.get_by_role("heading", name="Keskustelu on päättynyt")).to_be_visible()
    assert stored(row) == ["Ilman skriptiä", "Kuinka voin auttaa?", "Kesken"]
    context.close()


def test_by_keyboard_alone(desk: BrowserContext, serve: Serve, responder: User) -> None:
    page = desk.new_page()
    page.goto(START)

    def tab_to(test: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"(() => {{ const one = document.activeElement; return {test}; }})()"):
                look = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert look != "none", f"the focus on {test} is seen"
                return
        raise AssertionError(f"not reached: {test}")

    tab_to("one.name === 'body'")
    page.keyboard.type("Näppäimillä")
    tab_to("one.type === 'submit' && one.classList.contains('nl-btn-large')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/keskustelu/*/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online")
    row = Conversation.objects.get()
    answerer = Responder(responder, row).claim()
    expect(page.locator("resident-chat")).to_have_attribute("data-state", "active", timeout=10_000)
    tab_to("one.id === 'kirjoita'")
    page.keyboard.type("Rivi yksi")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("rivi kaksi")
    page.keyboard.press("Enter")
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(2)
    answerer.say("Selvä")
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(3, timeout=10_000)
    assert page.evaluate("document.activeElement.id") == "kirjoita", "a message from another does not move the focus"
    tab_to("one.closest('[data-part=enter]')")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("Ei lähde")
    page.keyboard.press("Enter")
    assert page.locator("#kirjoita").input_value() == "Ei lähde\n"
    page.locator("[data-part=leave]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keskustelu on päättynyt")).to_be_visible(timeout=10_000)
    assert stored(row) == ["Näppäimillä", "Rivi yksi\nrivi kaksi", "Selvä"]


def test_only_others_words_are_announced_together(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    page.evaluate(
        """() => { window.said = []; const place = document.querySelector('[data-part=announcer]');
        new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true }); }"""
    )
    say(page, "Omaa puhetta")
    answerer.claim()
    answerer.say("Yksi")
    answerer.say("Kaksi")
    until(lambda: page.evaluate("window.said.join('|')").find("Kaksi") >= 0)
    page.wait_for_timeout(1200)
    said = page.evaluate("window.said")
    assert len(said) <= 2
    assert "Omaa puhetta" not in "|".join(said)
    assert "Maija, asiakasohjaaja: Yksi" in "|".join(said)
    assert page.locator("[role=log]").get_attribute("aria-live") == "off"


def test_reading_above_is_not_disturbed_and_the_new_ones_are_a_press_away(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    answerer.claim()
    for number in range(40):
        answerer.say(f"Pitkä rivi numero {number}")
    page = open_talk(become(desk, resident, serve), talk)
    expect(page.get_by_text("Pitkä rivi numero 39")).to_be_in_viewport()
    page.evaluate("scrollTo(0, 300)")
    page.wait_for_timeout(200)
    answerer.say("Uusi viesti alhaalla")
    button = page.get_by_role("button", name="1 uusi viesti")
    expect(button).to_be_visible(timeout=10_000)
    assert page.title().startswith("(1) ")
    assert page.evaluate("scrollY") == 300
    button.click()
    expect(page.get_by_text("Uusi viesti alhaalla")).to_be_in_viewport()
    expect(button).to_be_hidden()
    assert not page.title().startswith("(")
    answerer.say("Ja vielä yksi")
    expect(page.get_by_text("Ja vielä yksi")).to_be_in_viewport(timeout=10_000)


CONSOLE = """async (id) => {
  window.heard = [];
  window.console_socket = new WebSocket(`ws://${location.host}/ws/vastaaja/?lang=fi`);
  window.tell = (frame) => window.console_socket.send(JSON.stringify({ conversation: id, ...frame }));
  await new Promise((done) => {
    window.console_socket.onmessage = ({ data }) => {
      window.heard.push(JSON.parse(data));
      if (JSON.parse(data).t === "caught_up") done();
    };
    window.console_socket.onopen = () => {
      const cursor = { conversation: id, all: 0, staff: 0 };
      window.console_socket.send(JSON.stringify({ t: "hello", proto: 1, conversations: [cursor] }));
    };
  });
}"""


def test_typing_and_seeing_reach_the_other_side(
    chromium: Browser, desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    """The responder's browser speaks the protocol itself; the resident has two tabs, which do not take her for another."""
    answerer.claim()
    become(desk, resident, serve)
    page, tab = open_talk(desk, talk), open_talk(desk, talk)
    office = chromium.new_context(base_url=serve.url)
    name, value = staff_cookie(answerer.user).split("=")
    office.add_cookies([{"name": name, "value": value, "url": serve.url}])
    console = office.new_page()
    console.goto("/fi/tietosuoja/")
    console.evaluate(CONSOLE, str(talk.public_id))
    console.evaluate("tell({ t: 'typing', on: true })")
    expect(page.locator("[data-part=typing]")).to_have_text("Maija, asiakasohjaaja kirjoittaa…")
    console.evaluate("tell({ t: 'typing', on: false })")
    expect(page.locator("[data-part=typing]")).to_be_empty()
    page.locator("#kirjoita").press_sequentially("abc")
    until(lambda: console.evaluate("heard.some((frame) => frame.t === 'typing' && frame.on)"))
    say(page, "Näetkö tämän?")
    for each in (page, tab):
        expect(each.locator(".nl-msg[data-seq]")).to_have_count(2)
        expect(each.locator("[data-part=last-state]")).to_have_text("Lähetetty")
    head = Conversation.objects.get().head_all
    console.evaluate(f"tell({{ t: 'seen', all: {head}, staff: 0 }})")
    expect(page.locator("[data-part=last-state]")).to_have_text("Luettu")
    expect(tab.locator("[data-part=last-state]")).to_have_text("Luettu")
    expect(tab.locator("[data-part=typing]")).to_be_empty()
    until(lambda: console.evaluate("heard.some((frame) => frame.t === 'seen')"))
    office.close()


def test_on_a_phone_the_words_beside_the_button_stay_whole(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    """The status and who answers need the whole line there: squeezed beside the button, each word broke into pieces."""
    answerer.claim()
    page = open_talk(become(desk, resident, serve), talk)
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator(".nl-chat-status")).to_contain_text("Keskustelu käynnissä Maija, asiakasohjaaja")
    lines = "one => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)"
    assert page.locator(".nl-chat-status").evaluate(lines) < 2.5
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


# --- accessible in each state ---


SETTLED = """async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  for (const change of document.getAnimations()) change.finish();
  await new Promise(requestAnimationFrame);
}"""
"""Colours change in steps when the scheme does: to the end with them, before they are measured."""


def faults_of(page: Page, name: str) -> list[str]:
    faults = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        report = examine(page, only_colours=scheme == "dark")
        faults += [
            f"{name} {scheme}: {fault['id']} {fault['nodes'][0]['failureSummary']} {fault['nodes'][0]['html'][:200]}"
            for fault in report.response["violations"]
        ]
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 720})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{name}: {wide} px wide at {width}")
        small = page.eval_on_selector_all(
            "main .btn, main input:not([type=hidden]), main textarea, main select, main summary, main .form-check",
            "all => all.filter(one => one.offsetParent && one.offsetHeight < 24).map(one => one.outerHTML.slice(0, 100))",
        )
        faults += [f"{name}: small {each}" for each in small]
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    return faults


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_axe_is_clean_in_each_state(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder, language: str
) -> None:
    page = desk.new_page()
    heard = complaints(page)
    faults = []
    for url in (f"/{language}/palvelu/ikaantyneet/chat/", f"/{language}/keskustelu/{uuid4()}/"):
        page.goto(url)
        faults += faults_of(page, url)
    page.goto(f"/{language}/palvelu/ikaantyneet/chat/")
    page.locator("[name=body]").fill("x" * (TEXT_LIMIT + 1))
    page.locator(".nl-chat-form [type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    faults += faults_of(page, "errors")
    Service.objects.update(status=ServiceStatus.PAUSED)
    page.locator("[name=body]").fill("x")
    page.locator(".nl-chat-form [type=submit]").click()
    expect(page.locator(".nl-chat-closed")).to_be_visible()
    faults += faults_of(page, "closed with words")
    Service.objects.update(status=ServiceStatus.OPEN)
    become(desk, resident, serve)
    page.goto(f"/{language}/palvelu/ikaantyneet/chat/")
    faults += faults_of(page, "has one already")
    page.close()
    page = open_talk(desk, talk, language=language)
    seen = complaints(page)
    faults += faults_of(page, "waiting")
    page.locator("[data-part=leave]").click()
    faults += faults_of(page, "asked to leave")
    page.keyboard.press("Escape")
    answerer.claim().say("Hei https://alue.test/")
    expect(page.locator("resident-chat")).to_have_attribute("data-state", "active", timeout=10_000)
    faults += faults_of(page, "active")
    page.evaluate("dispatchEvent(new Event('offline'))")
    desk.set_offline(True)
    page.locator("#kirjoita").fill("odottaa")
    page.locator(".nl-composer-send").click()
    expect(page.locator("[data-part=line-words]")).not_to_be_empty()
    faults += faults_of(page, "offline")
    desk.set_offline(False)
    expect(page.locator(".nl-msg[data-pending]")).to_have_count(0, timeout=15_000)
    answerer.end()
    expect(page.locator(".nl-chat-ended")).to_be_visible(timeout=10_000)
    faults += faults_of(page, "ended")
    page.goto(f"/{language}/keskustelu/{talk.public_id}/tuloste/")
    faults += faults_of(page, "print")
    assert faults == [], "\n".join(faults)
    assert [words for words in heard if "40" not in words and "422" not in words] == []
    assert [words for words in seen if "INTERNET_DISCONNECTED" not in words] == []


def test_large_text_and_a_small_screen_leave_room_to_read(
    chromium: Browser, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    answerer.claim().say("Luettava viesti")
    for size in ({"width": 320, "height": 640}, {"width": 640, "height": 320}, {"width": 320, "height": 256}):
        context = become(chromium.new_context(base_url=serve.url, viewport=size, has_touch=True), resident, serve)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"/fi/keskustelu/{talk.public_id}/?teksti=iso")
        expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.get_by_text("Luettava viesti").scroll_into_view_if_needed()
        expect(page.get_by_text("Luettava viesti")).to_be_in_viewport()
        covered = page.evaluate(
            """() => { const box = document.querySelector('.nl-composer').getBoundingClientRect();
            return Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, 0)) / innerHeight; }"""
        )
        sticky = page.evaluate("getComputedStyle(document.querySelector('.nl-composer')).position")
        assert sticky == "static" or covered <= 0.5, (size, covered)
        context.close()
