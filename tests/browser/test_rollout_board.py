"""The board of rollouts in the browser: walked without a script, on a phone, in three languages, in the dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import OutgoingMail, User
from adoption.choices import ItemState, MemberRole, Verdict
from adoption.models import GateVerdict, Member, ModelPhase, Rollout, RolloutItem
from adoption.operations import start_rollout
from services.models import County, Service
from tests.adoption.conftest import gate_of, item_of
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK, complaints
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW = {"width": 360, "height": 740}
BOARD = "kayttoonotto/taulu/"


@pytest.fixture
def several(
    rollouts_portal: Serve, county: County, coordinator: User, manager: User, area_professional: User, service: Service
) -> Rollout:
    """Three rollouts: one late, one blocked, one that has been handed over; gates of every shape."""
    now, today = timezone.now(), timezone.localdate()
    driver = acting(coordinator)
    names = ["Suun terveydenhuollon chat", "Mielenterveyspalvelujen yhteinen chat", "Asiakasohjauksen chat"]
    rows = [
        start_rollout(
            by=driver, county=county, name={"fi": name, "sv": f"{name} (sv)", "en": f"{name} (en)"}, now=now, programme="RRP",
            pillar="P4", investment=f"I{number}", tags=["digitaaliset palvelut"], starts_on=today - timedelta(days=200 * number),
            ends_on=today + timedelta(days=60),
        )
        for number, name in enumerate(names, start=1)
    ]  # fmt: skip
    first, second, third = rows
    Member.objects.create(rollout=first, user=area_professional, role=MemberRole.AREA_PROFESSIONAL)
    for code, days in (("1.1", 3), ("1.2", 12)):
        RolloutItem.objects.filter(pk=item_of(first, code).pk).update(owner=area_professional, due_on=today - timedelta(days=days))
    RolloutItem.objects.filter(pk=item_of(first, "1.4").pk).update(state=ItemState.WAITING_DECISION)
    RolloutItem.objects.filter(pk=item_of(second, "2.5").pk).update(state=ItemState.BLOCKED, reason="Odotetaan luetteloa")
    RolloutItem.objects.filter(rollout=third).update(state=ItemState.DONE, done_at=now)
    verdicts = [
        (second, "G1", Verdict.CONDITIONS), (second, "G2", Verdict.NO_GO), (second, "G3", Verdict.POSTPONED),
        *((third, key, Verdict.GO) for key in ("G1", "G2", "G3", "G4")),
    ]  # fmt: skip
    for n, (rollout, key, verdict) in enumerate(verdicts):
        GateVerdict.objects.create(
            rollout=rollout, gate=gate_of(rollout, key), verdict=verdict, by=manager, role="manager", digest="0" * 64,
            at=now - timedelta(days=300 - 40 * n),
        )  # fmt: skip
    last = ModelPhase.objects.get(model_version=third.model_version, order=4)
    Rollout.objects.filter(pk=third.pk).update(
        status="maintenance", stage="in_use", phase=last, rooting_until=today + timedelta(90)
    )
    Rollout.objects.filter(pk=second.pk).update(phase=ModelPhase.objects.get(model_version=second.model_version, order=2))
    return first


def seen(page: Page, name: str) -> None:
    """Kept for whoever looks at the pages: SHOTS names the folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_coordinator_sees_what_is_late_and_reminds_its_person(
    window_of: Callable[..., BrowserContext], coordinator: User, several: Rollout, area_professional: User
) -> None:
    page = window_of(coordinator, viewport=DESK, java_script_enabled=False).new_page()
    page.goto("/fi/kayttoonotto/")
    page.get_by_role("link", name="Kaikki samalla taululla").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Käyttöönottojen taulu")
    expect(page.locator(".nlb-row").first).to_contain_text("Suun terveydenhuollon chat")
    for label in ("Muistuta: 1.1, Suun terveydenhuollon chat", "Muistuta: 1.2, Suun terveydenhuollon chat"):
        page.get_by_label(label).check()
    page.get_by_role("button", name="Muistuta tekijöitä").click()
    expect(page.locator(".nlb-letters")).to_contain_text(str(area_professional))
    page.get_by_role("button", name="Lähetä kirje").click()
    expect(page.get_by_role("status").first).to_contain_text("1 muistutus on matkalla")
    assert OutgoingMail.objects.get().to == area_professional.email
    page.get_by_label("Investointi").select_option("I2")
    page.get_by_role("button", name="Näytä", exact=True).click()
    expect(page.locator(".nlb-row")).to_have_count(1)
    page.get_by_role("link", name="Aikajana").click()
    expect(page.get_by_role("table")).to_contain_text("Mielenterveyspalvelujen yhteinen chat")
    assert "investment=I2" in page.url


