"""The work around a report in a browser: reviewed on a phone without a script; every page clean, in the dark and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.actors import System
from accounts.models import User
from chat.models import Feedback
from reports.models import Review
from reports.operations import Action, Findings, freeze_month, mark_feedback, sign_review, write_review
from services.models import Queue, Service, Target
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK
from tests.browser.test_adoption_work import SMALL
from tests.browser.windows import staff_window
from tests.conftest import acting
from tests.reports.d1 import NOVEMBER, make_d1
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 12, 4, 9, tzinfo=UTC)
WORDS = {
    "C01": "Kiitos! Sain selkeän neuvon heti, ja vastaaja oli ystävällinen.",
    "C02": "Jouduin odottamaan kauan. Soittakaa minulle 040 123 4567, ennen kuin lähden kotoa.",
    "C09": "Luulin, että täällä vastaa sairaanhoitaja.",
}


@pytest.fixture
def reported(queue: Queue, supervisor: User) -> Service:
    """November’s report is frozen; one text has been gone through; there are a target of the service and one of the county."""
    Service.objects.update(opened_at=datetime(2026, 10, 1, tzinfo=UTC))
    rows, service = make_d1(queue), Service.objects.select_related("county").get(pk=queue.service_id)
    for code, words in WORDS.items():
        Feedback.objects.filter(conversation=rows[code]).update(words=words, answered_at=timezone.now())
    given: dict[str, Any] = {"by": acting(supervisor), "county": service.county, "now": timezone.now()}
    mark_feedback(conversation=rows["C01"].public_id, tone="positive", themes=["clarity", "humane"], **given)
    freeze_month(by=System("test"), county=service.county, service=service, month=NOVEMBER, now=NOW)
    aim = {"county": service.county, "aim": "client", "direction": "gte", "unit": "%", "starts_on": date(2026, 1, 1)}
    Target.objects.create(service=service, metric="M08", value=80, source="Johtoryhmä 12.1.2026", **aim)
    Target.objects.create(metric="M11", value=70, **aim)
    return service


def test_a_supervisor_goes_through_a_month_on_a_phone_without_a_script(
    chromium: Browser, make_portal: Callable[..., Serve], reported: Service, supervisor: User
) -> None:
    portal = make_portal()
    with staff_window(chromium, portal, supervisor, viewport=SMALL, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"/fi/raportit/tarkastelu/{reported.key}/2026-11/")
        page.get_by_label("Havainnot: Asiointimäärä").fill("Määrä pysyi ennallaan.")
        page.get_by_role("button", name="Allekirjoita tarkastelu").click()
        expect(page.get_by_role("alert")).to_contain_text("Kirjoita, mitä havaittiin.")
        expect(page.get_by_label("Havainnot: Asiointimäärä")).to_have_value("Määrä pysyi ennallaan.")
        for topic in ("Jonotusajat", "Asiakastyytyväisyys", "Vapaa palaute"):
            page.get_by_label(f"Havainnot: {topic}").fill("Ei muutosta.")
        action = page.get_by_role("group", name="Toimi 1")
        action.get_by_label("Mitä tehdään").fill("Yksi vastaaja lisää maanantaiaamuihin")
        action.get_by_label("Kuka tekee").select_option(label=str(supervisor))
        action.get_by_label("Mihin mennessä").fill("2026-12-31")
        page.get_by_role("button", name="Allekirjoita tarkastelu").click()
        expect(page.get_by_role("heading", name="Allekirjoitetaanko tarkastelu?")).to_be_visible()
        expect(page.get_by_text("Yksi vastaaja lisää maanantaiaamuihin")).to_be_visible()
        page.get_by_role("link", name="Ei, palaa takaisin").click()
        expect(page.get_by_label("Havainnot: Asiointimäärä")).to_have_value("Määrä pysyi ennallaan.")
        expect(action.get_by_label("Mihin mennessä")).to_have_value("2026-12-31")
        page.get_by_role("button", name="Allekirjoita tarkastelu").click()
        page.get_by_role("button", name="Kyllä, allekirjoita").click()
        expect(page.get_by_role("heading", name="Allekirjoitettu tarkastelu")).to_be_visible()
        expect(page.get_by_text("Yksi vastaaja lisää maanantaiaamuihin")).to_be_visible()
    assert Review.objects.get().signed_by_id == supervisor.pk


def test_the_pages_are_clean_in_three_languages(
    chromium: Browser, make_portal: Callable[..., Serve], reported: Service, supervisor: User, manager: User
) -> None:
    given: dict[str, Any] = {
        "by": acting(manager),
        "county": reported.county,
        "service": reported,
        "month": NOVEMBER,
        "revision": 1,
        "now": NOW,
    }
    findings = Findings("Määrä pysyi.", "Jono venyi.", "Hyvä.", "Kiitosta.")
    actions = [Action("Yksi vastaaja lisää maanantaiaamuihin", supervisor, date(2026, 12, 31))]
    signed = sign_review(by=acting(manager), review=write_review(findings=findings, actions=actions, **given), now=NOW)
    pages = (
        f"tarkastelu/{reported.key}/2026-11/",
        f"tarkastelu/{reported.key}/2026-11/?uusi=1",
        f"mittarit/{reported.key}/",
        f"tavoitteet/{reported.key}/",
        "palaute/",
        f"toimet/{signed.actions.get().improvement.public_id}/",
    )
    portal = make_portal()
    asks = f"tarkastelu/{reported.key}/2026-11/?allekirjoita=1"
    for shown in (pages, (asks,)):
        if asks in shown:
            write_review(findings=findings, actions=actions, reason="Luku luettiin väärin", **given)
        for language, scheme, size in (("fi", "light", DESK), ("sv", "dark", SMALL), ("en", "light", SMALL)):
            with staff_window(chromium, portal, manager, viewport=size, color_scheme=scheme) as context:
                page = context.new_page()
                for each in shown:
                    page.goto(f"/{language}/raportit/{each}")
                    is_clean(page)
                if asks in shown:
                    expect(page.locator("button[name=sure]")).to_be_visible()
