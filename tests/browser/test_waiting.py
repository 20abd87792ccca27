"""The waiting room and disruptions in a real browser: told calmly, at once, without a script too, and to everyone."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actors import Resident
from accounts.models import User
from chat.choices import PresenceKind
from chat.models import Conversation, Leg, Presence
from chat.operations import claim_conversation, end_disruption, leave_conversation, start_conversation, start_disruption
from services.models import County, Queue, ResponderGroup, Schedule, Service
from tests.browser.axe import examine
from tests.browser.resident_side import PHONE, START, Responder, become, open_talk, until
from tests.conftest import acting, make_queue
from tests.serve.portal import Serve, staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT_TONES = """() => {
  window.rung = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) { window.rung += 1; return start.apply(this, at); };
}"""
TEXT = {"fi": "Chat katkeilee juuri nyt.", "sv": "Chatten bryts just nu."}


def wait_in_line(service: Service, count: int, *, minutes: float = 0) -> list[tuple[Resident, Conversation]]:
    """So many who came before."""
    people = [Resident(uuid4()) for _ in range(count)]
    now = timezone.now() - timedelta(minutes=minutes)
    return [(who, start_conversation(by=who, service=service, token=uuid4(), now=now)) for who in people]


def serve_steadily(service: Service, responder: User, *, minutes: float, count: int = 12) -> None:
    """One has been taken every so many minutes."""
    Queue.objects.filter(service=service).update(max_parallel=100)
    now = timezone.now()
    for number, (_who, row) in enumerate(wait_in_line(service, count, minutes=1 + count * minutes)):
        taken = now - timedelta(minutes=1 + (count - 1 - number) * minutes)
        claim_conversation(by=acting(responder), conversation=row.public_id, now=taken)


def faults_of(page: Page, name: str) -> list[str]:
    found = examine(page).response["violations"]
    return [f"{name}: {one['id']} {one['nodes'][0]['target']}" for one in found]


def test_the_estimate_the_place_and_the_call(
    desk: BrowserContext, serve: Serve, service: Service, responder: User, resident: Resident
) -> None:
    serve_steadily(service, responder, minutes=3)
    ahead = wait_in_line(service, 3)
    row = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now())
    assert Leg.objects.get(conversation=row).estimate_low_seconds is not None
    page = open_talk(become(desk, resident, serve), row)
    expect(page.get_by_role("heading", name="Edelläsi on 3")).to_be_visible()
    expect(page.locator("[data-part=estimate]")).to_contain_text("Arvio odotusajasta:")
    expect(page.locator("[data-part=estimate]")).to_contain_text("minuuttia")
    assert page.title().startswith("Ikääntyneiden")
    for who, other in ahead[:2]:
        leave_conversation(by=who, conversation=other.public_id, now=timezone.now())
    expect(page.locator("[data-part=place]")).to_have_text("Edelläsi on 1 ihminen")
    expect(page).to_have_title("Olet pian vuorossa – Ikääntyneiden palvelujen chat – Neuvoluukku")
    expect(page.locator("[data-part=announcer]")).to_contain_text("Olet pian vuorossa")
    Responder(responder, row).claim()
    expect(page.locator("[data-part=announcer]")).to_contain_text("vastaa sinulle nyt")
    expect(page.locator("[data-part=waiting]")).to_be_hidden()


def test_the_call_makes_a_sound_only_when_it_is_asked_for(
    desk: BrowserContext, serve: Serve, service: Service, responder: User, resident: Resident
) -> None:
    wait_in_line(service, 1)
    row = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now())
    page = open_talk(become(desk, resident, serve), row)
    expect(page.get_by_label("Äänimerkillä")).not_to_be_checked()
    page.evaluate(COUNT_TONES)
    page.get_by_label("Äänimerkillä").check()
    until(lambda: page.evaluate("window.rung") == 2)
    Responder(responder, row).claim()
    until(lambda: page.evaluate("window.rung") == 4)


def test_who_answers_and_other_ways_when_it_is_long(
    desk: BrowserContext, serve: Serve, county: County, service: Service, responder: User, colleague: User, resident: Resident
) -> None:
    row = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now())
    page = open_talk(become(desk, resident, serve), row)
    expect(page.locator("[data-part=live-wait] summary")).to_be_visible()
    expect(page.get_by_text("Nyt vastaa yksi ammattilainen.")).to_be_hidden()
    present = Presence.objects.create(county=county, user=responder, kind=PresenceKind.AVAILABLE)
    expect(page.get_by_text("Nyt vastaa yksi ammattilainen.")).to_be_visible(timeout=12_000)
    now = timezone.now()
    Presence.objects.filter(pk=present.pk).update(
        kind=PresenceKind.BREAK, starts_at=now, back_at=now + timedelta(minutes=40), cover=colleague
    )
    expect(page.get_by_text("Ammattilainen on tauolla ja palaa arviolta")).to_be_visible(timeout=12_000)
    expect(page.get_by_text("Sillä välin vastaa mahdollisuuksien mukaan Kaisa, asiakasohjaaja.")).to_be_visible()
    Leg.objects.filter(conversation=row).update(alternatives_at=now)
    page.reload()
    expect(page.get_by_role("heading", name="Odotusaika on nyt pitkä")).to_be_visible()
    expect(page.get_by_text("paikkasi säilyy eikä mitään katoa")).to_be_visible()
    assert faults_of(page, "a long wait") == []


def test_a_second_tab_says_that_she_is_here_already(
    desk: BrowserContext, serve: Serve, service: Service, responder: User, resident: Resident
) -> None:
    row = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now())
    first = open_talk(become(desk, resident, serve), row)
    expect(first.locator("[data-part=tabs]")).to_be_hidden()
    second = desk.new_page()
    second.goto(START)
    expect(second.get_by_role("heading", name="Olet jo jonossa")).to_be_visible()
    second.get_by_role("link", name="Jatka keskustelua").click()
    expect(second.get_by_text("Tämä keskustelu on auki myös toisessa välilehdessä.")).to_be_visible()
    expect(first.locator("[data-part=tabs]")).to_be_hidden()


def test_a_second_service_is_asked_about(
    chromium: Browser,
    serve: Serve,
    county: County,
    service: Service,
    second_service: Service,
    always_open: Schedule,
    second_group: ResponderGroup,
    second_responder: User,
    resident: Resident,
) -> None:
    make_queue(second_service, always_open, second_group)
    first = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now())
    for with_script in (True, False):
        context = chromium.new_context(base_url=serve.url, viewport=PHONE, java_script_enabled=with_script)  # type: ignore[arg-type]
        page = become(context, resident, serve).new_page()
        page.goto("/fi/palvelu/neuvola/chat/")
        expect(page.get_by_role("heading", name="Sinulla on jo keskustelu toisessa palvelussa")).to_be_visible()
        expect(page.get_by_text("Olet jonossa: Ikääntyneiden palvelujen chat.")).to_be_visible()
        if with_script:
            assert faults_of(page, "a second service") == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("link", name="Jatka sitä").click()
        expect(page).to_have_url(f"{serve.url}/fi/keskustelu/{first.public_id}/")
        context.close()
    context = chromium.new_context(base_url=serve.url, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/fi/palvelu/neuvola/chat/")  # she had none when she opened it, and began another meanwhile
    page.get_by_label("Kerro asiasi omin sanoin").fill("Toinen asia")
    become(context, resident, serve)
    page.get_by_role("button", name="Aloita keskustelu").click()
    expect(page.get_by_label("Kerro asiasi omin sanoin")).to_have_value("Toinen asia")
    assert Conversation.objects.count() == 1, "nothing begins without her choice"
    page.get_by_role("button", name="Aloita silti uusi keskustelu").click()
    expect(page.locator("resident-chat")).to_be_visible()
    second = Conversation.objects.get(service=second_service)
    assert second.started_beside
    assert list(Conversation.objects.duplicates()) == [second]
    context.close()


def test_open_pages_tell_of_a_disruption_within_ten_seconds(
    chromium: Browser,
    serve: Serve,
    county: County,
    service: Service,
    responder: User,
    supervisor: User,
    resident: Resident,
    stranger: Resident,
) -> None:
    waiting = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now())
    served = start_conversation(by=stranger, service=service, token=uuid4(), now=timezone.now())
    Responder(responder, served).claim()
    pages: dict[str, Page] = {}
    contexts = []
    for name, path in (("front", "/fi/"), ("service", "/fi/palvelu/ikaantyneet/"), ("start", START)):
        context = chromium.new_context(base_url=serve.url)
        contexts.append(context)
        pages[name] = context.new_page()
        pages[name].goto(path)
    for who, name, row in ((resident, "waiting", waiting), (stranger, "conversation", served)):
        context = become(chromium.new_context(base_url=serve.url), who, serve)
        contexts.append(context)
        pages[name] = open_talk(context, row)
    context = chromium.new_context(base_url=serve.url)
    contexts.append(context)
    name, _, value = staff_cookie(responder).partition("=")
    context.add_cookies([{"name": name, "value": value, "url": serve.url, "httpOnly": True}])
    console = context.new_page()
    console.goto("/fi/vastaaja/")
    expect(console.locator("responder-console")).to_be_visible()
    # Two seconds of what each page remembers must not help it.
    time.sleep(3)
    notice = start_disruption(
        by=acting(supervisor),
        county=county,
        service=service,
        text=TEXT,
        staff_text={"fi": "Sovi takaisinsoitosta."},
        now=timezone.now(),
        stops_intake=True,
    )
    began = time.monotonic()
    left = {**{name: page.locator(".nl-notice", has_text=TEXT["fi"]) for name, page in pages.items()}}
    left["log"] = pages["waiting"].locator(".nl-log-notice", has_text=TEXT["fi"])
    left["console"] = console.locator(".nlc-disruption", has_text="Sovi takaisinsoitosta.")
    took: dict[str, float] = {}
    while left and time.monotonic() - began < 12:
        for name in [name for name, place in left.items() if place.count()]:
            took[name] = time.monotonic() - began
            del left[name]
    print({name: round(seconds, 1) for name, seconds in took.items()})
    assert not left, f"not told: {list(left)}"
    assert max(took.values()) <= 10, took
    assert faults_of(pages["front"], "front") + faults_of(pages["waiting"], "waiting") + faults_of(console, "console") == []
    end_disruption(by=acting(supervisor), disruption=notice, now=timezone.now())
    for name, page in pages.items():
        expect(page.locator(".nl-notice"), name).to_have_count(0, timeout=10_000)
    expect(pages["waiting"].get_by_role("log").get_by_text("Häiriö on ohi. Paikkasi jonossa säilyy.")).to_be_visible(timeout=10_000)
    expect(console.locator(".nlc-disruption")).to_have_count(0, timeout=10_000)
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1100, 360])
def test_the_switch_and_its_report(
    chromium: Browser, serve: Serve, service: Service, supervisor: User, resident: Resident, responder: User, width: int
) -> None:
    start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now())
    context = chromium.new_context(base_url=serve.url, viewport={"width": width, "height": 800})
    name, _, value = staff_cookie(supervisor).partition("=")
    context.add_cookies([{"name": name, "value": value, "url": serve.url, "httpOnly": True}])
    page = context.new_page()
    page.goto("/fi/vastaaja/hairio/")
    faults = faults_of(page, "switch")
    page.get_by_label("Tiedote asukkaille").first.fill("Poikki.")
    page.get_by_role("button", name="Katso ennen julkaisua").click()
    expect(page.get_by_role("alert")).to_contain_text("Asukkaat näkevät tiedotteen heti")
    faults += faults_of(page, "refused")
    page.get_by_label("Tiedote asukkaille").nth(1).fill("Av.")
    page.get_by_role("button", name="Katso ennen julkaisua").click()
    expect(page.get_by_role("heading", name="Katso ennen julkaisua")).to_be_visible()
    faults += faults_of(page, "preview")
    page.get_by_role("button", name="Julkaise nyt").click()
    expect(page.get_by_role("heading", name="Raportti häiriöstä")).to_be_visible()
    expect(page.locator(".nld-table tbody tr")).to_have_count(1)
    faults += faults_of(page, "report")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Lopeta häiriö").click()
    page.get_by_role("button", name="Kyllä, häiriö on ohi").click()
    expect(page.get_by_role("heading", name="Raportti häiriöstä")).to_be_visible()
    assert faults == []
    context.close()
