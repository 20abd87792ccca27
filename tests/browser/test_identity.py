"""Identification in a real browser: asked, agreed to, at the trial provider, and back in the same conversation."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, IdentityRequest
from chat.operations import request_identification
from services.choices import Identification
from services.models import Service
from tests.browser.axe import examine
from tests.browser.resident_side import PHONE, START, Responder, become, complaints, open_talk, stored, until
from tests.conftest import acting
from tests.serve.portal import Serve, staff_cookie

AT_THE_FOOT = "Math.abs(document.querySelector('#composer').getBoundingClientRect().bottom - innerHeight) < 2"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "Testilä Tessa"


def clean(page: Page, state: str) -> None:
    """axe finds nothing, and nothing goes over the edge."""
    found = examine(page).response["violations"]
    assert not found, (state, [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


def ask(talk: Conversation, responder: User) -> None:
    request_identification(by=acting(responder), conversation=talk.public_id, purpose="booking", now=timezone.now())


def console(chromium: Browser, serve: Serve, person: User, talk: Conversation) -> tuple[BrowserContext, Page]:
    context = chromium.new_context(base_url=serve.url, viewport={"width": 1366, "height": 800})  # type: ignore[arg-type]
    name, _, value = staff_cookie(person).partition("=")
    context.add_cookies([{"name": name, "value": value, "url": serve.url, "httpOnly": True}])
    page = context.new_page()
    page.goto(f"/fi/vastaaja/{talk.public_id}/")
    return context, page


def test_the_whole_walk_of_both_persons(
    chromium: Browser,
    desk: BrowserContext,
    serve: Serve,
    resident: Resident,
    responder: User,
    talk: Conversation,
    answerer: Responder,
) -> None:
    answerer.claim()
    page = open_talk(become(desk, resident, serve), talk)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    heard = complaints(page)
    context, hers = console(chromium, serve, responder, talk)
    hers.get_by_text("Pyydä tunnistautumaan").first.click()
    hers.get_by_label("Ajan varaaminen, siirtäminen tai peruminen").check()
    clean(hers, "the console asks")
    hers.get_by_role("button", name="Pyydä tunnistautumaan").click()
    expect(hers.locator(".nlc-identity > summary")).to_have_text("Pyydetty tunnistautumaan")

    expect(page.get_by_role("heading", name="Ammattilainen pyytää sinua tunnistautumaan")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("jotta aikasi voidaan varata, siirtää tai perua")).to_be_visible()
    clean(page, "she is asked")
    page.locator("#kirjoita").fill("Jäi kesken")
    page.get_by_role("button", name="Lue lisää ja tunnistaudu").click()
    expect(page.get_by_label("Sinulla on tekstiä, jota et ole lähettänyt")).to_have_value("Jäi kesken")
    expect(page.get_by_label("Lapsen nimi")).to_be_hidden()
    clean(page, "consent")
    page.get_by_label("Alle 12-vuotiaan").check()
    expect(page.get_by_label("Lapsen nimi")).to_be_visible()
    clean(page, "consent for a child")
    page.get_by_label("Omassa asiassani").check()
    page.get_by_role("button", name="Suostun ja siirryn tunnistautumaan").click()
    expect(page.get_by_text("Ei oikea tunnistautuminen")).to_be_visible()
    clean(page, "the trial provider")
    expect(hers.locator(".nlc-identity > summary")).to_have_text("Tunnistautuu nyt", timeout=10_000)
    page.get_by_role("button", name=NAME).click()

    page.wait_for_url(f"**/keskustelu/{talk.public_id}/#tunnistautuminen")
    told = page.locator("#tunnistautuminen")
    expect(told).to_contain_text("Olet tunnistautunut")
    expect(told).to_be_focused()
    expect(told).to_be_in_viewport(ratio=1)
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online")
    box, floor = told.bounding_box(), page.locator("#composer").bounding_box()
    assert box is not None and floor is not None and box["y"] + box["height"] <= floor["y"] + 1, "the composer does not cover it"
    clean(page, "back")
    assert NAME not in page.content()
    assert "code=" not in page.url
    assert stored(talk)[-1] == "Jäi kesken"
    assert heard == []

    expect(hers.locator(".nlc-identity > summary")).to_have_text(NAME, timeout=10_000)
    hers.locator(".nlc-identity > summary").click()
    box_shown = hers.locator(".nlc-identity-box")
    if not box_shown.is_visible():
        hers.locator(".nlc-identity > summary").click()
    expect(box_shown).to_contain_text("Oma asia")
    clean(hers, "the console knows")
    page.go_back()
    page.goto(f"/fi/keskustelu/{talk.public_id}/")
    expect(page.get_by_text("Olet tunnistautunut").first).to_be_visible()
    context.close()


def test_without_a_script_and_by_mandate_in_swedish(
    chromium: Browser, serve: Serve, resident: Resident, responder: User, talk: Conversation, answerer: Responder
) -> None:
    answerer.claim()
    ask(talk, responder)
    context = become(
        chromium.new_context(base_url=serve.url, java_script_enabled=False, viewport=PHONE),  # type: ignore[arg-type]
        resident,
        serve,
    )
    page = open_talk(context, talk, state="", language="sv")
    page.locator("#kirjoita").fill("Halvfärdigt")
    page.get_by_role("button", name="Läs mer och identifiera dig").click()
    page.get_by_role("button", name="Tillbaka till samtalet").click()
    expect(page.locator("#kirjoita")).to_have_value("Halvfärdigt")
    page.get_by_role("button", name="Läs mer och identifiera dig").click()
    page.get_by_label("För en annan vuxen").check()
    page.get_by_role("button", name="Jag samtycker").click()
    page.get_by_role("button", name="Demonen Daisy").click()
    expect(page.get_by_role("heading", name="Ingen giltig fullmakt hittades")).to_be_visible()
    assert IdentityRequest.objects.get().person == ""
    page.get_by_role("link", name="Försök igen").click()
    page.get_by_label("För en annan vuxen").check()
    page.get_by_role("button", name="Jag samtycker").click()
    page.get_by_role("button", name=re.compile("Mallikas Matti")).click()
    page.wait_for_url(f"**/sv/keskustelu/{talk.public_id}/#tunnistautuminen")
    expect(page.locator("#tunnistautuminen")).to_contain_text("uträttar ett ärende för en annan vuxen")
    assert IdentityRequest.objects.get().behalf_name == "Mallikas Maire"
    assert stored(talk)[-1] == "Halvfärdigt"
    context.close()


def test_cancelled_refused_for_an_older_child_and_declined_in_english(
    desk: BrowserContext, serve: Serve, resident: Resident, responder: User, talk: Conversation, answerer: Responder
) -> None:
    answerer.claim()
    ask(talk, responder)
    page = open_talk(become(desk, resident, serve), talk, language="en")
    page.get_by_role("button", name="See what it means and identify").click()
    page.get_by_label("For a child in my care").check()
    page.get_by_label("The child's name").fill("Testilä Taimi")
    page.get_by_label("The child's date of birth").fill(f"{timezone.localdate().year - 12}-01-01")
    page.get_by_role("button", name="I agree and go to identify").click()
    expect(page.get_by_role("alert")).to_contain_text("under 12 years")
    expect(page.get_by_label("The child's name")).to_have_value("Testilä Taimi")
    clean(page, "refused")
    page.get_by_label("For myself").check()
    page.get_by_role("button", name="I agree and go to identify").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="You did not identify yourself")).to_be_visible()
    clean(page, "cancelled")
    page.get_by_role("link", name="Back to the conversation").click()
    expect(page.get_by_text("The identification did not succeed, and nothing was stored of you.")).to_be_visible()
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online")
    page.get_by_role("button", name="I do not want to identify myself").click()
    expect(page.get_by_text("The conversation goes on, and you get general advice.")).to_be_visible()
    until(lambda: IdentityRequest.objects.get().state == "declined")
    clean(page, "declined")


def test_after_no_the_talk_fills_the_phone_again(
    desk: BrowserContext, serve: Serve, resident: Resident, responder: User, talk: Conversation, answerer: Responder
) -> None:
    answerer.claim()
    for words in ("Hei!", "Voin siirtää aikasi, kun olet tunnistautunut.", "Tunnistaudu alta."):
        answerer.say(words)
    page = open_talk(become(desk, resident, serve), talk)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ask(talk, responder)
    page.get_by_role("button", name="En halua tunnistautua").click()
    expect(page.get_by_text("Keskustelu jatkuu, ja saat yleisiä neuvoja.").first).to_be_visible()
    page.wait_for_function(AT_THE_FOOT)  # and the foot of the page does not show beneath the composer


def test_a_supervisor_gives_a_reason_before_she_sees_the_name(
    chromium: Browser,
    desk: BrowserContext,
    serve: Serve,
    resident: Resident,
    responder: User,
    supervisor: User,
    talk: Conversation,
    answerer: Responder,
) -> None:
    answerer.claim()
    ask(talk, responder)
    page = become(desk, resident, serve).new_page()
    page.goto(f"/fi/keskustelu/{talk.public_id}/tunnistaudu/")
    page.get_by_role("button", name="Suostun").click()
    page.get_by_role("button", name=NAME).click()
    page.wait_for_url("**/#tunnistautuminen")
    context, hers = console(chromium, serve, supervisor, talk)
    assert NAME not in hers.content()
    hers.locator(".nlc-identity > summary").click()
    hers.get_by_label("Miksi tarvitset nimen?").select_option("feedback")
    clean(hers, "a reason is asked")
    hers.get_by_role("button", name="Näytä nimi").click()
    expect(hers.locator(".nlc-identity > summary")).to_have_text(NAME)
    context.close()


def test_a_service_that_needs_it_from_the_start(desk: BrowserContext, serve: Serve, service: Service, responder: User) -> None:
    Service.objects.update(identification=Identification.START)
    page = desk.new_page()
    page.goto(START)
    page.get_by_label("Kerro asiasi omin sanoin").fill("Oma asiani")
    page.get_by_role("button", name="Aloita keskustelu").click()
    page.wait_for_url("**/tunnistaudu/")
    clean(page, "asked at the start")
    row = Conversation.objects.get()
    assert row.must_identify
    page.get_by_role("button", name="Takaisin keskusteluun").click()
    expect(page.get_by_text("Kukaan ei voi ottaa keskusteluasi")).to_be_visible()
    clean(page, "waiting, not identified")
    page.get_by_role("link", name="Tunnistaudu", exact=True).click()
    page.get_by_role("button", name="Suostun").click()
    page.get_by_role("button", name=NAME).click()
    page.wait_for_url("**/#tunnistautuminen")
    assert not Conversation.objects.get().must_identify
    Responder(responder, row).claim()
    assert stored(row) == ["Oma asiani"]
    assert settings.IDENTITY_PROVIDER == "development"
