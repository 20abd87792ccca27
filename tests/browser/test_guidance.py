"""The guide in a real browser: a whole walk on a phone without scripts, clean in axe at each step, and no cookie."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from services.models import County, Queue
from tests.browser.axe import is_clean
from tests.config.conftest import portal, weekdays
from tests.conftest import acting
from tests.guidance.making import publish_path
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["portal", "weekdays"]


def test_a_walk_without_scripts_is_clean_on_a_phone(
    chromium: Browser,
    portal: County,
    queue: Queue,
    responder: User,
    path_author: User,
    main_user: User,
    make_portal: Callable[..., Serve],
) -> None:
    publish_path(portal, acting(path_author), acting(main_user))
    site = make_portal().url
    pages: list[str] = []
    phone = {"width": 360, "height": 740}
    with chromium.new_context(base_url=site, java_script_enabled=False, viewport=phone) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/fi/apuri/")
        pages.append(page.url)
        page.get_by_role("link", name="Kuume").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Onko hätä?")
        pages.append(page.url)
        page.get_by_role("button", name="Ei", exact=True).click()
        page.get_by_role("button", name="Jatka").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kuinka kauan?")
        page.get_by_role("link", name="Edellinen kysymys").click()
        expect(page.get_by_text("Mittaa ensin kuume.")).to_be_visible()
        page.get_by_role("button", name="Jatka").click()
        page.get_by_role("button", name="Pitkään").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Soita")
        pages.append(page.url)
        page.emulate_media(media="print")  # on paper: the advice and her answers, and none of the buttons (S003-24)
        expect(page.locator(".nlg-outcome")).to_be_visible()
        expect(page.locator(".nlg-trail")).to_contain_text(re.compile(r"Kuinka kauan\?\s*Pitkään"))
        for part in (".nlg-ways", ".nlg-keep", ".nlg-helped"):
            expect(page.locator(part)).to_be_hidden()
        page.emulate_media(media="screen")
        page.get_by_role("button", name="Osittain").click()
        page.get_by_label("Omin sanoin").fill("Hyvä ohje.")
        page.get_by_role("button", name="Lähetä palaute").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos palautteesta")
        page.get_by_role("link", name="Haluan asioida ihmisen kanssa").click()
        pages.append(page.url)
        assert context.cookies() == [], "not one cookie"
        page.get_by_role("link", name="Aloita chat").click()
        expect(page.get_by_text("Vastauksesi siirtyvät mukanasi").first).to_be_visible()
        pages.append(page.url)
        page.get_by_role("button", name="Aloita keskustelu").click()
        expect(page.get_by_text("Kuinka kauan? → Pitkään")).to_be_visible()
    for scheme in ("light", "dark"):  # axe itself is a script
        with chromium.new_context(base_url=site, viewport=phone, color_scheme=scheme) as context:  # type: ignore[arg-type]
            page = context.new_page()
            for url in [*pages, "/sv/apuri/kuume/v1/?p=kylla"]:
                page.goto(url)
                is_clean(page)
            expect(page.get_by_role("button", name="Skriv ut")).to_be_visible()
