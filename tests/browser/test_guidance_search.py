"""The search of the guide in a real browser: suggestions while typing, by keyboard, on a phone; and nothing found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from guidance.models import MissedSearch
from services.models import County, Queue
from tests.browser.axe import is_clean
from tests.config.conftest import portal, weekdays
from tests.conftest import acting
from tests.guidance.making import in_all, publish_path, small
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["portal", "weekdays"]


def test_suggestions_while_typing_and_people_when_nothing_is_found(
    chromium: Browser, portal: County, queue: Queue, path_author: User, main_user: User, make_portal: Callable[..., Serve]
) -> None:
    titles = {"kuume": "Flunssa ja kuume aikuisella", "lapsen-kuume": "Lapsen kuume", "selkakipu": "Selkäkipu"}
    for slug, title in titles.items():
        publish_path(portal, acting(path_author), acting(main_user), small(slug=slug, title=in_all(title)))
    with chromium.new_context(base_url=make_portal().url, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto("/fi/apuri/")
        field = page.get_by_label("Mitä asia koskee?")
        suggested = page.get_by_role("list", name="Ehdotukset")
        expect(suggested).to_be_hidden()
        field.press_sequentially("kuu")
        expect(suggested.get_by_role("link")).to_have_text(["Flunssa ja kuume aikuisella", "Lapsen kuume"])
        expect(page.locator("path-search [role=status]")).to_have_text("Kentän alla on 2 ehdotusta")
        is_clean(page)
        field.press("Escape")
        expect(suggested).to_be_hidden()
        expect(field).to_have_value("kuu")
        expect(field).to_be_focused()
        field.press_sequentially("m")
        expect(suggested).to_be_visible()
        field.press("Tab")  # the button
        page.keyboard.press("Tab")
        expect(suggested.get_by_role("link").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Onko hätä?")

        page.goto("/fi/apuri/")
        field.fill("polkupyörän huolto")
        field.press("Enter")
        expect(page.get_by_role("heading", name="Näillä sanoilla ei löytynyt ohjetta")).to_be_visible()
        expect(field).to_have_value("polkupyörän huolto")
        is_clean(page)
        assert context.cookies() == [], "not one cookie"
    assert MissedSearch.objects.get().words == "polkupyörän huolto"
