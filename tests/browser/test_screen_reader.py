"""The tree that a screen reader is given: every control has a name, and what is heard comes in the order of the matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from chat.models import Conversation
from tests.browser.resident_side import START, Responder, say
from tests.browser.windows import staff_window
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTROLS = {"button", "link", "textbox", "searchbox", "combobox", "radio", "checkbox", "switch", "slider", "DisclosureTriangle"}
WIDE = {"width": 1440, "height": 900}
HEARD = {"heading", "textbox", "combobox", "radio", "checkbox", "button", "log", "group", "region", "status"}
Heard = list[tuple[str, str]]


def tree_of(page: Page) -> list[dict[str, Any]]:
    """Chromium's own accessibility tree without what it leaves out, in reading order."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}

    def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not node.get("ignored"):
            yield node
        for key in node.get("childIds", []):
            if key in by_id:
                yield from walk(by_id[key])

    return list(walk(nodes[0]))


def heard(page: Page) -> Heard:
    """Roles with names in the main part; no control may be without a name, on the whole page."""
    tree = tree_of(page)
    spoken = [(node["role"]["value"], " ".join(node.get("name", {}).get("value", "").split())) for node in tree]
    assert [pair for pair in spoken if pair[0] in CONTROLS and not pair[1]] == []
    levels = [
        each["value"]["value"]
        for node in tree
        if node["role"]["value"] == "heading"
        for each in node["properties"]
        if each["name"] == "level"
    ]
    assert levels.count(1) == 1, "one heading names the page"
    begins = next(place for place, (role, _name) in enumerate(spoken) if role == "main")
    ends = next((place for place, (role, _name) in enumerate(spoken) if role == "contentinfo"), len(spoken))
    return [pair for pair in spoken[begins:ends] if pair[0] in HEARD and pair[1]]


def in_order(told: Heard, *wanted: tuple[str, str]) -> None:
    """These come one after another, others between them or not; a name is a pattern of its beginning."""
    place = 0
    for role, name in wanted:
        found = next((at for at in range(place, len(told)) if told[at][0] == role and re.match(name, told[at][1])), None)
        assert found is not None, f"{role} {name!r} is not heard after {wanted[: wanted.index((role, name))]}: {told[place:]}"
        place = found + 1


def lives(page: Page, role: str) -> set[str]:
    """How what changes in the regions of the role is announced."""
    return {
        each["value"]["value"]
        for node in tree_of(page)
        if node["role"]["value"] == role
        for each in node.get("properties", [])
        if each["name"] == "live"
    }


def test_what_a_resident_hears_from_the_start_to_the_feedback(desk: BrowserContext, responder: User) -> None:
    page = desk.new_page()
    page.goto(START)
    in_order(
        heard(page),
        ("heading", "Ikääntyneiden"),
        ("textbox", "Kerro asiasi omin sanoin"),
        ("combobox", "Mitä asia koskee"),
        ("group", "Kenen asiaa hoidat"),
        ("radio", "Omaa asiaani"),
        ("button", "Aloita keskustelu"),
    )
    page.get_by_label("Kerro asiasi omin sanoin").fill("Äiti muistaa huonosti.")
    page.get_by_role("button", name="Aloita keskustelu").click()
    page.wait_for_url("**/keskustelu/*/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online", timeout=20_000)
    waiting = heard(page)
    in_order(
        waiting,
        ("heading", "Ikääntyneiden"),
        ("button", "Poistu jonosta"),
        ("region", "Olet jonossa seuraavana"),
        ("log", "Viestit"),
        ("textbox", "Kirjoita viesti"),
        ("button", "Lähetä"),
    )
    assert "polite" in lives(page, "status"), "what changes in the line is told when she is not being told something else"
    answerer = Responder(responder, Conversation.objects.get()).claim()
    answerer.say("Hei! Miten voin auttaa?")
    expect(page.get_by_text("Hei! Miten voin auttaa?")).to_be_visible(timeout=10_000)
    say(page, "Kiitos")
    in_order(heard(page), ("log", "Viestit"), ("textbox", "Kirjoita viesti"), ("button", "Lähetä"))
    words = " ".join(node.get("name", {}).get("value", "") for node in tree_of(page) if node["role"]["value"] == "StaticText")
    assert words.index("Äiti muistaa huonosti.") < words.index("Hei! Miten voin auttaa?") < words.index("Kiitos")
    answerer.end()
    expect(page.get_by_role("heading", name=re.compile("Miten")).first).to_be_visible(timeout=10_000)
    told = heard(page)
    in_order(told, ("group", "Kuinka tyytyväinen"), ("radio", "Erittäin tyytymätön"), ("button", "Näytä kaikki kysymykset"))
    assert ("textbox", "Kirjoita viesti") not in told, "the conversation has ended"


def test_what_a_responder_hears(chromium: Browser, serve: Serve, talk: Conversation, answerer: Responder) -> None:
    answerer.claim()
    with staff_window(chromium, serve, answerer.user, viewport=WIDE) as window:
        page = window.new_page()
        page.goto(f"/fi/vastaaja/{talk.public_id}/")
        expect(page.get_by_role("log", name="Keskustelu")).to_be_visible()
        in_order(
            heard(page),
            ("heading", "Keskustelut"),
            ("button", "Ota seuraava"),
            ("group", "Läsnäoloni"),
            ("heading", "Omat keskustelut"),
            ("region", "Asukas"),
            ("heading", "Asukas"),
            ("log", "Keskustelu"),
            ("group", "Kuka näkee"),
            ("textbox", "Viestisi"),
            ("button", "Lähetä"),
            ("heading", "Tiedot"),
        )
        assert "polite" in lives(page, "status")
