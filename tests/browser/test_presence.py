"""How a responder says how she is there, and what her supervisor sees and does, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Leg, Presence
from chat.operations import claim_conversation, set_presence
from services.models import County, Queue, Service
from tests.browser.axe import examine
from tests.browser.test_console import PHONE, SETTLED, SOON, comes, console_of, desk
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOARD = "/fi/vastaaja/tilanne/"


@pytest.fixture
def portal(county: County, queue: Queue, make_portal: Callable[..., Serve]) -> Serve:
    return make_portal()


def assert_accessible(page: Page) -> None:
    page.evaluate(SETTLED)
    results = examine(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_presence_by_keyboard(
    chromium: Browser, portal: Serve, service: Service, responder: User, colleague: User, resident: Resident
) -> None:
    page, heard = console_of(desk(chromium, portal, responder))
    control = page.get_by_role("group", name="Läsnäoloni")
    expect(control.get_by_role("button", pressed=True)).to_have_text("Ei vuorossa")
    page.locator("#presence-available").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#presence-available")).to_have_attribute("aria-pressed", "true", timeout=SOON)
    expect(page.locator("#presence-available")).to_be_focused()

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#presence-break")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".nlp-now")).to_contain_text("Tauolla", timeout=SOON)
    assert_accessible(page)

    conversation = comes(service, resident)
    expect(page.locator("console-waiting .nlc-row")).to_have_count(1, timeout=SOON)
    page.keyboard.press("F2")
    expect(page.locator("[data-slot=said]")).to_contain_text("Valitse ensin ”Paikalla”", timeout=SOON)
    conversation.refresh_from_db()
    assert conversation.responder is None

    page.locator("#presence-available").press("Enter")
    expect(page.locator("#presence-available")).to_have_attribute("aria-pressed", "true", timeout=SOON)
    page.keyboard.press("F2")
    expect(page.locator("console-log")).to_contain_text("Äitini unohtelee.", timeout=SOON)

    page.locator("summary#presence-off").press("Enter")
    page.get_by_role("button", name="Hoidan nämä, en ota uusia").press("Enter")
    expect(page.locator(".nlp-now")).to_contain_text("Nykyisten päätyttyä et ole vuorossa", timeout=SOON)
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    assert [row.kind for row in Presence.objects.order_by("pk")] == ["available", "break", "available", "finishing"]
    assert not [line for line in heard if "409" not in line]


def test_the_warning_before_closing(chromium: Browser, portal: Serve, responder: User, county: County) -> None:
    page, _heard = console_of(desk(chromium, portal, responder))
    page.locator("#presence-available").press("Enter")
    expect(page.locator("#presence-available")).to_have_attribute("aria-pressed", "true", timeout=SOON)
    Presence.objects.update(warned_at=timezone.now(), stays_until=timezone.now() + timedelta(minutes=4))
    page.reload()
    warning = page.get_by_role("alert").filter(has_text="Jonosi sulkeutuvat")
    expect(warning).to_be_visible(timeout=SOON)
    assert_accessible(page)
    warning.get_by_role("button", name="Jatka puoleenyöhön").press("Enter")
    expect(warning).to_have_count(0, timeout=SOON)
    expect(page.locator(".nlp-now")).to_contain_text("jatkaa klo 0.00 asti", timeout=SOON)


def test_a_colleague_who_has_come_may_be_chosen_at_once(
    chromium: Browser, portal: Serve, county: County, queue: Queue, responder: User, colleague: User
) -> None:
    page = desk(chromium, portal, responder).new_page()
    page.goto("/fi/vastaaja/")
    page.wait_for_selector('[data-slot=connection][data-state="online"]', timeout=SOON)
    set_presence(by=acting(colleague), county=county, kind="available", now=timezone.now())
    page.locator("#presence-choices-head").press("Enter")
    expect(page.locator("#presence-cover option")).to_have_count(2, timeout=SOON)
    expect(page.locator("#presence-choices-head")).to_be_focused()
    page.locator("#presence-cover").select_option(label=colleague.shown_name)


def test_without_javascript(chromium: Browser, portal: Serve, responder: User) -> None:
    page = desk(chromium, portal, responder, java_script_enabled=False).new_page()
    page.goto("/fi/vastaaja/")
    page.locator("#presence-choices summary").click()
    page.locator("#presence-limit").select_option("2")
    page.locator("#presence-available").click()
    expect(page.locator(".nlp-now")).to_contain_text("enintään 2 yhtä aikaa")


def test_the_board_follows_and_takes_over(
    chromium: Browser, portal: Serve, service: Service, responder: User, supervisor: User, resident: Resident, relative: Resident
) -> None:
    context = desk(chromium, portal, supervisor)
    page, heard = context.new_page(), []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(BOARD)
    page.wait_for_selector('[data-slot=connection][data-state="online"]', timeout=SOON)
    expect(page.get_by_text("Kukaan jonon vastaajista ei ole paikalla.")).to_be_visible()
    comes(service, relative)
    expect(page.get_by_text("Kukaan ei ole vapaana odottaville")).to_be_visible(timeout=SOON)
    assert_accessible(page)

    conversation: Conversation = comes(service, resident)
    claim_conversation(by=acting(responder), conversation=conversation.public_id, now=timezone.now())
    expect(page.locator(".nlb-person").filter(has_text=responder.shown_name)).to_contain_text("1/3 keskustelua", timeout=20_000)
    page.locator(f"#over-{conversation.public_id} summary").press("Enter")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    page.get_by_role("button", name="Ota keskustelu hoitaaksesi").press("Enter")
    page.wait_for_url(f"**/vastaaja/{conversation.public_id}/")
    expect(page.locator("console-log")).to_contain_text("Äitini unohtelee.", timeout=SOON)
    assert list(Leg.objects.filter(conversation=conversation).values_list("exit", flat=True)) == ["taken_over", ""]
    assert heard == []
