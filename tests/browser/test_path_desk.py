"""The author's desk in a browser: a question is written, its route walked, by keyboard and on a phone; axe on each page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from guidance.models import PathVersion
from tests.browser.axe import is_clean
from tests.browser.windows import staff_window
from tests.guidance.desk.conftest import HERE, ROOT
from tests.guidance.desk.conftest import draft as draft  # noqa: PLC0414 - a fixture
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
Make = Callable[..., Serve]


def test_an_author_writes_and_walks_her_path_on_a_phone(
    chromium: Browser, draft: PathVersion, path_author: User, make_portal: Make
) -> None:
    portal = make_portal()
    page = staff_window(chromium, portal, path_author, **PHONE).new_page()
    page.goto(ROOT)
    is_clean(page)
    page.get_by_role("link", name="Kuume").first.click()
    is_clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("svg a").nth(2).press("Enter")
    expect(page.locator("#n-i1")).to_be_in_viewport()
    page.goto(f"{HERE}kohta/q2/")
    is_clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Teksti suomeksi").fill("Kuinka monta päivää?")
    page.get_by_role("button", name="Tallenna", exact=True).press("Enter")
    expect(page.get_by_text("Tallennettiin luonnokseen.")).to_be_visible()
    page.get_by_role("link", name="Kulje tämä polku").click()
    is_clean(page)
    page.get_by_role("button", name="Ei", exact=True).click()
    page.get_by_role("button", name="Jatka").click()
    expect(page.get_by_role("heading", name="Kuinka monta päivää?")).to_be_visible()
    expect(page.get_by_text("Version 1 esikatselu")).to_be_visible()
    for address in ("asetukset/", "kopioi/", "kohta/q2/poista/", "poista-luonnos/", "kohta/o_call/"):
        page.goto(f"{HERE}{address}")
        is_clean(page)
    page.goto(f"{ROOT}tuo/")
    is_clean(page)
