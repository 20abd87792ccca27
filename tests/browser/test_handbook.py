"""The handbook in a browser: a text from its draft to its readers, two editors, and orientation; axe on each page."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from handbook.choices import Skill
from handbook.models import Chapter, ChapterVersion
from handbook.operations.chapters import begin_draft, save_draft
from handbook.operations.orientation import assess_skills, save_plan
from handbook.operations.pictures import add_picture
from services.models import County, Queue
from tests.browser.axe import is_clean
from tests.browser.windows import staff_window
from tests.conftest import acting, make_grant, make_person
from tests.handbook.conftest import PORTAL, text
from tests.handbook.test_orientation import QUESTIONS
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOT = "/fi/kasikirja/"
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
Make = Callable[..., Serve]


@pytest.fixture
def chapter(county: County) -> Chapter:
    duties = [{"key": "values", "text": text("Neljä arvoa ja esimerkki jokaisesta."), "values": []}]
    return Chapter.objects.create(county=county, key="chat_as_channel", order=1, in_orientation=True, duties=duties)


@pytest.fixture
def portal(chapter: Chapter, queue: Queue, responder: User, supervisor: User, main_user: User, make_portal: Make) -> Serve:
    return make_portal()


def opened(chromium: Browser, portal: Serve, user: User, path: str, **choices: Any) -> Page:
    page = staff_window(chromium, portal, user, **choices).new_page()
    page.goto(path)
    return page


def wide_picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (2400, 200), "teal").save(content, "PNG")
    return content.getvalue()


def test_from_a_draft_to_its_readers_without_a_script(
    chromium: Browser, portal: Serve, county: County, main_user: User, responder: User
) -> None:
    writing = opened(chromium, portal, main_user, f"{ROOT}luku/chat_as_channel/muokkaa/", java_script_enabled=False)
    writing.get_by_label("Otsikko suomeksi").fill("Chat palvelukanavana")
    writing.get_by_label("Otsikko ruotsiksi").fill("Chatten som servicekanal")
    writing.get_by_label("Teksti suomeksi").fill("## Arvot\n\nPalvelemme **yhdenvertaisesti**. <script>alert(1)</script>")
    writing.get_by_label("Teksti ruotsiksi").fill("## Värderingar\n\nVi ger service på lika villkor.")
    writing.get_by_role("button", name="Esikatsele").click()
    expect(writing.get_by_role("heading", name="Arvot")).to_be_visible()
    expect(writing.locator(".nlh-preview script")).to_have_count(0)
    writing.get_by_role("button", name="Tallenna ja lähetä tarkistettavaksi").click()
    expect(writing.get_by_text("joku muu hyväksyy sen")).to_be_visible()

    other = make_person("pirjo")
    make_grant(other, "main_user", county=county)
    approving = opened(chromium, portal, other, f"{ROOT}yllapito/")
    is_clean(approving)
    approving.get_by_role("link", name="Chat palvelukanavana").first.click()
    is_clean(approving)
    approving.get_by_role("button", name="Hyväksy ja julkaise").click()
    expect(approving.get_by_text("Vahvista, että tekstissä on").first).to_be_visible()
    approving.get_by_label("Neljä arvoa ja esimerkki jokaisesta.").check()
    approving.get_by_role("button", name="Hyväksy ja julkaise").click()
    expect(approving.get_by_text("Julkaistu: lukijat näkevät tekstin nyt.")).to_be_visible()
    is_clean(approving)

    reading = opened(chromium, portal, responder, ROOT, **PHONE)
    is_clean(reading)
    reading.get_by_role("link", name="Jatka lukemista: Chat palvelukanavana").click()
    is_clean(reading)
    reading.get_by_role("button", name="Olen lukenut tämän luvun").press("Enter")
    expect(reading.get_by_text("Merkitty luetuksi.")).to_be_visible()
    reading.get_by_label("Viestisi").fill("Lisätään esimerkki.")
    reading.get_by_role("button", name="Lähetä").click()
    expect(reading.get_by_text("Lisätään esimerkki.", exact=True)).to_be_visible()
    for path in ("kaikki/", "luku/chat_as_channel/historia/"):
        reading.goto(ROOT + path)
        is_clean(reading)


def test_two_editors_and_nothing_is_lost(chromium: Browser, portal: Serve, chapter: Chapter, main_user: User) -> None:
    draft = begin_draft(by=PORTAL, chapter=chapter)
    draft = save_draft(by=PORTAL, version=draft, title=text("Otsikko"), body=text("Alku."), seen=draft.version)
    page = opened(chromium, portal, main_user, f"{ROOT}luku/chat_as_channel/muokkaa/")
    is_clean(page)
    page.get_by_label("Teksti suomeksi").fill("Paulan sanat.")
    save_draft(by=PORTAL, version=draft, title=text("Otsikko"), body=text("Toisen sanat."), seen=draft.version)
    page.get_by_role("button", name="Tallenna luonnos").click()
    expect(page.get_by_role("heading", name="Joku muu tallensi tämän tekstin")).to_be_visible()
    expect(page.locator("ins", has_text="Toisen").first).to_be_visible()
    expect(page.locator("del", has_text="Paulan").first).to_be_visible()
    expect(page.get_by_label("Teksti suomeksi")).to_have_value("Paulan sanat.")
    is_clean(page)


def test_orientation_from_questions_to_the_supervisors_word(
    chromium: Browser, portal: Serve, chapter: Chapter, queue: Queue, responder: User, supervisor: User, publish_text: None
) -> None:
    save_plan(by=acting(supervisor), service=queue.service, is_required=True, with_practice=False)
    page = opened(chromium, portal, responder, f"{ROOT}perehdytys/", **PHONE)
    is_clean(page)
    page.get_by_role("link", name="Vastaa kysymyksiin").click()
    page.get_by_label("Odotan.").check()
    page.get_by_role("button", name="Tarkista").click()
    expect(page.get_by_text("Apu ei odota.")).to_be_visible()
    is_clean(page)
    page.get_by_label("Soitan.").check()
    page.get_by_role("button", name="Tarkista").click()
    expect(page.get_by_text("Kaikki muu on tehty: kerro esihenkilöllesi")).to_be_visible()

    assess_skills(by=acting(responder), county=queue.service.county, levels={Skill.SERVICES: 2}, now=timezone.now())
    leading = opened(chromium, portal, supervisor, f"{ROOT}perehdytys/ryhma/{queue.service.key}/", **PHONE)
    is_clean(leading)
    leading.get_by_role("button", name="Vahvista perehdytys").click()
    expect(leading.get_by_text("Vahvistettu")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Voit ottaa keskusteluja.")).to_be_visible()


@pytest.fixture
def publish_text(chapter: Chapter) -> None:
    """The chapter as it was published, with a question."""
    facts = {"title": text("Tietoturva"), "body": text("Lue minut."), "questions": QUESTIONS}
    ChapterVersion.objects.create(chapter=chapter, number=1, state="published", published_at=timezone.now(), **facts)


def test_what_is_too_wide_widens_no_page_and_no_panel(
    chromium: Browser, portal: Serve, chapter: Chapter, main_user: User, responder: User
) -> None:
    """A word without end, a long line of code, a wide table and a wide picture: on a phone and beside a conversation."""
    title = "Palvelutarpeenarviointi" * 6
    row = begin_draft(by=acting(main_user), chapter=chapter)
    picture = add_picture(by=acting(main_user), county=chapter.county, name="leveä.png", content=wide_picture(), now=timezone.now())
    table = f"| {'y' * 400} | b |\n|---|---|\n| 1 | {'z' * 300} |"
    body = f"{'x' * 5000}\n\n```\n{'k' * 900}\n```\n\n{table}\n\n![Leveä kaavio](kuva:{picture.public_id})"
    ChapterVersion.objects.filter(pk=row.pk).update(
        title=text(title), body=text(body), state="published", published_at=timezone.now()
    )
    page = opened(chromium, portal, main_user, f"{ROOT}luku/{chapter.key}/", **PHONE)
    for path in ("", "historia/", "muokkaa/", "vastuut/"):
        page.goto(f"{ROOT}luku/{chapter.key}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    for choices in (PHONE, {"viewport": {"width": 1440, "height": 900}}):
        page = opened(chromium, portal, responder, "/fi/vastaaja/", **choices)
        page.wait_for_selector('[data-slot=connection][data-state="online"]', state="attached")
        page.keyboard.press("Shift+F1")
        page.locator("console-beside").get_by_role("link", name=title).first.click()
        expect(page.locator("console-beside img")).to_have_js_property("complete", True)
        assert page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('[data-slot=beside-body]'))")
