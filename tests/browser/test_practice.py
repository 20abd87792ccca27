"""A practice run to its end in the real console, and its pages: by keyboard, on a phone, axe in each state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from accounts.choices import Role
from accounts.models import User
from chat.models import Conversation, PracticeRun
from services.models import County, Queue, ResponderGroup, Schedule
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK, PHONE
from tests.browser.windows import staff_window
from tests.conftest import make_grant, make_queue, make_service
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 20_000


@pytest.fixture
def portal(county: County, queue: Queue, group: ResponderGroup, responder: User, make_portal: Callable[..., Serve]) -> Serve:
    service = make_service(county, "harjoittelu", "Harjoittelu", "Övning", "Practice")
    service.is_test = True
    service.save()
    make_queue(service, Schedule.objects.create(county=county, key="kiinni", name="Kiinni"), group)
    make_grant(responder, Role.RESPONDER, county=county, service=service)
    return make_portal()


def test_a_run_to_its_end(chromium: Browser, portal: Serve, responder: User, supervisor: User) -> None:
    with staff_window(chromium, portal, responder, viewport=DESK) as context:
        page = context.new_page()
        page.goto("/fi/vastaaja/harjoittelu/")
        is_clean(page)
        page.locator("button[value=kiire]").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/vastaaja/")
        expect(page.locator("console-waiting .nlc-row")).to_contain_text("Harjoitus", timeout=SOON)
        page.wait_for_selector('[data-slot=connection][data-state="online"]', state="attached", timeout=SOON)
        page.keyboard.press("F2")
        expect(page.locator("console-log")).to_contain_text("vasen käsi puutuu", timeout=SOON)
        expect(page.locator("console-mine .nlc-row")).to_contain_text("Harjoitus")
        expect(page.locator("[data-part=practice]")).to_contain_text("Kiireelliset oireet")
        is_clean(page)
        expect(page.locator(".nlc-text")).to_be_focused()
        page.keyboard.type("Soita heti 112.")
        page.keyboard.press("Enter")
        expect(page.locator("console-log")).to_contain_text("Hyvä on, soitan heti", timeout=SOON)
        expect(page.locator("console-conversation")).to_have_attribute("data-state", "ended", timeout=40_000)
        page.get_by_role("link", name="Katso vastaustasi").click()
        is_clean(page)
        page.get_by_label("Ensimmäinen lauseeni oli").check()
        page.get_by_role("button", name="Tallenna").click()
        expect(page.locator(".nl-practice-runs")).to_contain_text("oma arvio: 1/4")
        is_clean(page)
    row = Conversation.objects.get()
    assert row.is_test and row.ended_by == "resident" and not Conversation.objects.counted().exists()
    assert PracticeRun.objects.get().ticked == ["first"]

    with staff_window(chromium, portal, supervisor, viewport=PHONE, color_scheme="dark") as context:
        page = context.new_page()
        page.goto("/fi/vastaaja/harjoittelu/tehdyt/")
        expect(page.locator(".nl-practice-person").first).to_contain_text("Kiireelliset oireet")
        assert "puutuu" not in page.content()
        is_clean(page)


def test_the_page_on_a_phone_without_a_script(chromium: Browser, portal: Serve, responder: User) -> None:
    with staff_window(chromium, portal, responder, viewport=PHONE) as context:
        page = context.new_page()
        page.goto("/sv/vastaaja/harjoittelu/")
        is_clean(page)
    with staff_window(chromium, portal, responder, viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/sv/vastaaja/harjoittelu/")
        page.locator("button[value=kiire]").click()
        expect(page.locator("console-waiting .nlc-row")).to_contain_text("Övning")
        page.locator("console-waiting .nlc-row button").click()
        expect(page.locator("console-log")).to_contain_text("Min man har")