def test_the_report_prints_without_the_frame_of_the_portal(
    window_of: Callable[..., BrowserContext], manager: User, several: Rollout
) -> None:
    page = window_of(manager, viewport=DESK).new_page()
    page.goto(f"/fi/kayttoonotto/{several.public_id}/")
    page.get_by_role("link", name="Tilanneraportti").click()
    is_clean(page)
    page.emulate_media(media="print")
    for part in (".nl-header-staff", ".nl-footer", ".nlw-ways", ".nla-back"):
        assert not page.locator(part).first.is_visible(), part
    assert page.get_by_role("heading", level=1).is_visible()
    seen(page, "report-print")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.timeout(400)
def test_every_page_is_for_everybody(
    window_of: Callable[..., BrowserContext], coordinator: User, several: Rollout, language: str
) -> None:
    for width, scheme in ((DESK, "light"), (NARROW, "light"), (NARROW, "dark"), (DESK, "dark")):
        page = window_of(coordinator, viewport=width, color_scheme=scheme).new_page()
        heard = complaints(page)
        for name, rest in (
            ("board", BOARD),
            ("empty", f"{BOARD}?stage=rooted"),
            ("timeline", f"{BOARD}aikajana/"),
            ("report", f"kayttoonotto/{several.public_id}/raportti/"),
        ):
            page.goto(f"/{language}/{rest}")
            is_clean(page)
            seen(page, f"{name}-{language}-{width['width']}-{scheme}")
        page.goto(f"/{language}/{BOARD}")
        for box in page.locator(".nlb-line input[type=checkbox]").all():
            box.check()
        page.locator(".nlb-send button").click()
        expect(page.locator(".nlb-letters li")).to_have_count(1)
        is_clean(page)
        seen(page, f"remind-{language}-{width['width']}-{scheme}")
        assert not heard


@pytest.fixture
def forty(several: Rollout, county: County, coordinator: User, manager: User) -> None:
    """37 more, so that there are 40: each further than the one before, two things late in each, some blocked, long names."""
    now, today = timezone.now(), timezone.localdate()
    for number in range(37):
        name = f"{number} Ikääntyneidenasiakasohjausyksikönyhteischat" if number % 5 == 0 else f"Chat {number}"
        names = {"fi": name, "sv": f"{name} (sv)", "en": f"{name} (en)"}
        row = start_rollout(by=acting(coordinator), county=county, name=names, now=now, tags=[f"aihe {number % 7}"])
        items = list(RolloutItem.objects.filter(rollout=row).order_by("model_item__phase__order", "model_item__order"))
        for nth, item in enumerate(items[: number % 20 + 4]):
            item.owner = (coordinator, manager)[nth % 2]
            item.state, item.done_at = (ItemState.DONE, now) if nth < number % 20 else (ItemState.IN_PROGRESS, None)
            item.due_on = today + timedelta(days=nth - number % 20 - 2)
        if number % 6 == 0:
            items[23].state, items[23].reason = ItemState.BLOCKED, "Odotetaan"
        RolloutItem.objects.bulk_update(items, ["owner", "state", "done_at", "due_on", "reason"])


@pytest.mark.timeout(400)
def test_a_board_of_forty_rollouts_is_for_everybody(
    window_of: Callable[..., BrowserContext], coordinator: User, forty: None
) -> None:
    for language, width, scheme in (("fi", NARROW, "light"), ("sv", NARROW, "dark"), ("en", DESK, "light")):
        page = window_of(coordinator, viewport=width, color_scheme=scheme).new_page()
        heard = complaints(page)
        for name, rest in (("board", BOARD), ("timeline", f"{BOARD}aikajana/")):
            page.goto(f"/{language}/{rest}")
            if name == "board":
                expect(page.locator(".nlb-row")).to_have_count(40)
            is_clean(page)
            seen(page, f"forty-{name}-{language}-{width['width']}-{scheme}")
        assert not heard
