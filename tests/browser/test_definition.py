"""The coordinator defines a service, makes its draft, and settles what the main user changed; on a phone and in the dark too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actors import System
from accounts.models import User
from adoption.models import Rollout
from adoption.operations import load_shipped_models, start_rollout
from adoption.operations.definition import apply_definition, save_definition, standing_of
from services.models import County, Queue, ResponderGroup, Service
from services.operations import change_row
from tests.adoption.definition.conftest import WHOLE
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK, complaints
from tests.conftest import acting
from tests.serve.portal import Serve, staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"width": 360, "height": 740}


@pytest.fixture
def portal(county: County, group: ResponderGroup, make_portal: Callable[..., Serve]) -> Serve:
    load_shipped_models(by=System("test"), now=timezone.now(), counties=[county.code])
    return make_portal()


@pytest.fixture
def window_of(chromium: Browser, portal: Serve) -> Iterator[Callable[..., BrowserContext]]:
    opened = []

    def make(user: User, **choices: object) -> BrowserContext:
        context = chromium.new_context(base_url=portal.url, reduced_motion="reduce", **choices)  # type: ignore[arg-type]
        name, value = staff_cookie(user).split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": portal.url}])
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def rollout(portal: Serve, county: County, coordinator: User) -> Rollout:
    names = {"fi": "Chat neuvolaan", "sv": "Chatt för rådgivningen", "en": "Clinic chat"}
    return start_rollout(by=acting(coordinator), county=county, name=names, now=timezone.now())


def picture(page: Page, name: str) -> None:
    """Only when somebody wants to look: PICTURES=folder."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_from_an_empty_rollout_to_a_draft_that_is_changed_and_taken_back(
    window_of: Callable[..., BrowserContext], rollout: Rollout, coordinator: User, main_user: User
) -> None:
    """Without a script, from the first word to the last."""
    page = window_of(coordinator, viewport=DESK, java_script_enabled=False).new_page()
    page.goto(f"/fi/kayttoonotto/{rollout.public_id}/")
    page.get_by_role("link", name="Määritys", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Palvelun määritys")
    page.get_by_label("Julkinen nimi (suomi)").fill("Neuvolan chat")
    page.get_by_label("Julkinen nimi (ruotsi)").fill("Rådgivningens chatt")
    page.get_by_label("Palvelulupaus (suomi)").fill("Vastaamme viidessä minuutissa.")
    page.get_by_label("Kenelle (suomi)").fill("Lapsiperheet")
    page.get_by_label("Toimenpiteet omin sanoin").fill("Neuvonta ja ajanvarauspyyntö")
    first = page.get_by_role("group", name="Uusi jono")
    first.get_by_label("Jonon nimi suomeksi").fill("Yleiset asiat")
    first.get_by_label("Maanantai").fill("kahdeksasta neljään")
    first.get_by_label("Asiakasohjaajat").check()
    metric = page.get_by_role("group", name="Mittari 1")
    metric.get_by_label("Mittari", exact=True).select_option(label="M06 Jonotusaika")
    metric.get_by_label("Suunta").select_option("lte")
    metric.get_by_label("Tavoite").fill("300")
    metric.get_by_label("Yksikkö").fill("s")
    page.get_by_label("Kenelle raportti lähetetään").fill("Sirpa Seppä")
    page.get_by_role("button", name="Tallenna määritys").click()

    # What is wrong is told at its row, and nothing that was written is lost.
    expect(page.get_by_role("alert")).to_contain_text("Kirjoita esimerkiksi 8–16")
    row = page.get_by_role("group", name="Yleiset asiat")
    expect(row.get_by_label("Maanantai")).to_have_value("kahdeksasta neljään")
    row.get_by_label("Maanantai").fill("8–12, 13–15.30")
    page.get_by_role("button", name="Lisää jono").click()
    expect(page.get_by_role("group", name="Yleiset asiat").get_by_label("Maanantai")).to_have_value("8–12, 13–15.30")
    second = page.get_by_role("group", name="Uusi jono").first
    second.get_by_label("Jonon nimi suomeksi").fill("Imetys")
    second.get_by_label("Keskiviikko").fill("9–11")
    second.get_by_label("tai uusi vastaajaryhmä").fill("Imetysohjaajat")
    second.get_by_label("Uuden ryhmän ammatti").fill("terveydenhoitaja")
    page.get_by_role("button", name="Tallenna ja katso luonnosta").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Mitä luotaisiin")
    expect(page.locator("main")).to_contain_text("ma 8–12, 13–15.30")
    expect(page.locator("main")).to_contain_text("Imetysohjaajat (uusi ryhmä)")
    assert not Service.objects.exists()
    picture(page, "draft")
    page.get_by_role("button", name="Tee luonnos").click()
    expect(page.locator("main")).to_contain_text("Määritys ja palvelu vastaavat toisiaan.")
    service = Service.objects.get()
    assert (service.status, service.queues.count(), service.targets.count()) == ("draft", 2, 1)

    # The main user sees the draft in the settings, and changes a word there.
    admin = window_of(main_user, viewport=DESK).new_page()
    heard = complaints(admin)
    admin.goto(f"/fi/hallinta/services/service/{service.pk}/change/")
    expect(admin.locator(".nl-admin-life")).to_contain_text("Luonnos")
    expect(admin.get_by_role("link", name="Chat neuvolaan")).to_be_visible()
    promise = admin.locator("[name=promise_fi]")
    expect(promise).to_have_value("Vastaamme viidessä minuutissa.")
    promise.fill("Vastaamme kymmenessä minuutissa.")
    admin.locator("[name=_save]").click()
    expect(admin.locator(".messagelist, .success").first).to_be_visible()
    assert heard == []

    # It shows on both pages, and the definition takes it.
    page.goto(f"/fi/kayttoonotto/{rollout.public_id}/")
    expect(page.locator("#erot")).to_contain_text("Vastaamme kymmenessä minuutissa.")
    expect(page.locator("#erot")).to_contain_text("Vastaamme viidessä minuutissa.")
    page.get_by_role("link", name="Määritys", exact=True).click()
    picture(page, "difference")
    page.get_by_role("button", name="Ota palvelusta määritykseen").click()
    expect(page.locator("main")).to_contain_text("Määritys ja palvelu vastaavat toisiaan.")
    expect(page.get_by_label("Palvelulupaus (suomi)")).to_have_value("Vastaamme kymmenessä minuutissa.")
    assert standing_of(Rollout.objects.get(), now=timezone.now()).differences == ()


@pytest.mark.parametrize(
    ("language", "screen", "scheme"), [("fi", DESK, "light"), ("fi", SMALL, "light"), ("sv", SMALL, "dark"), ("en", DESK, "dark")]
)
def test_the_pages_are_clean_and_fit(
    window_of: Callable[..., BrowserContext],
    rollout: Rollout,
    coordinator: User,
    main_user: User,
    language: str,
    screen: dict[str, int],
    scheme: str,
) -> None:
    by, now = acting(coordinator), timezone.now()
    home = f"/{language}/kayttoonotto/{rollout.public_id}/"
    name = f"{language}-{screen['width']}-{scheme}"
    page = window_of(coordinator, viewport=screen, color_scheme=scheme).new_page()
    heard = complaints(page)
    page.goto(f"{home}maaritys/")
    is_clean(page)
    picture(page, f"empty-{name}")
    save_definition(by=by, rollout=rollout, definition=WHOLE, now=now)
    page.goto(f"{home}maaritys/luonnos/")
    is_clean(page)
    picture(page, f"draft-{name}")
    service = apply_definition(by=by, rollout=rollout, now=now).rollout.service
    assert service is not None
    change_row(by=acting(main_user), row=service, values={"promise_fi": "Vastaamme heti.", "name_en": "Clinic chat"})
    change_row(by=acting(main_user), row=Queue.objects.get(key="imetys"), values={"languages": ["fi", "sv"], "is_active": False})
    for address in ("maaritys/", ""):
        page.goto(f"{home}{address}")
        expect(page.locator("#erot")).to_be_visible()
        is_clean(page)
        picture(page, f"{address.strip('/') or 'rollout'}-{name}")
    page.goto(f"{home}maaritys/")
    page.locator("[name=queues-0-day_0]").fill("x")
    page.locator("[name=promise_fi]").fill("Kesken jäänyt lupaus")
    page.locator("button[value=save]").click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    expect(page.locator("[name=promise_fi]")).to_have_value("Kesken jäänyt lupaus")
    is_clean(page)
    picture(page, f"refused-{name}")
    assert [each for each in heard if "422" not in each] == []
