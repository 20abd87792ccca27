"""The responder's console in a real browser: the whole day by keyboard, races, reloads, lost lines, phones, axe in each state."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect
from pytest_django.fixtures import Settings

from accounts.actors import Resident
from accounts.models import User
from chat.choices import State
from chat.models import Conversation, Event
from chat.operations import claim_conversation, leave_conversation, post_message, start_conversation
from services.models import County, Municipality, Queue, Service
from tests.browser.axe import examine
from tests.conftest import acting
from tests.serve.portal import Serve, staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))"
SOON = 10_000
PASSWORD = "pitka-ja-hyva-salasana"
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture
def portal(county: County, queue: Queue, second_service: Service, make_portal: Callable[..., Serve]) -> Serve:
    Service.objects.update(
        recording_place_fi="Kirjaa asiakastietojärjestelmään.", recording_place_sv="Anteckna i klientdatasystemet."
    )
    return make_portal()


def comes(service: Service, resident: Resident, words: str = "Äitini unohtelee.", **facts: object) -> Conversation:
    """Somebody starts to wait."""
    return start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now(), body=words, **facts)  # type: ignore[arg-type]


def says(conversation: Conversation, resident: Resident, words: str) -> None:
    """The resident writes."""
    post_message(by=resident, conversation=conversation.public_id, client_id=uuid4(), body=words, now=timezone.now())


def desk(chromium: Browser, portal: Serve, user: User | None = None, **choices: object) -> BrowserContext:
    """A responder at her desk, signed in if she is named."""
    choices = {"viewport": DESK, "reduced_motion": "reduce", **choices}
    context = chromium.new_context(base_url=portal.url, **choices)  # type: ignore[arg-type]
    if user is not None:
        name, value = staff_cookie(user).split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": portal.url}])
    return context


def console_of(context: BrowserContext, path: str = "/fi/vastaaja/") -> tuple[Page, list[str]]:
    """The console, connected; and what the browser complains of."""
    page, heard = context.new_page(), []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "console",
        lambda said: heard.append(said.text) if said.type == "error" and "Failed to load resource" not in said.text else None,
    )
    page.goto(path)
    connected(page)
    return page, heard


def connected(page: Page) -> None:
    page.wait_for_selector('[data-slot=connection][data-state="online"]', state="attached", timeout=SOON)


def log(page: Page) -> list[str]:
    """The messages on the screen."""
    return page.locator("console-log .nlc-msg-body").all_inner_texts()


def test_a_whole_conversation_by_keyboard(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # the server knows no quicker one
    responder.set_password(PASSWORD)
    responder.save()
    page = desk(chromium, portal).new_page()
    page.goto("/fi/vastaaja/")
    page.locator("input[name=login]").focus()
    page.keyboard.type(responder.email)
    page.keyboard.press("Tab")
    for _ in range(4):
        if page.evaluate("document.activeElement.type") == "password":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/fi/vastaaja/")
    connected(page)
    expect(page.get_by_text("Kukaan ei odota.")).to_be_visible()

    conversation = comes(service, resident)
    expect(page.locator("console-waiting .nlc-row")).to_have_count(1, timeout=SOON)
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    page.keyboard.press("F2")
    expect(page.locator("console-log")).to_contain_text("Äitini unohtelee.")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.type("Hei, miten voin auttaa? ?")
    page.keyboard.press("Enter")
    expect(page.locator(".nlc-msg.is-me .nlc-msg-state")).to_have_text("Lähetetty")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.press("F4")
    page.keyboard.type("Kotihoito tietää.")
    page.keyboard.press("Enter")
    expect(page.locator(".nlc-msg.is-note .nlc-msg-state")).to_have_text("Tallennettu")
    page.keyboard.press("F4")
    says(conversation, resident, "Kiitos, selvä.")
    expect(page.locator("console-log")).to_contain_text("Kiitos, selvä.", timeout=SOON)

    page.keyboard.press("F9")
    expect(page.get_by_text("Kirjaa asiakastietojärjestelmään.")).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Ohjattu itsehoitoon tai digipalveluun")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("F9")
    expect(page.locator("console-conversation")).to_have_count(0)
    expect(page.locator(".nlc-next button")).to_be_focused()
    conversation.refresh_from_db()
    assert (conversation.state, conversation.outcome, conversation.topic and conversation.topic.key) == (
        State.ENDED,
        "R2",
        "neuvonta",
    )
    assert [event.audience for event in Event.objects.filter(body="Kotihoito tietää.")] == ["staff"]


def test_the_waiting_list_tells_apart_two_who_gave_no_topic(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident, stranger: Resident
) -> None:
    place = Municipality.objects.create(county=service.county, code="046", name_fi="Enonkoski", name_sv="Enonkoski")
    page, heard = console_of(desk(chromium, portal, responder))
    first, second = comes(service, resident, municipality=place), comes(service, stranger)
    Conversation.objects.filter(pk=first.pk).update(queued_at=timezone.now() - timedelta(days=1))
    first.refresh_from_db()
    rows = page.locator("console-waiting .nlc-row")
    expect(rows).to_have_count(2, timeout=SOON)
    for number, row in enumerate((first, second)):
        local = timezone.localtime(row.queued_at)
        words = f"Tuli klo {local.hour}.{local.minute:02d}" + (f" ({local.day}.{local.month}." if row == first else "")
        expect(rows.nth(number).locator(".nlc-row-meta")).to_contain_text(words, timeout=SOON)
        expect(rows.nth(number).get_by_role("button")).to_have_accessible_name(re.compile(re.escape(words)))
    expect(rows.nth(0).locator(".nlc-row-meta")).to_contain_text("Enonkoski")
    expect(rows.nth(1).locator(".nlc-row-meta")).not_to_contain_text("Enonkoski")
    assert heard == []


def test_a_page_whose_token_is_gone_says_what_to_do(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    """It is no question of rights: she reloads the page and goes on.

    Only the one request goes without the cookie. Taken from the browser it would come back with any answer that was under way:
    each page and part with a form sets it anew.
    """
    context = desk(chromium, portal, responder)

    def without_token(route: Route) -> None:
        kept = [f"{each['name']}={each['value']}" for each in context.cookies() if each["name"] != "csrftoken"]
        route.fulfill(response=route.fetch(headers={**route.request.headers, "cookie": "; ".join(kept)}))

    page, heard = console_of(context)
    conversation = comes(service, resident)
    expect(page.locator("console-waiting .nlc-row")).to_have_count(1, timeout=SOON)
    page.route("**/ota/", without_token)
    page.locator("console-waiting .nlc-take button").click()
    expect(page.locator(".nlc-said")).to_contain_text("Lataa sivu uudelleen")
    expect(page.locator(".nlc-said")).not_to_contain_text("Oikeutesi")
    conversation.refresh_from_db()
    assert conversation.state == State.WAITING
    page.unroute("**/ota/")
    page.reload()
    connected(page)
    page.locator("console-waiting .nlc-take button").click()
    expect(page.locator("console-log")).to_contain_text("Äitini unohtelee.")
    assert heard == []


@pytest.mark.parametrize("banner", ["signed out", "offline"])
def test_what_is_told_never_covers_that_one_is_signed_out_or_offline(
    chromium: Browser, portal: Serve, responder: User, banner: str
) -> None:
    for view in (DESK, PHONE):
        told_beside(desk(chromium, portal, responder, viewport=view), view, banner)


def told_beside(context: BrowserContext, view: ViewportSize, banner: str) -> None:
    """What is told and what stands above it share no place on this screen."""
    page, _heard = console_of(context)
    if banner == "offline":
        context.set_offline(True)
        shown = page.locator("[data-slot=connection][data-state=offline]")
    else:
        Session.objects.all().delete()
        shown = page.locator(".nlc-over")
    expect(shown).to_be_visible(timeout=3 * SOON)
    told = page.locator(".nlc-said")
    page.evaluate("document.querySelector('responder-console').say('Keskustelu on sinun. '.repeat(6), true)")
    expect(told).to_be_visible()
    over, under = told.bounding_box(), shown.bounding_box()
    assert over is not None
    assert under is not None
    assert over["y"] >= under["y"] + under["height"] or over["x"] >= under["x"] + under["width"]
    assert over["y"] + over["height"] <= view["height"]
    context.close()


def test_a_message_that_no_socket_takes_is_told_and_the_next_one_goes(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    """The composer never sends such a one; whatever does, is told, and it does not close one socket after another."""
    conversation = comes(service, resident)
    claim_conversation(by=acting(responder), conversation=conversation.public_id, now=timezone.now())
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    send = "([id, body]) => { document.querySelector('responder-console').connection.send(id, body); }"
    page.evaluate(send, [str(conversation.public_id), "x" * 3_000_000])
    expect(page.locator(".nlc-msg.is-me")).to_contain_text("liian suuri", timeout=SOON)
    page.evaluate(send, [str(conversation.public_id), "Tämä menee perille"])
    expect(page.locator(".nlc-msg.is-me", has_text="Tämä menee perille").locator(".nlc-msg-state")).to_have_text(
        "Lähetetty", timeout=SOON
    )
    assert [event.body for event in Event.objects.filter(body__startswith="Tämä menee")] == ["Tämä menee perille"]
    assert heard == []


def test_of_two_consoles_one_wins_and_the_other_is_told_who(
    chromium: Browser, portal: Serve, service: Service, responder: User, colleague: User, resident: Resident
) -> None:
    conversation = comes(service, resident)
    pages = [console_of(desk(chromium, portal, user))[0] for user in (responder, colleague)]
    for page in pages:
        expect(page.locator("console-waiting .nlc-row")).to_have_count(1, timeout=SOON)
    for page in pages:
        page.evaluate("document.querySelector('console-waiting .nlc-take button').click()")
    for page in pages:
        page.wait_for_selector("console-conversation, .nlc-said:not(:empty)", timeout=SOON)
    conversation.refresh_from_db()
    assert conversation.responder is not None
    won, lost = pages if conversation.responder == responder else reversed(pages)
    expect(won.locator("console-log")).to_contain_text("Äitini unohtelee.")
    expect(lost.locator(".nlc-said")).to_contain_text(conversation.responder.display_name)
    expect(lost.locator("console-conversation")).to_have_count(0)
    expect(lost.locator("console-waiting .nlc-row")).to_have_count(0, timeout=SOON)


def test_at_the_limit_she_is_told(chromium: Browser, portal: Serve, service: Service, responder: User) -> None:
    Queue.objects.update(max_parallel=1)
    for _ in range(2):
        comes(service, Resident(uuid4()))
    page, _ = console_of(desk(chromium, portal, responder))
    page.keyboard.press("F2")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.press("F2")
    expect(page.locator(".nlc-said")).to_contain_text("Sinulla on jo 1 keskustelua")


def test_reload_in_the_middle_loses_and_repeats_nothing(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    conversation = comes(service, resident)
    page, heard = console_of(desk(chromium, portal, responder))
    page.keyboard.press("F2")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.type("Ensimmäinen")
    page.keyboard.press("Enter")
    expect(page.locator(".nlc-msg.is-me .nlc-msg-state")).to_have_text("Lähetetty")
    assert page.url.endswith(f"/fi/vastaaja/{conversation.public_id}/")
    says(conversation, resident, "Ennen latausta")
    page.reload()
    connected(page)
    says(conversation, resident, "Latauksen jälkeen")
    expect(page.locator("console-log")).to_contain_text("Latauksen jälkeen", timeout=SOON)
    page.locator(".nlc-text").fill("Toinen")
    page.locator(".nlc-text").press("Enter")
    expect(page.locator(".nlc-msg.is-me .nlc-msg-state").last).to_have_text("Lähetetty")
    page.wait_for_timeout(500)
    assert log(page) == ["Äitini unohtelee.", "Ensimmäinen", "Ennen latausta", "Latauksen jälkeen", "Toinen"]
    assert heard == []


def test_a_killed_server_costs_only_time(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    comes(service, resident)
    page, _ = console_of(desk(chromium, portal, responder))
    page.keyboard.press("F2")
    expect(page.locator(".nlc-text")).to_be_focused()
    portal.kill()
    page.keyboard.type("Tämä ei katoa")
    page.keyboard.press("Enter")
    expect(page.locator(".is-pending .nlc-msg-state")).to_have_text("Lähetetään…")
    page.wait_for_selector('[data-slot=connection]:not([data-state="online"])', state="attached", timeout=SOON)
    page.keyboard.type("kesken jäänyt lause")
    portal.start()
    expect(page.locator(".nlc-msg.is-me .nlc-msg-state")).to_have_text("Lähetetty", timeout=60_000)
    expect(page.locator(".nlc-text")).to_have_value("kesken jäänyt lause")
    assert Event.objects.filter(body="Tämä ei katoa").count() == 1


def test_whom_the_resident_left_stays_until_coded(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    conversation = comes(service, resident)
    page, _ = console_of(desk(chromium, portal, responder))
    page.keyboard.press("F2")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.type("Hei!")
    page.keyboard.press("Enter")
    expect(page.locator(".nlc-msg.is-me .nlc-msg-state")).to_have_text("Lähetetty")
    page.keyboard.type("en ehtinyt")
    leave_conversation(by=resident, conversation=conversation.public_id, now=timezone.now())
    expect(page.locator("console-log")).to_contain_text("Asukas päätti keskustelun", timeout=SOON)
    expect(page.locator(".nlc-text")).to_have_value("en ehtinyt")
    expect(page.locator(".nlc-row-mine")).to_contain_text("Anna lopputulos", timeout=SOON)
    expect(page.get_by_role("button", name="Tallenna lopputulos")).to_be_visible()
    page.locator(".nlc-text").fill("")
    page.keyboard.press("F9")
    page.keyboard.press("9")
    page.locator("select[name=topic]").select_option("neuvonta")
    page.get_by_role("button", name="Tallenna lopputulos").click()
    expect(page.locator(".nlc-row-mine")).to_have_count(0, timeout=SOON)
    conversation.refresh_from_db()
    assert (conversation.ended_by, conversation.outcome) == ("resident", "R9")


def test_signing_out_elsewhere_closes_the_console_and_keeps_the_words(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    conversation = comes(service, resident)
    page, _ = console_of(desk(chromium, portal, responder))
    page.keyboard.press("F2")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.type("Tätä en ehtinyt lähettää")
    Session.objects.all().delete()
    expect(page.get_by_text("Sinut on kirjattu ulos")).to_be_visible(timeout=SOON)
    expect(page.locator(".nlc-text")).to_have_value("Tätä en ehtinyt lähettää")
    expect(page.get_by_role("button", name="Lähetä")).to_be_disabled()
    says(conversation, resident, "Tätä hän ei saa nähdä")
    page.wait_for_timeout(4000)
    assert "Tätä hän ei saa nähdä" not in page.content()


@pytest.mark.parametrize("path", ["/fi/vastaaja/", "/sv/vastaaja/"])
def test_a_phone_shows_one_thing_at_a_time(
    path: str, chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    conversation = comes(service, resident, "Pitkääääääääääääääääääääääääääääääääääääääääääääääääääääääääääsana")
    page, _ = console_of(desk(chromium, portal, responder, viewport=PHONE), path)
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
    page.locator(".nlc-take button").first.click()
    expect(page.locator(".nlc-text")).to_be_visible()
    expect(page.locator("console-waiting")).not_to_be_visible()
    assert page.evaluate(fits)
    send = page.locator(".nlc-send").bounding_box()
    assert send is not None
    assert send["y"] + send["height"] <= PHONE["height"]
    for number in range(12):
        says(conversation, resident, f"Rivi {number} siitä, mitä kotona on tapahtunut.")
    expect(page.get_by_text("Rivi 11 siitä")).to_be_in_viewport(timeout=SOON)
    send = page.locator(".nlc-send").bounding_box()
    assert send is not None
    assert send["y"] + send["height"] <= PHONE["height"], "the words scroll, and the composer stays"
    page.locator("[data-act=side]").click()
    expect(page.locator(".nlc-facts")).to_be_visible()
    expect(page.locator(".nlc-text")).not_to_be_visible()
    page.locator(".nlc-ending summary").click()
    outcome = page.locator(".nlc-ending .nlc-outcome").first.bounding_box()
    assert outcome is not None
    assert outcome["height"] < 60
    assert page.evaluate(fits)
    page.locator("a.nlc-back").click()
    expect(page.locator(".nlc-row-mine")).to_be_visible(timeout=SOON)
    expect(page.locator(".nlc-text")).not_to_be_visible()
    page.locator(".nlc-row-link").click()
    expect(page.locator(".nlc-conv")).to_be_visible()


def test_without_a_script(chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident) -> None:
    conversation = comes(service, resident)
    page = desk(chromium, portal, responder, java_script_enabled=False).new_page()
    page.goto("/fi/vastaaja/")
    page.get_by_role("link", name="Päivitä").click()
    page.get_by_role("button", name="Ota seuraava").click()
    page.get_by_label("Viestisi").fill("Hei ilman skriptiä")
    page.get_by_role("button", name="Lähetä").click()
    assert log(page) == ["Äitini unohtelee.", "Hei ilman skriptiä"]
    page.get_by_label("Muistiinpano vain henkilöstölle").check(force=True)
    page.get_by_label("Viestisi").fill("Vain meille")
    page.get_by_role("button", name="Tallenna muistiinpano").click()
    page.get_by_text("Lopeta keskustelu", exact=True).click()
    page.get_by_role("radio", name="Hoidettu chatissa").check()
    page.locator("select[name=topic]").select_option("neuvonta")
    page.get_by_role("button", name="Lopeta ja tallenna").click()
    expect(page.get_by_text("Sinulla ei ole nyt keskustelua.")).to_be_visible()
    conversation.refresh_from_db()
    assert conversation.outcome == "R1"
    assert set(Event.objects.filter(kind="message").values_list("body", "audience")) == {
        ("Äitini unohtelee.", "all"),
        ("Hei ilman skriptiä", "all"),
        ("Vain meille", "staff"),
    }


def test_where_sockets_are_blocked(chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident) -> None:
    conversation = comes(service, resident)
    context = desk(chromium, portal, responder)
    context.add_init_script("window.WebSocket = class { constructor() { throw new Error('blocked'); } };")
    page = context.new_page()
    page.goto("/fi/vastaaja/")
    page.locator("console-waiting .nlc-take button").click()
    expect(page.locator(".nlc-text")).to_be_focused()
    expect(page.get_by_text("Hidas yhteys")).to_be_visible(timeout=SOON)
    page.keyboard.type("Ilman pistoketta")
    page.keyboard.press("Enter")
    expect(page.locator(".nlc-msg.is-me .nlc-msg-state")).to_have_text("Lähetetty", timeout=SOON)
    says(conversation, resident, "Näkyykö tämä?")
    expect(page.locator("console-log")).to_contain_text("Näkyykö tämä?", timeout=SOON)
    comes(service, Resident(uuid4()))
    expect(page.locator("console-waiting .nlc-row")).to_have_count(1, timeout=2 * SOON)
    expect(page.locator(".nlc-row-mine")).to_have_count(1)
    assert log(page) == ["Äitini unohtelee.", "Ilman pistoketta", "Näkyykö tämä?"]


def accessible(page: Page, state: str) -> None:
    """Axe finds nothing in this state, in light and in dark colours."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        found = examine(page, only_colours=scheme == "dark")
        assert not found.response["violations"], f"{state}, {scheme}\n{found.generate_report()}"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_axe_in_each_state(
    language: str,
    chromium: Browser,
    portal: Serve,
    service: Service,
    responder: User,
    colleague: User,
    resident: Resident,
) -> None:
    page, heard = console_of(desk(chromium, portal, responder), f"/{language}/vastaaja/")
    accessible(page, "nobody waits")
    conversation = comes(service, resident, contactor="relative", language="sv")
    away = comes(service, Resident(uuid4()))
    Conversation.objects.filter(pk=away.pk).update(away_since=timezone.now())
    expect(page.locator("console-waiting .nlc-row")).to_have_count(2, timeout=SOON)
    accessible(page, "two wait, one is away")
    page.keyboard.press("F2")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.type("https://alue.test/ohje auttaa")
    page.keyboard.press("Enter")
    expect(page.locator(".is-me .nlc-msg-body a")).to_be_visible()
    accessible(page, "conversation")
    page.keyboard.press("F4")
    page.keyboard.type("muistiin")
    page.keyboard.press("Enter")
    expect(page.locator(".is-note .nlc-msg-state")).to_be_visible()
    accessible(page, "note")
    page.keyboard.press("F9")
    page.keyboard.press("7")
    expect(page.locator("select[name=target]")).to_be_visible()
    accessible(page, "ending")
    page.get_by_role("button", name=re.compile("Näppäimet|Tangenter|Keys")).click()
    accessible(page, "help")
    page.keyboard.press("Escape")
    leave_conversation(by=resident, conversation=conversation.public_id, now=timezone.now())
    expect(page.locator("console-conversation.is-ended")).to_be_visible(timeout=SOON)
    accessible(page, "ended by the resident")
    page.set_viewport_size(PHONE)
    accessible(page, "phone")
    page.locator("a.nlc-back").click()
    accessible(page, "phone, lists")
    page.set_viewport_size(DESK)
    claim_conversation(by=acting(colleague), conversation=away.public_id, now=timezone.now())
    page.goto(f"/{language}/vastaaja/{away.public_id}/")
    connected(page)
    accessible(page, "a colleague's conversation")
    Session.objects.all().delete()
    expect(page.locator(".nlc-over")).to_be_visible(timeout=SOON)
    accessible(page, "signed out")
    assert heard == []
