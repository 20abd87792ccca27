"""Staffing, shift wishes and the quality sample in a browser: without a script on a phone, and clean in the dark and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.actors import System
from accounts.models import User
from chat.choices import AudienceChoice, EndedBy, EventKind, State, Status
from chat.models import Conversation, Event, Leg
from reports.choices import QualityItem
from reports.models import QualityCheck
from reports.months import Month
from reports.operations import check_conversation, draw_sample, freeze_month, make_wish
from services.models import Queue, Service
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK
from tests.browser.test_adoption_work import SMALL
from tests.browser.windows import staff_window
from tests.conftest import acting
from tests.serve.portal import Serve

LOOKS: list[tuple[str, dict[str, Any]]] = [
    ("fi", {"viewport": DESK}),
    ("sv", {"viewport": SMALL, "color_scheme": "dark"}),
    ("en", {"viewport": SMALL}),
]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def month() -> Month:
    """Two months ago: frozen by now, whatever the day is."""
    return Month.of(timezone.localdate()).shifted(-2)


@pytest.fixture
def sampled(queue: Queue, responder: User, colleague: User, month: Month) -> Service:
    """Ten weeks with contacts at eight to twelve each day, a part of them in the month that is frozen."""
    now = timezone.now()
    Service.objects.update(opened_at=now - timedelta(days=150))
    service = Service.objects.select_related("county").get(pk=queue.service_id)
    days = {month.first + timedelta(days=n) for n in range(6)} | {timezone.localdate(now) - timedelta(days=n) for n in range(1, 70)}
    rows, legs = [], []
    for n, day in enumerate(sorted(days)):
        at = now.replace(year=day.year, month=day.month, day=day.day, hour=8 + n % 4, minute=0)
        row = Conversation(
            county=service.county, service=service, first_queue=queue, queue=queue, resident_key=uuid4(), start_token=uuid4(),
            state=State.ENDED, status=Status.ANSWERED, ended_by=EndedBy.RESPONDER, queued_at=at, line_at=at,
            accepted_at=at + timedelta(minutes=1), first_reply_at=at + timedelta(minutes=2), closed_at=at + timedelta(minutes=20),
            responder=responder if n % 2 else colleague, outcome="R1",
        )  # fmt: skip
        rows.append(row)
        legs.append(Leg(conversation=row, queue=queue, queued_at=at, accepted_at=at, responder=row.responder))
    Conversation.objects.bulk_create(rows)
    Leg.objects.bulk_create(legs)
    said = "Hei, tarvitsen neuvoa kotihoidosta."
    Event.objects.bulk_create(
        Event(conversation=row, audience=AudienceChoice.ALL, seq=1, kind=EventKind.MESSAGE, body=said) for row in rows
    )
    freeze_month(by=System("test"), county=service.county, service=service, month=month, now=now)
    return service


def test_a_supervisor_asks_what_if_on_a_phone_without_a_script(
    chromium: Browser, make_portal: Callable[..., Serve], sampled: Service, supervisor: User
) -> None:
    portal = make_portal()
    with staff_window(chromium, portal, supervisor, viewport=SMALL, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/fi/raportit/mitoitus/")
        expect(page.get_by_role("heading", name="Tarvittavat vastaajat tunneittain")).to_be_visible()
        page.get_by_label("Entä jos palvelu avattaisiin klo").select_option("7")
        page.get_by_label("ja suljettaisiin klo").select_option("18")
        page.get_by_label("Yhteydenottoja enemmän, %").fill("10")
        page.get_by_role("button", name="Laske").click()
        row = page.get_by_role("row", name="Aukiolotunteja")
        expect(row).to_contain_text("168")
        expect(row).to_contain_text("77")
        expect(page.get_by_label("Yhteydenottoja enemmän, %")).to_have_value("10")


def test_a_sample_is_drawn_and_gone_through_without_a_script(
    chromium: Browser, make_portal: Callable[..., Serve], sampled: Service, supervisor: User, month: Month
) -> None:
    portal = make_portal()
    with staff_window(chromium, portal, supervisor, viewport=SMALL, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"/fi/raportit/laatu/{sampled.key}/{month}/")
        page.get_by_role("button", name="Arvo otos").click()
        page.get_by_role("link", name="Keskustelu 1", exact=True).click()
        expect(page.get_by_text("Hei, tarvitsen neuvoa kotihoidosta.")).to_be_visible()
        for group in page.locator("fieldset").all():
            group.get_by_label("Kyllä", exact=True).check()
        page.get_by_label("Huomiot vastanneelle").fill("Hyvä neuvo.")
        page.get_by_role("button", name="Tallenna tarkistus").click()
        expect(page.get_by_text("Käyty läpi")).to_be_visible()
    assert QualityCheck.objects.get(number=1).remarks == "Hyvä neuvo."


def test_the_pages_are_clean(
    chromium: Browser,
    make_portal: Callable[..., Serve],
    sampled: Service,
    supervisor: User,
    responder: User,
    month: Month,
) -> None:
    now = timezone.now()
    given: dict[str, Any] = {"by": acting(supervisor), "now": now}
    drawn = draw_sample(county=sampled.county, service=sampled, month=month, **given)
    for each in drawn.checks.all():
        marks = {code: "not" if code == "privacy" else "yes" for code in QualityItem.values}
        check_conversation(check=each, marks=marks, remarks="Selkeä.", version=each.version, **given)
    next_week = timezone.localdate(now) + timedelta(days=8 - timezone.localdate(now).weekday())
    make_wish(by=acting(responder), county=sampled.county, kind="gladly", day=next_week, words="Aamuvuoro", now=now)
    portal = make_portal()
    hers = [
        "/raportit/mitoitus/",
        "/raportit/mitoitus/?avataan=7&suljetaan=18&muutos=10",
        "/raportit/mitoitus/?avataan=9&suljetaan=8",
        f"/raportit/laatu/{sampled.key}/{month}/",
        f"/raportit/laatu/{sampled.key}/{month}/{drawn.checks.first().conversation.public_id}/",
        f"/raportit/tarkastelu/{sampled.key}/{month}/",
    ]
    own = ["/raportit/vuorotoiveet/", "/raportit/laatu/omat/"]
    for user, doors in ((supervisor, hers), (responder, own)):
        for language, look in LOOKS:
            with staff_window(chromium, portal, user, **look) as context:
                page = context.new_page()
                for door in doors:
                    page.goto(f"/{language}{door}")
                    is_clean(page)
                    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
                    assert width[0] <= width[1], (language, door, width)
