"""Rollouts in the administration, in the browser: an item and a gate by keyboard, every page for everybody."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import OutgoingMail, User
from adoption.choices import ItemState, MemberRole
from adoption.models import GateVerdict, ItemHistory, Member, Rollout, RolloutItem
from adoption.operations import give_verdict, start_rollout
from services.models import County, Service
from tests.adoption.conftest import gate_of, item_of
from tests.browser.axe import examine
from tests.browser.resident_side import complaints
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
LIST = "hallinta/adoption/rollout/"


@pytest.fixture
def rollout(rollouts_portal: Serve, county: County, coordinator: User, manager: User, service: Service) -> Rollout:
    """One that goes on: something is late, blocked, done and decided with conditions; a second one is beside it."""
    now, today = timezone.now(), timezone.localdate()
    card: dict[str, Any] = {
        "programme": "RRP",
        "pillar": "P4",
        "investment": "I4",
        "tags": ["digitaaliset palvelut"],
        "starts_on": today,
    }
    names = {"fi": "Mielenterveyspalvelujen yhteinen chat", "sv": "Gemensam chatt", "en": "Shared chat"}
    row = start_rollout(by=acting(coordinator), county=county, name=names, now=now, **card)
    start_rollout(by=acting(coordinator), county=county, name={"fi": "Suun terveydenhuollon chat"}, now=now)
    Member.objects.create(rollout=row, user=manager, role=MemberRole.MANAGER)
    RolloutItem.objects.filter(pk=item_of(row, "1.1").pk).update(owner=manager, due_on=today - timedelta(days=4))
    RolloutItem.objects.filter(pk=item_of(row, "1.2").pk).update(state=ItemState.BLOCKED, reason="Odotetaan tietoja")
    RolloutItem.objects.filter(pk=item_of(row, "1.4").pk).update(state=ItemState.DONE, done_at=now)
    give_verdict(
        by=acting(manager),
        rollout=row,
        gate=gate_of(row, "G2"),
        verdict="postponed",
        role="manager",
        text="Odotetaan vielä työryhmää.",
        now=now,
    )
    return row


def press(place: Locator, key: str = "Enter") -> None:
    """By the keyboard alone."""
    place.focus()
    place.page.keyboard.press(key)


def faults_of(page: Page, name: str) -> list[str]:
    found = [f"{name}: {fault['id']} {fault['nodes'][0]['html'][:200]}" for fault in examine(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        found.append(f"{name}: wider than the screen")
    return found


def seen(page: Page, name: str) -> None:
    """Kept for whoever looks at the pages: SHOTS names the folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def row_of(page: Page, code: str) -> Locator:
    return page.locator(".nla-item").filter(has=page.locator(".nla-code", has_text=code))


def test_the_coordinator_gets_an_item_done_and_gives_a_verdict_by_keyboard(
    window_of: Callable[..., BrowserContext], coordinator: User, rollout: Rollout
) -> None:
    page = window_of(coordinator, viewport=WIDE).new_page()
    heard = complaints(page)
    page.goto("/fi/hallinta/")
    press(page.get_by_role("link", name="Käyttöönotot").first)
    press(page.get_by_role("link", name="Mielenterveyspalvelujen yhteinen chat"))
    press(page.locator(".nl-admin-checklist summary").nth(1))
    press(row_of(page, "2.1").get_by_label("Seuraava askel"), "ArrowDown")
    press(page.locator("input[name=_continue]"))
    expect(page.locator(".messagelist")).to_contain_text("1 tehtävän tila muuttui")
    assert item_of(rollout, "2.1").state == ItemState.IN_PROGRESS

    press(page.locator(".nl-admin-checklist summary").nth(1))
    expect(row_of(page, "2.1").get_by_text("Tarvitaan vielä")).to_be_visible()
    press(row_of(page, "2.1").get_by_label("Seuraava askel"), "M")  # Merkitse tehdyksi
    press(page.locator("input[name=_continue]"))
    expect(page.locator(".errorlist").first).to_contain_text("2.1")
    assert item_of(rollout, "2.1").state == ItemState.IN_PROGRESS

    press(row_of(page, "2.1").get_by_role("link"))
    press(page.locator("summary", has_text="Kirjoita, mitä tehtiin"))
    page.get_by_label("Mitä tehtiin").focus()
    page.keyboard.type("Tarpeet kirjattiin yhdessä.")
    press(page.get_by_role("button", name="Tallenna", exact=True))
    expect(page.locator("#osa-evidence").get_by_role("status")).to_contain_text("Tehtävästä ei puutu nyt mitään")
    expect(page.locator("#osa-evidence").get_by_role("status")).to_be_in_viewport()
    press(page.get_by_role("button", name="Merkitse tehdyksi"))
    expect(page.locator(".messagelist")).to_contain_text("Tehty")
    assert item_of(rollout, "2.1").state == ItemState.DONE

    press(page.locator(".breadcrumbs").get_by_role("link", name="Mielenterveyspalvelujen yhteinen chat"))
    press(page.get_by_role("link", name="Portti G1"))
    press(page.get_by_role("radio").first, "Space")
    press(page.get_by_label("Olen lukenut"), "Space")
    press(page.get_by_role("button", name="Kirjaa ratkaisu"))
    expect(page.locator(".messagelist")).to_be_visible()
    verdict = GateVerdict.objects.get(rollout=rollout, gate__key="G1")
    assert (verdict.verdict, verdict.by) == ("go", coordinator)
    assert not heard


