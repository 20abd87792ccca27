"""The panel beside a conversation and the checklist of a concern, in a browser: by keyboard, on a phone, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import APIResponse, Browser, Locator, Page, Route, expect

from accounts.actors import Resident, System
from accounts.models import User
from chat.concerns import step_keys
from chat.models import Concern, Conversation, Event
from chat.operations import claim_conversation, start_conversation
from handbook.models import Chapter
from handbook.operations.chapters import retire_chapter
from handbook.operations.content import load_shipped_handbook
from services.choices import LinkCategory
from services.models import ContactPoint, County, Link, Queue, Service
from services.operations import load_directory, remove_material
from tests.browser.axe import is_clean
from tests.browser.windows import staff_window
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DRAFT = "Kesken oleva viesti"


@pytest.fixture
def portal(county: County, queue: Queue, make_portal: Callable[..., Serve]) -> Serve:
    load_directory(by=System("test"), today=timezone.localdate(), counties=[county.code])
    ContactPoint.objects.filter(county=county, value="").update(value="000 100 1004")
    load_shipped_handbook(by=System("test"), county=county, now=timezone.now(), publish=True)
    return make_portal()


@pytest.fixture
def talk(service: Service, resident: Resident, responder: User) -> Conversation:
    row = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now(), body="Naapurin lapsi itkee yöt.")
    claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
    return row


def opened(page: Page, talk: Conversation) -> None:
    page.goto(f"/fi/vastaaja/{talk.public_id}/")
    page.wait_for_selector('[data-slot=connection][data-state="online"]', state="attached")
    page.locator(f"#m-{talk.public_id}").focus()


def begun_concern(page: Page) -> Locator:
    """The checklist of a concern for a child, begun by keyboard: its first step has the focus."""
    part = page.locator("live-part[data-part=concern]")
    page.keyboard.press("F10")
    expect(part.locator("input[value=child]")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(part.locator("summary[data-focus]")).to_be_focused()  # the first step
    expect(part).to_contain_text("0/6 vaihetta")
    return part


@contextmanager
def found(page: Page, words: str) -> Iterator[None]:
    """Until what is found by exactly these words stands in the panel: an earlier search, or a part of the words, finds others."""
    with page.expect_response(lambda answer: parse_qs(urlsplit(answer.url).query).get("q") == [words]):
        yield
    expect(page.locator("[data-slot=beside-body]")).not_to_have_attribute("aria-busy", "true")


def test_the_panel_by_keyboard_and_the_draft_stays(chromium: Browser, portal: Serve, talk: Conversation, responder: User) -> None:
    page, heard = staff_window(chromium, portal, responder, viewport={"width": 1440, "height": 900}).new_page(), []
    page.on("pageerror", lambda error: heard.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, talk)
    field, panel = page.locator(f"#m-{talk.public_id}"), page.locator("console-beside")
    page.keyboard.type(DRAFT)
    assert not any("/hakemisto/" in url for url in asked)  # it is read on demand
    page.keyboard.press("Shift+F1")
    expect(page.locator("#beside-q")).to_be_focused()
    expect(panel).to_contain_text("Asukas")
    with found(page, "asiakasohjauksesta"):
        page.keyboard.type("asiakasohjauksesta")
    expect(panel.locator(".nlc-entry-name").first).to_contain_text("Asiakasohjaus")
    is_clean(page)
    panel.get_by_role("button", name="Lähetä keskusteluun").first.press("Enter")
    expect(page.locator(".nlc-msg.is-me").first).to_contain_text("044 000 0000")
    expect(field).to_have_value(DRAFT)
    with found(page, "huolen ilmoittaminen"):
        page.locator("#beside-q").fill("huolen ilmoittaminen")
    panel.locator("a.nlc-beside-in").first.press("Enter")
    expect(page.locator(".nlc-beside-title")).to_be_focused()
    is_clean(page)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(field).to_be_focused()
    expect(field).to_have_value(DRAFT)
    assert not heard


def test_on_a_phone_it_is_a_sheet_that_keeps_the_focus(
    chromium: Browser, portal: Serve, talk: Conversation, responder: User
) -> None:
    page = staff_window(chromium, portal, responder, viewport={"width": 360, "height": 740}).new_page()
    opened(page, talk)
    page.keyboard.type(DRAFT)
    page.locator("[data-act=more]").click()
    page.locator(".nlc-head-acts .nlc-beside-open").click()
    expect(page.locator("#beside-q")).to_be_focused()
    expect(page.locator(".nlc-stage")).to_have_js_property("inert", True)
    is_clean(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('console-beside')")
    page.locator("[data-act=beside-close]").click()
    expect(page.locator(".nlc-head-acts .nlc-beside-open")).to_be_focused()
    expect(page.locator(f"#m-{talk.public_id}")).to_have_value(DRAFT)


def test_a_concern_from_the_key_to_the_end(
    chromium: Browser, portal: Serve, talk: Conversation, resident: Resident, responder: User
) -> None:
    page = staff_window(chromium, portal, responder, viewport={"width": 1440, "height": 900}).new_page()
    opened(page, talk)
    part = begun_concern(page)
    is_clean(page)
    page.keyboard.press("F9")
    page.keyboard.press("1")
    page.locator(f"#a-{talk.public_id}").select_option("neuvonta")
    page.locator(".nlc-end-button").click()
    expect(page.locator("[data-slot=end-refused]")).to_contain_text("Käy ensin huolen tarkistuslista läpi")
    for number, step in enumerate(step_keys("child"), start=1):
        form = part.locator(f"form:has(input[name=step][value={step}])")
        if step == "told":
            part.locator("[data-act=say]").first.click()
            assert "lastensuojeluilmoituksen" in page.locator(f"#m-{talk.public_id}").input_value()
            page.locator(f"#m-{talk.public_id}").fill("")
        if step == "notice":
            expect(form).to_be_visible()
            form.locator("select").select_option("made")
        form.get_by_role("button").press("Enter")
        if number < len(step_keys("child")):
            expect(part).to_contain_text(f"{number}/6 vaihetta")
    expect(part).to_contain_text("Huoli")
    expect(part.locator(".is-flagged")).to_have_count(0)
    expect(page.locator("[data-slot=end-refused]")).to_be_hidden()
    page.locator(".nlc-end-button").click()
    expect(page.locator("console-conversation")).to_have_count(0)
    assert Concern.objects.get().closing == "done"
    assert not Event.objects.filter(conversation=talk, audience="all", kind__in=["flagged", "concern"]).exists()


def test_a_choice_in_a_new_part_is_not_lost_to_the_answer_of_the_form_before(
    chromium: Browser, portal: Serve, talk: Conversation, responder: User
) -> None:
    """The event of a step may bring the new part before the step's own answer: that answer must not read it over her choice."""
    page = staff_window(chromium, portal, responder, viewport={"width": 1440, "height": 900}).new_page()
    opened(page, talk)
    part = begun_concern(page)
    steps = step_keys("child")
    for number, step in enumerate(steps[: steps.index("notice") - 1], start=1):
        part.locator(f"form:has(input[name=step][value={step}])").get_by_role("button").press("Enter")
        expect(part).to_contain_text(f"{number}/6 vaihetta")
    page.wait_for_load_state("networkidle")
    reads: list[Route] = []
    answers: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        reads.append(route)

    page.route("**/osa/concern/", hold)
    page.route("**/huoli/**", lambda route: answers.append((route, route.fetch())))
    part.locator(f"form:has(input[name=step][value={steps[steps.index('notice') - 1]}])").get_by_role("button").press("Enter")
    while not (reads and answers):
        page.wait_for_timeout(50)
    posted, answer = answers.pop()
    posted.fulfill(response=answer)  # while the read that the event asked for is on its way
    page.wait_for_timeout(300)
    reads.pop(0).continue_()
    form = part.locator("form:has(input[name=step][value=notice])")
    form.locator("select").select_option("made")
    while not reads:
        page.wait_for_timeout(50)
    with page.expect_response("**/osa/concern/"):
        reads.pop(0).continue_()  # what the answer asked for comes after she chose
    page.wait_for_timeout(300)
    expect(form.locator("select")).to_have_value("made")


