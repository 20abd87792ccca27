"""The work around a rollout in a browser: without a script, on a phone, in the dark, and axe on each page."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import User
from adoption.models import (
    Attachment,
    CommunicationAction,
    DiaryEntry,
    Meeting,
    Member,
    ModelItem,
    Risk,
    Rollout,
    RolloutItem,
    SystemDependency,
)
from adoption.operations.attachments import attach_file, put_cover
from adoption.operations.calendars import make_calendar
from services.models import County, Improvement, Queue
from tests.accounts.test_files import PDF_FILE, png
from tests.adoption.work.conftest import make_rollout
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK, PHONE
from tests.browser.windows import staff_window
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"width": 360, "height": 740}


@pytest.fixture
def rollout(county: County, queue: Queue) -> Rollout:
    return make_rollout(county, queue.service)


@pytest.fixture
def item(rollout: Rollout) -> RolloutItem:
    assert rollout.phase is not None
    model_item = ModelItem.objects.create(
        phase=rollout.phase, code="1.1", key="tarve", order=1, responsible="ict", text_fi="Tarve", text_sv="Behov", text_en="Need"
    )
    return RolloutItem.objects.create(rollout=rollout, model_item=model_item)


@pytest.fixture
def filled(rollout: Rollout, item: RolloutItem, coordinator: User, manager: User) -> None:
    """Something on every page, long words too."""
    today, now, by = timezone.localdate(), timezone.now(), acting(coordinator)
    word = "Asiakasohjausyksikönkehittämissuunnitelmaluonnos"
    held = Meeting.objects.create(rollout=rollout, title=word, on=today - timedelta(days=9), outcome=f"Sovittiin\n{word * 2}")
    held.participants.create(user=manager, role="manager")
    Meeting.objects.create(rollout=rollout, title="Vastaajien tapaaminen", kind="responders", on=today + timedelta(days=9))
    CommunicationAction.objects.create(
        rollout=rollout, audience="residents", what=word, medium="Paikallislehti", link=f"https://alue.test/{word.lower()}"
    )
    Risk.objects.create(rollout=rollout, text=word, plan="Lisää vastaajia", metric="M06", owner=manager)
    Risk.objects.create(rollout=rollout, text="Uusi yhteistyö", kind="opportunity", closed_on=today)
    DiaryEntry.objects.create(rollout=rollout, text=word, made_by=coordinator)
    SystemDependency.objects.create(rollout=rollout, system="Kertomus", recorded_where=word, integration="planned")
    Member.objects.create(rollout=rollout, user=coordinator, role="project_coordinator", expertise="ikääntyneet")
    Improvement.objects.create(
        county=rollout.county,
        service=rollout.service,
        title=word,
        description="Pitkään odottanut",
        moved_at=now - timedelta(days=200),
    )
    Improvement.objects.create(county=rollout.county, title="Tehty", state="done", closing_note="Valmis")
    attach_file(by=by, item=item, name=f"{word}.pdf", content=PDF_FILE, now=now)
    put_cover(by=by, rollout=rollout, alt={"fi": "Kaksi ihmistä", "sv": "Två personer"}, name="k.png", content=png(), now=now)
    make_calendar(by=by, now=now)


def pages(rollout: Rollout, item: RolloutItem) -> list[str]:
    meeting = Meeting.objects.filter(rollout=rollout).latest("on").public_id
    held = Meeting.objects.filter(rollout=rollout).earliest("on").public_id
    risk, idea = Risk.objects.earliest("pk").public_id, Improvement.objects.earliest("pk").public_id
    return [
        "kokoukset/",
        f"kokoukset/{held}/",
        f"kokoukset/{meeting}/muuta/",
        "kokoukset/uusi/?kind=responders",
        "viestinta/",
        "viestinta/uusi/",
        "riskit/",
        f"riskit/{risk}/",
        "ideat/",
        f"ideat/{idea}/",
        "paivakirja/",
        "jarjestelmat/",
        "jasenet/",
        "jasenet/uusi/",
        "kalenteri/",
        "kansikuva/",
        f"tehtava/{item.public_id}/liitteet/",
    ]


@pytest.mark.parametrize(
    ("language", "choices"),
    [
        ("fi", {"viewport": SMALL}),
        ("sv", {"viewport": DESK, "color_scheme": "dark"}),
        ("en", {"viewport": PHONE, "color_scheme": "dark"}),
    ],
)
def test_every_page_is_clean_and_fits(
    chromium: Browser,
    filled: None,
    rollout: Rollout,
    item: RolloutItem,
    coordinator: User,
    make_portal: Callable[..., Serve],
    language: str,
    choices: dict[str, object],
) -> None:
    portal = make_portal()
    with staff_window(chromium, portal, coordinator, **choices) as context:
        page = context.new_page()
        for number, path in enumerate(pages(rollout, item)):
            page.goto(f"/{language}/kayttoonotto/{rollout.public_id}/{path}")
            if folder := os.environ.get("SHOTS"):
                page.screenshot(path=str(Path(folder) / f"{language}-{number}.png"), full_page=True)
            is_clean(page)


def test_a_meeting_a_vote_and_a_file_without_a_script(
    chromium: Browser,
    filled: None,
    rollout: Rollout,
    item: RolloutItem,
    coordinator: User,
    manager: User,
    make_portal: Callable[..., Serve],
    tmp_path: Path,
) -> None:
    portal = make_portal()
    home = f"/fi/kayttoonotto/{rollout.public_id}"
    with staff_window(chromium, portal, coordinator, viewport=SMALL, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{home}/kokoukset/")
        page.get_by_role("link", name="Vastaajien kuukausitapaaminen").click()
        expect(page.get_by_label("Esityslista")).to_contain_text("ei ole edennyt 180 päivään")
        page.locator("[name=on]").fill(f"{timezone.localdate():%Y-%m-%d}")
        page.get_by_label("Mitä sovittiin").fill("Aloitetaan ideasta")
        row = page.get_by_role("group", name="Osallistuja 1")
        row.get_by_label("Henkilö").select_option(label=str(manager))
        row.get_by_label("Rooli").select_option("manager")
        page.get_by_role("button", name="Lisää rivejä").click()
        expect(page.get_by_role("group", name="Osallistuja 6")).to_be_visible()
        page.get_by_role("button", name="Tallenna kokous").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Vastaajien kuukausitapaaminen")
        expect(page.locator("main")).to_contain_text("Aloitetaan ideasta")
        expect(page.locator("main")).to_contain_text(str(manager))

        page.goto(f"{home}/ideat/")
        page.get_by_role("button", name="Äänestä").click()
        expect(page.locator(".nlw-votes")).to_have_text("1 ääni")
        page.get_by_role("button", name="Peru ääneni").click()
        expect(page.locator(".nlw-votes")).to_have_text("0 ääntä")

        page.goto(f"{home}/tehtava/{item.public_id}/liitteet/")
        page.set_input_files("input[type=file]", {"name": "raportti.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00"})
        page.get_by_role("button", name="Lisää tiedosto").click()
        expect(page.get_by_role("alert")).to_contain_text("Tällaista tiedostoa ei oteta vastaan")
        page.set_input_files("input[type=file]", {"name": "raportti.pdf", "mimeType": "application/pdf", "buffer": PDF_FILE})
        page.get_by_role("button", name="Lisää tiedosto").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="raportti.pdf", exact=True).click()
        assert download.value.path().read_bytes() == PDF_FILE
        assert download.value.suggested_filename == "raportti.pdf"
    assert Attachment.objects.count() == 2
