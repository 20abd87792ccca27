"""A shift without a mouse: offers are heard and taken, boxes close, what comes below is told, and the focus is never lost."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Route, expect

from accounts.actors import Resident
from accounts.models import User
from chat.models import ConsoleSettings, Conversation, Participant
from chat.operations import offer_transfer, set_presence, take_over_conversation
from services.choices import Identification
from services.models import Queue, Service
from tests.browser.resident_side import until
from tests.browser.test_console import PHONE, SOON, connected, console_of, desk, portal, says
from tests.browser.test_console_desk import THE_CALL, accessible, taken
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["portal"]
ONCE = "document.querySelectorAll('.nlc-hide-link[tabindex=\"0\"]').length"
NARROW = {"width": 360, "height": 740}


def offered(conversation: Conversation, responder: User, queue: Queue, person: User | None = None) -> None:
    offer_transfer(
        by=acting(responder),
        conversation=conversation.public_id,
        queue=queue.public_id,
        person=person.public_id if person else None,
        reason="expertise",
        token=uuid4(),
        now=timezone.now(),
    )


def test_an_offer_calls_until_it_is_taken_by_two_keys(
    chromium: Browser, portal: Serve, service: Service, queue: Queue, responder: User, colleague: User
) -> None:
    conversation = taken(service, responder)
    set_presence(by=acting(colleague), county=service.county, kind="available", now=timezone.now())
    theirs, heard = console_of(desk(chromium, portal, colleague))
    theirs.keyboard.press("Shift+F2")  # the page may sound now
    theirs.evaluate(THE_CALL)
    sender, also = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    offered(conversation, responder, queue, colleague)
    count = theirs.locator(".nlc-top [data-slot=count-offers]")
    expect(count).to_have_text("Tarjolla sinulle 1", timeout=SOON)
    expect(theirs).to_have_title(re.compile(r"^\(1\) "))
    expect(theirs.locator("[data-slot=news]")).to_contain_text("Kollega tarjoaa sinulle keskustelua.")
    expect(theirs.locator("body")).to_have_attribute("data-calls", re.compile("[1-9]"), timeout=SOON)
    again = int(theirs.evaluate("document.body.dataset.calls"))
    expect(theirs.locator("body")).to_have_attribute("data-calls", str(again + 1), timeout=12_000)  # it repeats
    sender.locator(".nlc-transfer-open button").focus()
    theirs.keyboard.press("Control+F2")
    expect(theirs.locator(".nlc-offer button").first).to_be_focused()
    theirs.keyboard.press("Enter")
    expect(theirs.locator(".nlc-text")).to_be_focused(timeout=SOON)
    expect(count).to_be_hidden()
    expect(theirs).not_to_have_title(re.compile(r"\(1\)"))
    assert theirs.evaluate("document.querySelector('console-settings').alert.isCalling") is False
    expect(sender.locator(".nlc-notice")).to_be_visible(timeout=SOON)
    expect(sender.locator("console-conversation .nlc-text")).to_be_focused()  # not lost to the top of the page
    theirs.keyboard.press("Control+F2")
    expect(theirs.locator(".nlc-said")).to_have_text("Sinulle ei nyt tarjota mitään.")
    assert heard == also == []


KEY_PAUSE = 0.15  # seconds between the keys of somebody who knows them
ALTGR = """key => { const event = new KeyboardEvent("keydown", {
  key, ctrlKey: true, altKey: true, bubbles: true, cancelable: true, modifierAltGraph: true });
  return document.activeElement.dispatchEvent(event); }"""


def test_everything_of_an_ending_is_given_by_keys_in_under_five_seconds(
    chromium: Browser, portal: Serve, service: Service, responder: User, second_service: Service
) -> None:
    reasons = {"3": ("T", "R3", "examination", None), "7": ("", "R7", "", second_service)}
    for key, (reason, outcome, why, target) in reasons.items():
        conversation = taken(service, responder)
        page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
        place = second_service.name_fi[0]
        begun = time.monotonic()
        for press in ("F9", key, "Tab", reason or place, "Tab", "N", "Tab", "K", "F9"):
            page.keyboard.press(press)
            time.sleep(KEY_PAUSE)
        until(lambda row=conversation: Conversation.objects.get(pk=row.pk).outcome != "", 5 - (time.monotonic() - begun))  # type: ignore[misc]
        conversation.refresh_from_db()
        assert (conversation.outcome, conversation.outcome_reason) == (outcome, why)
        assert conversation.wrong_service_target == target
        assert conversation.failure_demand == "status_enquiry"
        assert conversation.topic is not None and conversation.topic.key == "neuvonta"
        assert heard == []


def test_a_key_of_her_own_works_after_a_reload_and_altgr_writes(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    conversation = taken(service, responder)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    page.keyboard.press("F1")
    page.locator("[data-act=change-settings]").click()
    expect(page.get_by_label("Ääni, kun joku tulee jonoon")).to_be_in_viewport()
    expect(page.locator("#key-end")).to_be_in_viewport()  # the form is seen, not only its first line
    page.locator("#key-end").select_option("Shift+F10")
    page.locator("form[data-slot=settings-form] .btn-primary").click()
    expect(page.locator("[data-command=end] kbd")).to_have_text("Shift+F10")
    page.reload()
    connected(page)
    page.locator(".nlc-text").focus()
    for written in ("@", "€"):
        assert page.evaluate(ALTGR, written), "what AltGr writes is no command"
    page.keyboard.press("F9")
    expect(page.locator(".nlc-ending")).not_to_have_attribute("open", "")
    page.keyboard.press("Shift+F10")
    expect(page.locator(".nlc-ending")).to_have_attribute("open", "")
    assert heard == []


def test_an_offer_is_seen_on_a_phone_where_a_conversation_fills_the_window(
    chromium: Browser, portal: Serve, service: Service, queue: Queue, responder: User, colleague: User
) -> None:
    own = taken(service, colleague, words="Oma asia")
    page, _ = console_of(desk(chromium, portal, colleague, viewport=PHONE), f"/fi/vastaaja/{own.public_id}/")
    offered(taken(service, responder), responder, queue)
    expect(page.locator(".nlc-bar [data-slot=count-offers]")).to_have_text("Tarjolla sinulle 1", timeout=SOON)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_loses_a_conversation_to_the_supervisor_is_told_and_keeps_no_old_tools(
    chromium: Browser, portal: Serve, service: Service, responder: User, supervisor: User
) -> None:
    conversation = taken(service, responder)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    expect(page.locator(".nlc-row-mine")).to_have_count(1)
    page.locator("console-ending summary").focus()
    take_over_conversation(by=acting(supervisor), conversation=conversation.public_id, now=timezone.now())
    expect(page.locator(".nlc-said")).to_have_text("Keskustelu siirtyi eteenpäin eikä ole enää sinulla.", timeout=SOON)
    expect(page.locator(".nlc-notice")).to_be_visible()
    expect(page.locator(".nlc-transfer, .nlc-identity, console-ending")).to_have_count(0)
    expect(page.locator("console-conversation .nlc-text")).to_be_focused()
    assert heard == []


def test_who_loses_a_conversation_while_her_page_opens_is_told_too(
    chromium: Browser, portal: Serve, service: Service, responder: User, supervisor: User
) -> None:
    conversation = taken(service, responder)

    def first(route: Route) -> None:
        take_over_conversation(by=acting(supervisor), conversation=conversation.public_id, now=timezone.now())
        route.continue_()

    window = desk(chromium, portal, responder)
    window.route("**/responder-console*.js", first)
    page, heard = console_of(window, f"/fi/vastaaja/{conversation.public_id}/")
    expect(page.locator(".nlc-said")).to_have_text("Keskustelu siirtyi eteenpäin eikä ole enää sinulla.", timeout=SOON)
    expect(page.locator(".nlc-transfer, .nlc-identity, console-ending")).to_have_count(0)
    assert heard == []


def test_what_comes_below_is_told_and_not_taken_for_seen(
    chromium: Browser, portal: Serve, service: Service, responder: User, colleague: User
) -> None:
    resident = Resident(uuid4())
    conversation = taken(service, responder, resident)
    for number in range(14):
        says(conversation, resident, f"Rivi {number}")
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    me = Participant.objects.get(conversation=conversation, user=responder)
    newer = page.get_by_role("button", name="Uutta alempana")
    expect(newer).to_be_hidden()
    page.locator("console-log").focus()
    page.keyboard.press("Home")
    page.evaluate("document.querySelector('console-log').scrollTop = 0")
    page.wait_for_timeout(200)
    me.refresh_from_db()
    before = me.seen_all
    says(conversation, resident, "Rintaan sattuu")
    expect(newer).to_be_visible(timeout=SOON)
    page.wait_for_timeout(700)
    me.refresh_from_db()
    assert me.seen_all == before  # the resident is not told that it has been read
    accessible(page, "something new below")
    newer.click()
    expect(newer).to_be_hidden()
    expect(page.locator(".nlc-text")).to_be_focused()
    expect(page.locator(".nlc-msg-body").last).to_be_in_viewport()
    for _ in range(40):
        me.refresh_from_db()
        if me.seen_all > before:
            break
        page.wait_for_timeout(100)
    assert me.seen_all > before
    assert heard == []


def test_the_log_is_one_stop_of_the_tab_key_and_words_are_hidden_by_a_key(
    chromium: Browser, portal: Serve, service: Service, responder: User
) -> None:
    resident = Resident(uuid4())
    conversation = taken(service, responder, resident)
    for number in range(5):
        says(conversation, resident, f"Rivi {number}")
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    assert page.evaluate(ONCE) == 1
    says(conversation, resident, "Viimeinen")
    expect(page.locator(".nlc-msg-body").last).to_have_text("Viimeinen", timeout=SOON)
    assert page.evaluate(ONCE) == 1
    page.locator(".nlc-text").focus()
    page.keyboard.press("Control+F10")
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    assert page.evaluate(ONCE) == 1
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("blockquote, .nlc-hide-quote")).to_have_text("Rivi 3")
    page.keyboard.press("Escape")
    expect(page.locator(".nlc-hide-link:focus")).to_have_count(1)
    assert heard == []


def test_one_box_at_a_time_and_escape_goes_back_to_writing(
    chromium: Browser, portal: Serve, service: Service, second_queue: Queue, responder: User
) -> None:
    Service.objects.filter(pk=service.pk).update(identification=Identification.MIDWAY)
    conversation = taken(service, responder)
    conversation.queue.transfer_targets.add(second_queue)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    page.locator(".nlc-text").focus()
    page.keyboard.press("Control+F7")
    expect(page.locator(".nlc-identity")).to_have_attribute("open", "")
    expect(page.locator(".nlc-identity input[type=radio]").first).to_be_focused()
    page.keyboard.press("Shift+F9")
    expect(page.locator(".nlc-transfer")).to_have_attribute("open", "")
    expect(page.locator(".nlc-identity[open]")).to_have_count(0)
    page.get_by_label("Muistiinpano kollegalle").fill("Kesken")
    page.keyboard.press("Escape")
    expect(page.locator(".nlc-head details[open]")).to_have_count(0)
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.press("Shift+F9")
    expect(page.get_by_label("Muistiinpano kollegalle")).to_have_value("Kesken")
    page.keyboard.press("Control+F1")
    expect(page.locator(".nlc-asked")).to_be_visible(timeout=SOON)
    assert heard == []


def test_a_narrow_head_keeps_its_rarer_tools_behind_a_button(
    chromium: Browser, portal: Serve, service: Service, queue: Queue, second_queue: Queue, responder: User, colleague: User
) -> None:
    conversation = taken(service, responder)
    queue.transfer_targets.add(second_queue)
    page, heard = console_of(desk(chromium, portal, responder, viewport=PHONE), f"/fi/vastaaja/{conversation.public_id}/")
    more, transfer = page.get_by_role("button", name="Lisää toimintoja"), page.locator(".nlc-transfer > summary")
    expect(transfer).to_be_hidden()
    assert page.locator(".nlc-head").bounding_box()["height"] < 140  # type: ignore[index]
    more.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(transfer).to_be_visible()
    accessible(page, "more tools")
    more.press("Enter")
    expect(transfer).to_be_hidden()
    page.keyboard.press("Shift+F9")  # a key finds what is behind the button
    expect(page.get_by_label("Kenelle")).to_be_focused()
    page.keyboard.press("Escape")
    more.click()
    offered(conversation, responder, queue, colleague)
    expect(page.locator(".nlc-transfer-open")).to_be_visible(timeout=SOON)  # what is under way is always seen
    assert heard == []


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, NARROW])
def test_large_letters_leave_the_page_in_its_place_and_everything_in_reach(
    size: dict[str, int], chromium: Browser, portal: Serve, service: Service, responder: User
) -> None:
    conversation = taken(service, responder)
    page, heard = console_of(desk(chromium, portal, responder, viewport=size))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.locator(".nlc-row-link").first.click()
    expect(page.locator(f"#m-{conversation.public_id}")).to_be_focused(timeout=SOON)
    expect(page.locator(".nlc-composer button.nlc-send")).to_be_in_viewport()
    assert page.evaluate("[scrollX, scrollY, document.body.scrollTop, document.body.scrollLeft]") == [0, 0, 0, 0]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".nlc-title").scroll_into_view_if_needed()
    expect(page.locator(".nlc-title")).to_be_in_viewport()
    assert heard == []


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_the_tools_of_the_lists_fit_their_column(
    language: str, chromium: Browser, portal: Serve, service: Service, responder: User
) -> None:
    page, _ = console_of(desk(chromium, portal, responder, viewport={"width": 1280, "height": 900}), f"/{language}/vastaaja/")
    expect(page.locator("[data-act=sound]")).to_be_visible()
    widest = "Math.max(...[...document.querySelectorAll('.nlc-tools > *')].map(one => one.getBoundingClientRect().right))"
    assert page.evaluate(widest) <= page.evaluate("document.querySelector('.nlc-lists').getBoundingClientRect().right")


def test_a_choice_is_kept_although_she_leaves_the_page_at_once(chromium: Browser, portal: Serve, responder: User) -> None:
    page, _ = console_of(desk(chromium, portal, responder))
    kept: list[bool] = []

    def told(keep: bool) -> None:
        kept.append(keep)

    page.expose_function("told", told)
    page.evaluate(
        "{ const real = fetch; window.fetch = (url, how) => {"
        " if (how?.method === 'POST') told(Boolean(how.keepalive)); return real(url, how); } }"
    )
    page.locator("[data-act=columns]").select_option("3")
    expect(page.locator("[data-act=columns]")).to_have_value("3")
    for _ in range(100):
        if kept:
            break
        page.wait_for_timeout(100)
    assert kept == [True]
    until(lambda: ConsoleSettings.objects.filter(user=responder, columns=3).exists())
    page.locator("[data-act=columns]").select_option("2")
    page.reload()
    connected(page)
    until(lambda: ConsoleSettings.objects.get(user=responder).columns == 2)


@pytest.mark.parametrize("path", ["omat-luvut", "asetukset"])
def test_pages_beside_the_console_are_one_column(path: str, chromium: Browser, portal: Serve, responder: User) -> None:
    page = desk(chromium, portal, responder).new_page()
    page.goto(f"/fi/vastaaja/{path}/")
    edges = page.evaluate("[...document.querySelectorAll('.nlc-alone > *')].map(one => one.getBoundingClientRect().left)")
    assert len(edges) > 2
    assert len(set(edges)) == 1