def test_what_is_read_anew_unchanged_leaves_the_button_under_the_finger(
    chromium: Browser, portal: Serve, talk: Conversation, responder: User
) -> None:
    """An event that brings nothing new to a part must not replace its buttons while one of them is pressed."""
    page = staff_window(chromium, portal, responder, viewport={"width": 1440, "height": 900}).new_page()
    opened(page, talk)
    part = begun_concern(page)
    page.wait_for_load_state("networkidle")
    first = step_keys("child")[0]
    button = part.locator(f"form:has(input[name=step][value={first}])").get_by_role("button").element_handle()
    assert button is not None
    button.focus()
    for _ in range(2):
        with page.expect_response(lambda answer: "/osa/concern/" in answer.url):
            part.evaluate("part => part.refresh()")
        page.wait_for_load_state("networkidle")
    assert button.evaluate("button => button.isConnected && button === document.activeElement")
    page.keyboard.press("Enter")
    expect(part).to_contain_text("1/6 vaihetta")


def test_what_is_removed_meanwhile_is_told_and_goes_from_the_panel(
    chromium: Browser, portal: Serve, talk: Conversation, county: County, responder: User, main_user: User
) -> None:
    """A material or a chapter may be taken away while the panel shows it: she is told that, and not to mend her message or line."""
    material = Link.objects.create(
        county=county, key="muistivideo", name_fi="Muistivideot", url_fi="https://www.muistiliitto.fi/", category=LinkCategory.VIDEO
    )
    page = staff_window(chromium, portal, responder, viewport={"width": 1440, "height": 900}).new_page()
    opened(page, talk)
    panel, said = page.locator("console-beside"), page.locator("[data-slot=said]")
    page.keyboard.press("Shift+F1")
    with found(page, "muistivideot"):
        page.keyboard.type("muistivideot")
    remove_material(by=acting(main_user), material=material)
    row = panel.locator("li", has_text="Muistivideot")
    with page.expect_response(lambda answer: "/hakemisto/" in answer.url and answer.request.method == "GET"):
        row.get_by_role("button", name="Lähetä keskusteluun").press("Enter")
    expect(said).to_contain_text("Tämä on poistettu sillä välin, eikä mitään lähetetty.")
    expect(row).to_have_count(0)
    expect(page.locator("#beside-q")).to_be_focused()
    assert not Event.objects.filter(conversation=talk, body__contains="Muistivideot").exists()
    page.locator("#beside-q").fill("")
    chapter = panel.locator("section", has=page.locator("#beside-book")).get_by_role("link", name="Tietoturva")
    expect(chapter).to_be_visible()
    retire_chapter(by=acting(main_user), chapter=Chapter.objects.get(county=county, key="security"), now=timezone.now())
    chapter.press("Enter")
    expect(said).to_contain_text("Tätä lukua ei enää ole käsikirjassa.")
    expect(panel.get_by_role("link", name="Vinkkejä chat-vastaajalle").first).to_be_visible()
    expect(chapter).to_have_count(0)
    expect(panel).not_to_contain_text("Tarkista yhteys")
