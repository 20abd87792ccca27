"""The page of a month in a browser: chosen without a script, read on a phone, in the dark and on paper, in each language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import User
from chat.models import Conversation
from reports.months import Month
from services.choices import AimClass
from services.models import County, Queue, Target
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK
from tests.browser.test_adoption_work import SMALL
from tests.browser.windows import staff_window
from tests.reports.d1 import make_d1
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def last(queue: Queue, county: County) -> Month:
    """D1 as if it had been in the month before this one, with a target that is met, one that is missed and one of the phone."""
    month = Month.of(timezone.localdate()).shifted(-1)
    starts = month.period.interval[0] + timedelta(hours=9)
    for n, row in enumerate(make_d1(queue).values()):
        move = starts + timedelta(hours=n) - row.queued_at
        stamps = ("queued_at", "accepted_at", "first_reply_at", "left_at", "closed_at")
        moved = {name: at + move for name in stamps if (at := getattr(row, name)) is not None}
        Conversation.objects.filter(pk=row.pk).update(**moved)
    for metric, value, channel in (("M08", 80, "chat"), ("M11", 50, "chat"), ("M07", 300, "phone")):
        Target.objects.create(
            county=county, metric=metric, direction="gte", value=value, unit="s" if metric == "M07" else "%", aim=AimClass.CLIENT,
            channel=channel, starts_on=date(2020, 1, 1),
        )  # fmt: skip
    return month


def test_a_manager_chooses_a_month_and_a_service_without_a_script(
    chromium: Browser, make_portal: Callable[..., Serve], last: Month, manager: User
) -> None:
    portal = make_portal()
    with staff_window(chromium, portal, manager, viewport=SMALL, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/fi/tili/")
        page.get_by_role("link", name="Raportit").click()
        expect(page.locator(".nlr-state strong")).to_have_text("keskeneräinen")
        page.get_by_label("Palvelu", exact=True).select_option("ikaantyneet")
        page.get_by_label("Kuukausi", exact=True).select_option(str(last))
        page.get_by_role("button", name="Näytä").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Ikääntyneiden palvelujen chat")
        page.get_by_role("heading", name="Yhteydenotot", exact=True).click()
        expect(page.get_by_role("article", name="Asiointimäärä M01")).to_contain_text("9")
        expect(page.get_by_role("region", name="Asiakas", exact=True)).to_contain_text("ei toteutunut")
        page.get_by_text("Lataa tiedostona").click()
        with page.expect_download() as taken:
            page.get_by_role("link", name="CSV").click()
        assert taken.value.suggested_filename == f"raportti-ikaantyneet-{last}.csv"


def test_it_is_clean_in_three_languages_and_goes_on_paper(
    chromium: Browser, make_portal: Callable[..., Serve], last: Month, manager: User
) -> None:
    portal = make_portal()
    for language, scheme, size in (("fi", "light", DESK), ("sv", "dark", SMALL), ("en", "light", SMALL)):
        with staff_window(chromium, portal, manager, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            for path in ("vuosi/", f"jakso/?alku={last}-01&loppu={last}-28", f"rivit/m01/?kuukausi={last}", f"?kuukausi={last}"):
                page.goto(f"/{language}/raportit/{path}")
                is_clean(page)
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            is_clean(page)
            page.emulate_media(media="print")
            expect(page.get_by_role("button")).to_have_count(0)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
