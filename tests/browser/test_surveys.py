"""Surveys, goals and the pilot in a browser: without a script, by keyboard, on a phone, in the dark, and axe on each page."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from adoption.models import FormAnswer, Rollout
from adoption.operations import adopt_items
from services.choices import AimClass
from services.models import County, Queue, Survey, SurveyAnswer, SurveyResponse, Target
from services.operations import close_survey, publish_survey, repeat_survey
from tests.adoption.proving import begin
from tests.browser.axe import is_clean
from tests.browser.resident_side import DESK
from tests.browser.test_adoption_work import SMALL
from tests.browser.windows import staff_window
from tests.conftest import acting
from tests.reports.d1 import D1, made
from tests.serve.portal import Serve
from tests.services.surveys.cast import BY, MANY, NOW, ONE, SCALE, WORDS, by_staff, draft, published, staff_survey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN = {"opens_on": date(2026, 1, 1)}


@pytest.fixture
def public(county: County) -> Survey:
    """An open survey of residents with every kind of question."""
    intro = {"intro_fi": "Suunnittelemme uusia chatteja.", "intro_sv": "Vi planerar nya chattar.", "intro_en": "We plan new chats."}
    return published(county, {**ONE, "is_required": True}, MANY, SCALE, WORDS, **OPEN, **intro, closes_on=date(2126, 1, 1))


@pytest.fixture
def closed(queue: Queue) -> Survey:
    """The second round of a staff survey with four units, the smallest of them hidden."""
    units = {"units": ["Pori", "Rauma", "Kokemäki", "Asiakasohjausyksikkö"]}
    first = staff_survey(queue.service, SCALE, ONE, WORDS, **OPEN, **units)
    by_staff(first, *[(0, [2, 1, "Kiire"])] * 6)
    close_survey(by=BY, survey=first, now=NOW)
    second = publish_survey(by=BY, survey=repeat_survey(by=BY, survey=first, now=NOW), now=NOW)
    by_staff(second, *[(0, [4, 1, "Hyvä"])] * 6, *[(1, [5, 2, "Parempi"])] * 5, *[(2, [3, 3, None])] * 5, (3, [1, 1, None]))
    return close_survey(by=BY, survey=second, now=NOW + timedelta(days=200))


@pytest.fixture
def rollout(coordinator: User, county: County, queue: Queue, public: Survey) -> Rollout:
    """A pilot with targets, goals in words and figures of the last month."""
    now, today = timezone.now(), timezone.localdate()
    days = {"is_pilot": True, "starts_on": today - timedelta(days=90), "ends_on": today + timedelta(days=9)}
    row = begin(coordinator, county, queue.service, now=now - timedelta(days=91), **days)
    adopt_items(by=acting(coordinator), rollout=row, codes=["X1", "X3", "X7"], now=now - timedelta(days=90))
    for metric, direction, value, unit, aim in (
        ("M08", "gte", "80", "%", AimClass.CLIENT),
        ("M14", "gte", "4.2", "", AimClass.CLIENT),
        ("M26", "lte", "20", "%", AimClass.STAFF),
    ):
        Target.objects.create(
            county=county, service=queue.service, metric=metric, direction=direction, value=value, unit=unit, aim=aim,
            starts_on=date(2026, 1, 1), due_on=date(2126, 12, 31), source="Johdon päätös",
        )  # fmt: skip
    FormAnswer.objects.create(
        rollout=row, form="metric_selection", values={"metrics": ["M01", "M06"], "targets": ["300 kuukaudessa"]}
    )
    for number, key in enumerate(("C01", "C05", "C09", "C13")):
        conversation = made(queue, D1[key])
        when = (today.replace(day=1) - timedelta(days=3 + number)).isoformat()
        began = timezone.make_aware(timezone.datetime.fromisoformat(f"{when}T10:00:00"))
        type(conversation).objects.filter(pk=conversation.pk).update(
            queued_at=began, accepted_at=began + timedelta(minutes=2), first_reply_at=began + timedelta(minutes=4)
        )
    Survey.objects.filter(pk=public.pk).update(rollout_id=row.public_id)
    return row


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_resident_answers_without_a_script(chromium: Browser, make_portal: Callable[..., Serve], public: Survey) -> None:
    portal = make_portal()
    with chromium.new_context(base_url=portal.url, java_script_enabled=False, viewport=SMALL) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/fi/")
        page.get_by_role("link", name="Missä toivot chattia?").click()
        page.get_by_role("button", name="Lähetä vastaukset").click()
        expect(page.get_by_role("alert").first).to_contain_text("Vastauksiasi ei vielä lähetetty")
        page.get_by_role("radio", name="Kotihoito").check()
        page.get_by_role("textbox").fill("Olen 010280-952L ja toivon iltachattia")
        page.get_by_role("button", name="Lähetä vastaukset").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos vastauksestasi")
        page.goto(reverse("public_survey", args=[public.public_id]))
        expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos vastauksestasi")
    assert SurveyResponse.objects.count() == 1
    assert SurveyAnswer.objects.get(question__kind="words").words == "Olen [henkilötunnus poistettu] ja toivon iltachattia"


def test_by_keyboard_and_warned_of_an_identity_code(chromium: Browser, make_portal: Callable[..., Serve], public: Survey) -> None:
    portal = make_portal()
    with chromium.new_context(base_url=portal.url, viewport=DESK) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(reverse("public_survey", args=[public.public_id]))
        page.get_by_role("radio", name="Neuvola").focus()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("radio", name="Kotihoito")).to_be_checked()
        field = page.get_by_role("textbox")
        field.focus()
        page.keyboard.type("Tunnus 010280-952L")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Älä lähetä henkilötunnusta")).to_be_visible()
        assert not SurveyResponse.objects.exists()
        page.get_by_role("button", name="Poista se tekstistä").click()
        expect(field).not_to_have_value("Tunnus 010280-952L")
        page.get_by_role("button", name="Lähetä vastaukset").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos vastauksestasi")


def test_every_page_is_clean_in_three_languages(
    chromium: Browser,
    make_portal: Callable[..., Serve],
    public: Survey,
    closed: Survey,
    rollout: Rollout,
    main_user: User,
    responder: User,
) -> None:
    assert closed.service is not None
    staff = staff_survey(closed.service, SCALE, MANY, WORDS, units=["Pori", "Rauma"], **OPEN)
    fresh = draft(public.county, ONE, SCALE, title_fi="Asiakasohjausyksikkökehittämissuunnitelmakysely")
    portal = make_portal()
    own = {"list": reverse("surveys:surveys"), "new": reverse("surveys:new")}
    own |= {
        name: reverse("surveys:survey", args=[row.public_id])
        for name, row in (("draft", fresh), ("open", public), ("results", closed))
    }
    own |= {
        "close": reverse("surveys:close", args=[public.public_id]),
        "words": reverse("surveys:own_words", args=[closed.public_id]),
    }
    own |= {"question": reverse("surveys:question", args=[fresh.public_id, fresh.questions.all()[0].public_id])}
    own |= {"staff": reverse("surveys:answer", args=[staff.public_id])}
    own |= {
        name: reverse(f"adoption:{name}", args=[rollout.public_id]) for name in ("surveys", "goals", "pilot", "meetings", "rollout")
    }
    own |= {"figure": reverse("adoption:figure", args=[rollout.public_id, "M01"])}
    open_to_all = {"home": "/fi/", "public": reverse("public_survey", args=[public.public_id])}
    for language, scheme, size in (("fi", "light", DESK), ("sv", "dark", SMALL), ("en", "light", SMALL)):
        look = {"viewport": size, "color_scheme": scheme}
        outside = chromium.new_context(base_url=portal.url, **look)  # type: ignore[arg-type]
        with staff_window(chromium, portal, main_user, **look) as context, outside:
            for who, addresses in ((context, own), (outside, open_to_all)):
                page = who.new_page()
                for name, address in addresses.items():
                    answered = page.goto(address.replace("/fi/", f"/{language}/", 1))
                    assert answered is not None and answered.status == 200, address
                    picture(page, f"{name}-{language}-{scheme}-{size['width']}")
                    is_clean(page)