def test_two_people_tick_the_same_item(
    window_of: Callable[..., BrowserContext], coordinator: User, main_user: User, rollout: Rollout
) -> None:
    """Both pages were open before: the first wins, the second gets one message that says who was first."""
    pages = [window_of(user, viewport=WIDE).new_page() for user in (coordinator, main_user)]
    for page in pages:
        page.goto(f"/fi/{LIST}{rollout.pk}/change/")
        page.locator(".nl-admin-checklist summary").nth(1).click()
        row_of(page, "2.2").get_by_label("Seuraava askel").select_option("in_progress")
    first, second = pages
    first.locator("input[name=_continue]").click()
    expect(first.locator(".messagelist")).to_contain_text("1 tehtävän tila muuttui")
    second.locator("input[name=_continue]").click()
    told = second.locator(".errornote ~ .errorlist")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(str(coordinator))
    assert ItemHistory.objects.filter(item=item_of(rollout, "2.2")).count() == 1


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_is_for_everybody(
    window_of: Callable[..., BrowserContext], coordinator: User, rollout: Rollout, language: str
) -> None:
    page = window_of(coordinator, viewport=WIDE).new_page()
    heard, faults = complaints(page), []
    here = f"/{language}/{LIST}"
    pages = {
        "list": here,
        "change": f"{here}{rollout.pk}/change/",
        "add": f"{here}add/",
        "gate": f"{here}{rollout.pk}/gate/G2/",
        "item": f"{here}{rollout.pk}/item/{item_of(rollout, '1.4').public_id}/",
        "form": f"{here}{rollout.pk}/form/need_mapping/",
        "history": f"{here}{rollout.pk}/history/",
        "end": f"{here}{rollout.pk}/end/",
        "adopt": f"{here}{rollout.pk}/adopt/",
    }
    for name, address in pages.items():
        page.goto(address)
        if name == "change":
            folded = page.locator("details:not([open]) > summary")
            while folded.count():
                folded.first.click()
        faults += _in_every_light(page, f"{name}-{language}", heard)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(here)
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("remind")
    page.locator("button[name=index]").click()
    expect(page.locator(".nlb-letters li")).to_have_count(1)
    faults += _in_every_light(page, f"remind-{language}", heard)
    page.locator("button[name=send]").click()
    expect(page.locator(".messagelist")).to_be_visible()
    assert OutgoingMail.objects.count() == 1
    assert faults == []
    assert heard == []


def _in_every_light(page: Page, name: str, heard: list[str]) -> list[str]:
    """What axe finds wide and narrow, light and dark. axe reads imported style sheets anew and pictures bring a style of their own;
    what the page's policy says of these two is no fault of the page."""
    found, before = [], len(heard)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            place = f"{name}-{size['width']}-{scheme}"
            found += faults_of(page, place)
            seen(page, place)
    del heard[before:]
    return found
