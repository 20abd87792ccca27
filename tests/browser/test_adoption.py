"""A coordinator takes a chat from its start to the first gate, and an area professional does her items; by keyboard, on a phone, in
three languages, in the dark, and without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from accounts.models import User
from adoption.choices import ItemState, MemberRole
from adoption.models import CommunicationAction, Member, Rollout, RolloutItem
from adoption.operations import comment_item, move_item, record_decision, start_rollout
from services.models import County
from tests.adoption.conftest import item_of, part_of
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK, PHONE, complaints
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW = {"width": 360, "height": 740}


@pytest.fixture
def lively(rollouts_portal: Serve, county: County, coordinator: User, manager: User, area_professional: User) -> Rollout:
    """A rollout in the middle: something late, something blocked, something decided."""
    now = timezone.now()
    rollout = start_rollout(
        by=acting(coordinator),
        county=county,
        name={"fi": "Mielenterveyspalvelujen chat", "sv": "Chatt för mentalvårdstjänster", "en": "Mental health chat"},
        now=now,
        programme="RRP",
        pillar="P4",
        investment="I4",
        funders=["rrf"],
        links=[{"name": "Sote-apuri", "url": "https://esimerkki.invalid/"}],
    )
    Member.objects.create(rollout=rollout, user=area_professional, role=MemberRole.AREA_PROFESSIONAL, expertise="muistisairaudet")
    Member.objects.create(rollout=rollout, user=coordinator, role=MemberRole.PROJECT_COORDINATOR)
    decision = part_of(rollout, "1.4", "decision")
    today = timezone.localdate()
    record_decision(by=acting(manager), part=decision, outcome="approved", on=today, text="Perustetaan palvelu.", now=now)
    move_item(by=acting(coordinator), item=item_of(rollout, "1.4"), to="done", now=now)
    move_item(by=acting(coordinator), item=item_of(rollout, "2.5"), to="blocked", reason="Odotetaan luetteloa", now=now)
    RolloutItem.objects.filter(pk=item_of(rollout, "1.2").pk).update(due_on=today - timedelta(days=3))
    RolloutItem.objects.filter(pk=item_of(rollout, "1.1").pk).update(owner=area_professional, due_on=today + timedelta(days=3))
    CommunicationAction.objects.create(
        rollout=rollout, on=today, audience="residents", what="Juttu illan chatista", medium="Paikallislehti"
    )
    comment_item(by=acting(area_professional), item=item_of(rollout, "2.1"), text="Illat ovat vilkkaimpia.", now=now)
    return rollout


def pages(rollout: Rollout) -> list[str]:
    """The rest of the address of each page."""
    start = f"kayttoonotto/{rollout.public_id}/"
    items = [f"{start}tehtava/{item_of(rollout, code).public_id}/" for code in ("1.1", "1.4", "1.6", "2.1", "4.2", "4.3")]
    rest = ["", "kortti/", "lopeta/", "lomake/need_mapping/", "lomake/cost_estimate/", "portti/G1/"]
    return ["kayttoonotto/", "kayttoonotto/uusi/", *(start + each for each in rest), *items]


def test_the_coordinator_starts_a_rollout_and_gets_it_through_the_first_gate(
    window_of: Callable[..., BrowserContext], coordinator: User, manager: User, county: County
) -> None:
    page = window_of(coordinator, viewport=DESK).new_page()
    heard = complaints(page)
    page.goto("/fi/kayttoonotto/")
    page.get_by_role("link", name="Aloita käyttöönotto").click()
    page.get_by_role("button", name="Aloita käyttöönotto").click()
    expect(page.get_by_role("alert")).to_contain_text("Nimi suomeksi")
    page.get_by_label("Nimi suomeksi").fill("Neuvolan chat")
    page.get_by_label("Johdon tukihenkilö").select_option(label=str(manager))
    page.get_by_role("button", name="Aloita käyttöönotto").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Neuvolan chat")
    rollout = Rollout.objects.get()

    # The first thing to do, and its form, filled in little by little.
    page.locator(".nla-do").get_by_role("link").first.click()
    page.get_by_role("link", name="Täytä lomake").click()
    page.get_by_label("Ehdotuksen nimi").fill("Chat neuvolaan")
    page.get_by_role("button", name="Tallenna lomake").click()
    expect(page.get_by_role("status")).to_contain_text("Vielä täytettävänä")
    for label in ("Palvelualue", "Mikä ongelma", "Ketkä hyötyvät", "Miten asia hoidetaan nyt", "Ehdottaja", "Vastaanottaja"):
        page.get_by_label(label).fill("Neuvola")
    page.get_by_role("button", name="Tallenna lomake").click()
    expect(page.locator("#osa-form-development-proposal")).to_have_attribute("data-standing", "filled")
    page.get_by_role("button", name="Merkitse tehdyksi").click()
    expect(page.locator("h1 + .nla-marks .nla-state")).to_have_text("Tehty")

    # The question is answered from the rollout's page.
    page.goto(f"/fi/kayttoonotto/{rollout.public_id}/")
    page.get_by_label("Ei", exact=True).check()
    page.get_by_role("button", name="Tallenna vastaus").click()
    expect(page.get_by_role("status")).to_contain_text("Vastaus tallennettiin")
    assert item_of(rollout, "1.6").state == ItemState.NOT_APPLICABLE

    # Management decides; the coordinator marks it, and management lets it through the gate.
    chief = window_of(manager, viewport=DESK).new_page()
    chief.goto(f"/fi/kayttoonotto/{rollout.public_id}/tehtava/{item_of(rollout, '1.4').public_id}/")
    chief.get_by_text("Kirjaa päätös").click()
    chief.get_by_label("Hyväksytty", exact=True).check()
    chief.get_by_label("Mitä päätettiin").fill("Perustetaan neuvolan chat.")
    chief.locator("#osa-decision").get_by_role("button", name="Tallenna").click()
    expect(chief.locator("#osa-decision")).to_have_attribute("data-standing", "filled")
    expect(chief.locator("#osa-decision").get_by_role("status")).to_contain_text("Päätös kirjattiin")
    expect(chief.locator("#osa-decision").get_by_role("status")).to_be_in_viewport()
    page.goto(f"/fi/kayttoonotto/{rollout.public_id}/tehtava/{item_of(rollout, '1.4').public_id}/")
    page.get_by_role("button", name="Merkitse tehdyksi").click()
    chief.goto(f"/fi/kayttoonotto/{rollout.public_id}/portti/G1/")
    chief.locator("input[name=verdict][value=go]").check()
    chief.get_by_label("Olen lukenut tarkistuslistan").check()
    chief.get_by_role("button", name="Kirjaa ratkaisu").click()
    chief.get_by_role("link", name="Tulostettava päätösmuistio").click()
    expect(chief.get_by_role("heading", level=1)).to_have_text("Päätösmuistio")
    is_clean(chief)
    chief.emulate_media(media="print")
    assert not chief.locator(".nl-header-staff").is_visible()
    memo = chief.locator(".nla-memo").evaluate("each => getComputedStyle(each).display")
    end = chief.locator(".nla-memo-end").evaluate("each => getComputedStyle(each).breakInside")
    assert (memo, end) == ("block", "avoid"), "no page break lays a line over another, or leaves the signature alone"
    chief.emulate_media(media="screen")
    chief.set_viewport_size({"width": 360, "height": 740})
    state = chief.locator(".nla-memo tbody td", has_text="Aloittamatta").first
    lines = "each => { const range = document.createRange(); range.selectNodeContents(each); return range.getClientRects().length }"
    assert state.evaluate(lines) == 1, "the state’s word is not broken"
    page.goto("/fi/kayttoonotto/")
    expect(page.locator(".nla-card .nla-accent")).to_contain_text("Määrittely ja suunnittelu")
    assert not [words for words in heard if "422" not in words]


def test_the_area_professional_finds_her_item_and_does_it_on_a_phone_without_a_script(
    window_of: Callable[..., BrowserContext], area_professional: User, lively: Rollout
) -> None:
    page = window_of(area_professional, viewport=PHONE, java_script_enabled=False).new_page()
    page.goto("/fi/ammattilainen/")
    page.get_by_role("link", name="Käyttöönotot").click()
    page.locator(".nla-own").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1.1")
    page.get_by_role("button", name="Aloita työ").click()
    expect(page.locator("h1 + .nla-marks .nla-state")).to_have_text("Käynnissä")
    page.get_by_role("button", name="Merkitse tehdyksi").click()
    expect(page.get_by_role("alert")).to_contain_text("Kehittämisehdotus")
    page.get_by_label("Kommentti").fill("Omaiset kysyvät iltaisin.")
    page.get_by_role("button", name="Lisää kommentti").click()
    expect(page.locator("#kommentit")).to_contain_text("Omaiset kysyvät iltaisin.")
    page.get_by_text("Jokin estää tämän").first.click()
    page.locator("details[open]").get_by_label("Miksi?").fill("Lomake puuttuu")
    page.locator("details[open]").get_by_role("button").click()
    expect(page.locator("h1 + .nla-marks .nla-state")).to_have_text("Estynyt")


def test_an_item_is_done_by_keyboard_alone(
    window_of: Callable[..., BrowserContext], area_professional: User, lively: Rollout
) -> None:
    page = window_of(area_professional, viewport=DESK).new_page()
    page.goto(f"/fi/kayttoonotto/{lively.public_id}/tehtava/{item_of(lively, '2.1').public_id}/")
    page.locator("#osa-evidence summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Kirjattiin tarpeet yhdessä.")
    page.locator("#osa-evidence").get_by_role("button", name="Tallenna").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#osa-evidence")).to_have_attribute("data-standing", "filled")
    page.get_by_role("button", name="Merkitse tehdyksi").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1 + .nla-marks .nla-state")).to_have_text("Tehty")


@pytest.mark.parametrize(("language", "scheme"), [("fi", "light"), ("sv", "dark"), ("en", "light")])
def test_every_page_is_accessible_and_fits_a_phone(
    language: str, scheme: str, window_of: Callable[..., BrowserContext], coordinator: User, manager: User, lively: Rollout
) -> None:
    for who, view in ((coordinator, DESK), (manager, NARROW)):
        page = window_of(who, viewport=view, color_scheme=scheme).new_page()
        for address in pages(lively):
            if who == manager and address.endswith(("uusi/", "kortti/", "lopeta/")):
                continue
            page.goto(f"/{language}/{address}")
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            is_clean(page)


def test_every_page_fits_a_phone_in_large_text(
    window_of: Callable[..., BrowserContext], coordinator: User, lively: Rollout
) -> None:
    context = window_of(coordinator, viewport=NARROW, color_scheme="dark")
    page = context.new_page()
    for address in pages(lively):
        page.goto(f"/fi/{address}")
        page.evaluate("document.documentElement.classList.add('nl-large')")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), address
