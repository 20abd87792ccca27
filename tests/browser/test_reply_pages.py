"""The pages of quick replies and of writing in a browser: axe on each, wide and on a dark phone; the chooser by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.actors import Resident, System
from accounts.models import User
from chat.models import Event
from chat.operations import claim_conversation, post_message, start_conversation
from handbook.models import Chapter, QuickReply
from handbook.operations import load_replies, propose_reply
from handbook.operations.chapters import begin_draft, save_draft
from services.models import County, Queue, Service
from services.operations import load_directory
from tests.browser.axe import is_clean
from tests.browser.windows import staff_window
from tests.conftest import acting
from tests.handbook.conftest import PORTAL, text
from tests.handbook.test_uses import picture_of
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOT = "/fi/kasikirja/"
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


@pytest.fixture
def portal(county: County, queue: Queue, main_user: User, responder: User, make_portal: Callable[..., Serve]) -> Serve:
    load_directory(by=System("test"), today=timezone.localdate(), counties=[county.code])
    load_replies(by=System("test"), county=county, now=timezone.now(), approve=True)
    chapter = Chapter.objects.create(county=county, key="security", order=8)
    draft = begin_draft(by=PORTAL, chapter=chapter)
    save_draft(by=PORTAL, version=draft, title=text("Tietoturva"), body=text("Ensin tämä."), seen=draft.version)
    picture_of(county, main_user, "konsoli.png")
    return make_portal()


def test_every_page_of_replies_is_for_everybody(
    chromium: Browser, portal: Serve, county: County, service: Service, responder: User, main_user: User
) -> None:
    now, resident = timezone.now(), Resident(key=uuid4())
    talk = start_conversation(by=resident, service=service, token=uuid4(), body="Hei", now=now)
    claim_conversation(by=acting(responder), conversation=talk.public_id, now=now)
    post_message(by=acting(responder), conversation=talk.public_id, client_id=uuid4(), body="Hyvä neuvo", now=now)
    proposal = propose_reply(
        by=acting(responder), county=county, service=service, language="fi", title="Neuvo", text="Hyvä neuvo kaikille", now=now
    )
    twin, kept = QuickReply.objects.get(shortcut="/hetki"), QuickReply.objects.get(shortcut="/112")
    QuickReply.objects.create(county=county, key="k", shortcut="/kopio", title_fi="Sama", text_fi=twin.text_fi, approved_at=now)
    pages = [
        "pikavastaukset/",
        "pikavastaukset/?nayta=review",
        "pikavastaukset/uusi/",
        f"pikavastaukset/{kept.public_id}/",
        f"pikavastaukset/ehdotus/{proposal.public_id}/",
        "pikavastaukset/tuo/",
        "pikavastaukset/samankaltaiset/",
        "pikavastaukset/tuloste/",
        "kuvat/",
        "luku/security/muokkaa/",
    ]
    own = [f"pikavastaukset/{kept.public_id}/", "pikavastaukset/"]
    said = Event.objects.get(conversation=talk, body="Hyvä neuvo").seq
    beside = [f"/fi/vastaaja/{talk.public_id}/ehdota/?viesti={said}", f"/fi/vastaaja/{talk.public_id}/pikavastaukset/"]
    for choices in ({}, PHONE):
        for person, paths in ((main_user, [ROOT + path for path in pages]), (responder, [*(ROOT + path for path in own), *beside])):
            page = staff_window(chromium, portal, person, **choices).new_page()
            for path in paths:
                answer = page.goto(path)
                assert answer is not None
                assert answer.status == 200, path
                for summary in page.locator("details.nlh-chooser > summary").all():
                    summary.click()
                is_clean(page)


def test_the_chooser_by_keyboard_alone(chromium: Browser, portal: Serve, main_user: User) -> None:
    page = staff_window(chromium, portal, main_user).new_page()
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(f"{ROOT}luku/security/muokkaa/")
    swedish = page.locator("textarea[name=body_sv]")
    swedish.fill("Alku loppu")
    swedish.focus()
    for _ in range(6):
        page.keyboard.press("ArrowLeft")  # between the two words
    page.locator("details.nlh-chooser > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Rajaa luetteloa")).to_be_focused()
    page.keyboard.type("palvelu:ikaa")
    page.keyboard.press("Enter")  # saves nothing
    expect(page.locator("text-chooser li:visible")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(swedish).to_be_focused()
    assert swedish.input_value() == "Alku[Chatt för äldreservice](palvelu:ikaantyneet) loppu", (
        "in the words of the field's language"
    )
    page.keyboard.type(" ja")
    assert swedish.input_value().endswith("(palvelu:ikaantyneet) ja loppu"), "the cursor stands after it"
    expect(page.locator("text-chooser [role=status]")).to_contain_text("Teksti ruotsiksi")
    page.goto(f"{ROOT}pikavastaukset/uusi/")
    page.locator("details.nlh-chooser > summary").click()
    page.locator("text-chooser li", has_text="{{target_service}}").get_by_role("button").press("Enter")
    assert page.locator("textarea[name=text_fi]").input_value() == "{{target_service}}"
    assert not heard


def test_without_a_script_the_list_is_there_to_copy(chromium: Browser, portal: Serve, main_user: User) -> None:
    page = staff_window(chromium, portal, main_user, java_script_enabled=False).new_page()
    page.goto(f"{ROOT}pikavastaukset/uusi/")
    page.locator("details.nlh-chooser > summary").click()
    expect(page.locator("text-chooser li", has_text="{{target_service}}")).to_be_visible()
    expect(page.locator("text-chooser button")).to_have_count(page.locator("text-chooser li").count())
    expect(page.locator("text-chooser button:visible")).to_have_count(0)


def test_a_broken_file_is_told_of_on_a_dark_phone(chromium: Browser, portal: Serve, county: County, main_user: User) -> None:
    page = staff_window(chromium, portal, main_user, **PHONE).new_page()
    page.goto("/sv/kasikirja/pikavastaukset/tuo/")
    file = f"county;key;scope;shortcut;title_fi;text_fi;valid_from\n{county.code};uusi;common;/uusi;Uusi;Hei!;31.2.2026\n"
    page.locator("input[type=file]").set_input_files({"name": "r.csv", "mimeType": "text/csv", "buffer": file.encode()})
    page.locator("form.nl-panel button").press("Enter")
    expect(page.get_by_role("row", name="valid_from")).to_contain_text("är inte ett datum")
    is_clean(page)
