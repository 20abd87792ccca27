"""Figures from elsewhere in a browser: a file is looked through, mended and brought in without a script; the pages are clean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from accounts.models import User
from reports.models import ExternalFigure
from services.models import Queue, Service
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK
from tests.browser.test_adoption_work import SMALL
from tests.browser.windows import staff_window
from tests.reports.d1 import make_d1
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADS = "palvelu;kuukausi;tieto;arvo;lähde;selite"


def a_file(*rows: str) -> FilePayload:
    return {"name": "luvut.csv", "mimeType": "text/csv", "buffer": "\n".join([HEADS, *rows]).encode()}


def test_a_file_is_mended_and_brought_in_and_a_figure_corrected_by_hand(
    chromium: Browser, make_portal: Callable[..., Serve], queue: Queue, manager: User
) -> None:
    Service.objects.update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    make_d1(queue)
    key = queue.service.key
    right = [f"{key};2026-10;calls;410;Puhelinjärjestelmä;", f"{key};2026-10;calls_median;301;Puhelinjärjestelmä;"]
    portal = make_portal()
    with staff_window(chromium, portal, manager, viewport=DESK, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"/fi/raportit/luvut/{key}/tiedosto/")
        page.locator("input[type=file]").set_input_files(a_file(right[0], f"{key};2026-10;calls_median;paljon;x;"))
        page.get_by_role("button", name="Tarkista tiedosto").click()
        expect(page.get_by_role("alert")).to_contain_text("”paljon” ei ole luku")
        page.locator("input[type=file]").set_input_files(a_file(*right))
        page.get_by_role("button", name="Tarkista tiedosto").click()
        expect(page.get_by_text("2 uutta lukua")).to_be_visible()
        assert not ExternalFigure.objects.exists()
        page.get_by_role("button", name="Tuo luvut").click()
        expect(page.get_by_text("tiedostosta").first).to_be_visible()
        page.get_by_label("Kuukausi").fill("2026-10")
        page.locator("#id_kind").select_option("calls")
        page.locator("#id_value").fill("420")
        page.get_by_label("Mistä luku on peräisin").fill("Korjattu raportti")
        page.get_by_role("button", name="Tallenna luku").click()
        expect(page.get_by_role("alert")).to_contain_text("Kuukaudella on jo tämä luku: 410")
        page.get_by_role("button", name="Tallenna luku").click()
        page.get_by_text("Mitä oli aiemmin").click()
        expect(page.get_by_text("410, Puhelinjärjestelmä")).to_be_visible()


def test_the_pages_are_clean_in_three_languages(
    chromium: Browser, make_portal: Callable[..., Serve], queue: Queue, manager: User
) -> None:
    Service.objects.update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    make_d1(queue)
    key, county = queue.service.key, queue.service.county
    entered = {"calls": 410, "calls_median": 301, "visits": 4, "nurses": 12, "hours_before": 5, "hours_now": 22, "appointment": 30}
    for revision, n in ((1, 0), (2, 1)):
        for kind, value in entered.items():
            ExternalFigure.objects.create(
                county=county, service=queue.service, month=date(2026, 11, 1), kind=kind, value=value + (kind == "calls") * n,
                source="Puhelinjärjestelmä", revision=revision, entered_by=manager,
            )  # fmt: skip
    portal = make_portal()
    for language, scheme, size in (("fi", "light", DESK), ("sv", "dark", SMALL), ("en", "light", SMALL)):
        with staff_window(chromium, portal, manager, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            for each in (f"luvut/{key}/", f"luvut/{key}/tiedosto/", f"?palvelu={key}&kuukausi=2026-11"):
                page.goto(f"/{language}/raportit/{each}")
                is_clean(page)
            page.goto(f"/{language}/raportit/luvut/{key}/tiedosto/")
            page.locator("input[type=file]").set_input_files(a_file(f"{key};kesä;kalat;paljon;;"))
            page.locator("form:has(input[type=file]) button").click()
            is_clean(page)
