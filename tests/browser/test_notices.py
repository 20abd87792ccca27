"""A notice to the staff and the residents' guide in a browser, and a chapter with its question by keyboard; axe on each page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import User
from handbook.choices import ChapterAudience
from handbook.models import Chapter, ChapterVersion
from services.models import County, Queue
from tests.browser.axe import is_clean
from tests.browser.test_handbook import PHONE, ROOT, opened
from tests.handbook.conftest import text
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Make = Callable[..., Serve]


@pytest.fixture
def portal(
    county: County, queue: Queue, responder: User, colleague: User, supervisor: User, main_user: User, make_portal: Make
) -> Serve:
    guide = Chapter.objects.create(county=county, key="residents_guide", audience=ChapterAudience.RESIDENTS, per_service=True)
    facts = {"title": text("Näin asioit chatissa"), "body": text("## Mitä et kirjoita\n\n- Älä kirjoita henkilötunnusta.")}
    ChapterVersion.objects.create(chapter=guide, number=1, state="published", published_at=timezone.now(), **facts)
    return make_portal()


def test_a_notice_from_its_writer_to_its_reader_without_a_script(
    chromium: Browser, portal: Serve, supervisor: User, responder: User
) -> None:
    writing = opened(chromium, portal, supervisor, f"{ROOT}tiedotteet/", java_script_enabled=False)
    expect(writing.get_by_text("Tiedotteita ei nyt ole.")).to_be_visible()
    writing.get_by_role("link", name="Kirjoita tiedote").click()
    writing.get_by_label("Otsikko suomeksi").fill("Uusi numero")
    writing.get_by_label("Otsikko ruotsiksi").fill("Nytt nummer")
    writing.get_by_label("Teksti suomeksi").fill("Soita **vaihteeseen**. <script>alert(1)</script>")
    writing.get_by_label("Teksti ruotsiksi").fill("Ring växeln.")
    writing.get_by_label("Pidä taulun ensimmäisenä").check()
    writing.get_by_role("button", name="Tallenna luonnos").click()
    writing.get_by_role("button", name="Julkaise").click()
    expect(writing.get_by_text("0/2 on lukenut")).to_be_visible()

    reading = opened(chromium, portal, responder, "/fi/vastaaja/", **PHONE)
    is_clean(reading)
    reading.get_by_role("link", name="1 lukematon tiedote", exact=True).click()
    is_clean(reading)
    reading.get_by_role("link", name="Uusi numero").click()
    is_clean(reading)
    reading.get_by_role("button", name="Olen lukenut tämän tiedotteen").press("Enter")
    expect(reading.get_by_text("Merkitty luetuksi.")).to_be_visible()

    told = opened(chromium, portal, supervisor, f"{ROOT}tiedotteet/")
    is_clean(told)
    told.get_by_role("link", name="Uusi numero").click()
    expect(told.get_by_text("1/2 on lukenut")).to_be_visible()
    expect(told.get_by_text("Kaisa")).to_be_visible()
    is_clean(told)
    told.get_by_role("link", name="Kirjoita korjaus").click()
    is_clean(told)


def test_a_resident_reads_the_guide_before_the_chat_without_a_script(chromium: Browser, portal: Serve) -> None:
    with chromium.new_context(base_url=portal.url, java_script_enabled=False, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto("/fi/palvelu/ikaantyneet/")
        page.get_by_role("link", name="Näin chat toimii").click()
        expect(page.get_by_text("Älä kirjoita henkilötunnusta.")).to_be_visible()
        page.get_by_role("link", name="Siirry chattiin").click()
        expect(page.get_by_role("link", name="Näin chat toimii")).to_be_visible()
        page.get_by_role("button", name="Aloita keskustelu").click()
        expect(page.get_by_role("link", name="Näin chat toimii")).to_be_visible()
    with chromium.new_context(base_url=portal.url, **PHONE) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/sv/opas/ikaantyneet/")
        is_clean(page)


def test_a_chapter_of_ones_own_and_its_question_by_keyboard(chromium: Browser, portal: Serve, main_user: User) -> None:
    page = opened(chromium, portal, main_user, f"{ROOT}yllapito/")
    page.get_by_role("link", name="Lisää luku").press("Enter")
    is_clean(page)
    page.get_by_label("Otsikko suomeksi").press_sequentially("Loma-ajat")
    for words in ("Semestrar", "Holidays", "loma-ajat"):
        page.keyboard.press("Tab")
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.get_by_label("Teksti suomeksi").fill("Kesällä.")
    page.get_by_label("Teksti ruotsiksi").fill("På sommaren.")
    page.get_by_role("button", name="Tallenna luonnos").press("Enter")
    page.get_by_role("link", name="Kertauskysymykset").press("Enter")
    is_clean(page)
    page.get_by_role("link", name="Lisää kysymys").press("Enter")
    is_clean(page)
    page.get_by_label("Kysymys suomeksi").press_sequentially("Milloin?")
    for words in ("Talvella.", "Kesällä.", "", "", "Niin sovittiin.", "När?", "På vintern.", "På sommaren.", "", "", "Så är det."):
        page.keyboard.press("Tab")
        page.keyboard.type(words)
    page.get_by_label("Vastaus 2", exact=True).check()
    page.get_by_role("button", name="Tallenna luonnokseen").press("Enter")
    expect(page.get_by_text("Kysymys tallennettiin luonnokseen.")).to_be_visible()
    expect(page.get_by_text("Kesällä.")).to_be_visible()
    is_clean(page)
