"""The directory's admin in a real browser: axe in light and dark, no error of the policy, import and the hours tester."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.operations import record_audit
from services.models import ContactPoint, Queue, Schedule, Service
from tests.browser.test_sign_in import faults_of, listen
from tests.conftest import SIGN_IN_BACKEND, acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(chromium: Browser, service: Service, queue: Queue, main_user: User, make_portal: Callable[..., Serve]):
    """The main user's page, signed in, and the address of the admin."""
    site = make_portal().url
    client = Client()
    client.force_login(main_user, backend=SIGN_IN_BACKEND)
    context = chromium.new_context()
    context.add_cookies([{"name": "staff_session", "value": client.cookies["staff_session"].value, "url": site}])
    page = context.new_page()
    yield page, f"{site}/fi/hallinta/"
    context.close()


def picture(page: Page, name: str) -> None:
    """Only when somebody wants to look: PICTURES=folder."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_the_pages_are_clean_in_axe(visit, service: Service, queue: Queue) -> None:
    page, admin = visit
    heard, faults, errors = listen(page), [], []
    point = ContactPoint.objects.get(county=service.county)
    pages = {
        "index": "",
        "list": "services/contactpoint/",
        "point": f"services/contactpoint/{point.pk}/change/",
        "add": "services/disruption/add/",
        "service": f"services/service/{service.pk}/change/",
        "life": f"services/service/{service.pk}/life/paused/",
        "queue": f"services/queue/{queue.pk}/change/",
        "hours": f"services/schedule/{queue.schedule_id}/change/",
        "county": f"services/county/{service.county_id}/change/",
        "tester": "services/schedule/tester/",
        "export": "services/contactpoint/export/",
        "import": "services/contactpoint/import/",
        "delete": f"services/contactpoint/{point.pk}/delete/",
    }
    for name, path in pages.items():
        page.goto(admin + path)
        errors += heard  # axe itself breaks the policy: what it causes is not the page's
        picture(page, name)
        faults += faults_of(page, name)
        heard.clear()
    assert faults == []
    assert errors == []


def test_a_file_is_looked_through_and_taken_in(visit, service: Service) -> None:
    page, admin = visit
    heard = listen(page)
    page.goto(f"{admin}services/contactpoint/import/")
    page.set_input_files("#id_file", {"name": "x.csv", "mimeType": "text/csv", "buffer": b"county;key;kind\nkoe;uusi;fax\n"})
    page.click("input[type=submit][name=go]")
    expect(page.locator(".nl-admin-problems")).to_contain_text("fax")
    picture(page, "import-problems")
    assert heard == []
    assert faults_of(page, "problems") == []
    good = "county;key;kind;name_fi;name_sv;value\nkoe;asiakasohjaus;phone;Ohjaus;Handledning;044 123 4567\n"
    page.set_input_files("#id_file", {"name": "x.csv", "mimeType": "text/csv", "buffer": good.encode()})
    page.click("input[type=submit][name=go]")
    expect(page.locator("ins").first).to_be_visible()
    picture(page, "import-preview")
    assert faults_of(page, "preview") == []
    page.click("input[type=submit][name=go]")
    page.wait_for_url("**/contactpoint/")
    assert ContactPoint.objects.get(county=service.county).value == "044 123 4567"


def test_the_tester_is_used_by_keyboard(visit, queue: Queue) -> None:
    page, admin = visit
    page.goto(f"{admin}services/schedule/")
    page.get_by_role("link", name="Onko auki?").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tester/")
    page.locator("#id_day").fill("2026-12-24")
    page.locator("#id_hour").fill("13:00")
    page.keyboard.press("Enter")
    expect(page.locator(".nl-admin-answer h2")).to_contain_text("Auki")
    picture(page, "tester-answer")
    assert faults_of(page, "answer") == []
    assert Schedule.objects.count() == 1


@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_of_the_audit_list_is_cut(visit, main_user: User, width: int) -> None:
    """Long ids and purposes go on to the next line; what is wider than a phone is scrolled within its frame."""
    page, admin = visit
    record_audit(
        by=acting(main_user),
        action="read",
        object_type="chat.disruption_report",
        object_id="47735099-9818-4ba3-be0e-8e280a537b30",
        county="koe",
        purpose="salasana_vaihdettu_ja_kerrottu",
    )
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{admin}accounts/auditentry/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    frame = page.locator(".results")
    wide, seen, scrolls = frame.evaluate("e => [e.scrollWidth, e.clientWidth, getComputedStyle(e).overflowX]")
    assert scrolls == "auto"
    if width == 1280:
        assert wide <= seen
    last = page.locator("#result_list tbody tr").first.locator("td").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
