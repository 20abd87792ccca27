"""The console as she likes it: side by side, her own keys, the sound; ending in a few keys, the record, whispers, flags."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from chat.models import ConsoleSettings, Conversation, Leg
from chat.operations import agree_call_back, claim_conversation, leave_conversation, save_console_settings
from services.choices import OverrideKind
from services.models import Override, Queue, Service, Topic
from tests.browser.axe import examine
from tests.browser.test_console import PHONE, SETTLED, SOON, comes, connected, console_of, desk, portal, says
from tests.conftest import acting
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["portal"]
WIDE = {"width": 1680, "height": 950}
# A browser that lets a page sound only after a press, whatever the policy of the one that runs the tests.
SILENT = """window.AudioContext = class extends EventTarget {
    state = "suspended"; currentTime = 0; destination = {};
    async resume() {
      if (!navigator.userActivation.isActive) return;
      this.state = "running";
      this.dispatchEvent(new Event("statechange"));
    }
    createOscillator() { return { frequency: {}, connect: (to) => to, start() {}, stop() {} }; }
    createGain() {
      const still = () => {};
      const gain = { setValueAtTime: still, linearRampToValueAtTime: still, exponentialRampToValueAtTime: still };
      return { gain, connect: (to) => to };
    }
  }"""
THE_CALL = """() => {
    const told = document.body.dataset;
    told.calls = 0;
    document.querySelector("console-settings").alert.addEventListener("sounded", () => { told.calls = Number(told.calls) + 1; });
  }"""


def accessible(page: Page, state: str) -> None:
    """axe finds nothing in this state."""
    page.evaluate(SETTLED)
    found = examine(page)
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"


def taken(service: Service, responder: User, resident: Resident | None = None, words: str = "Äitini unohtelee.") -> Conversation:
    """A conversation that the responder has."""
    row = comes(service, resident or Resident(uuid4()), words)
    return claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())


def test_conversations_beside_each_other_as_many_as_she_likes(
    chromium: Browser, portal: Serve, service: Service, responder: User
) -> None:
    first, second = Resident(uuid4()), Resident(uuid4())
    one, other = taken(service, responder, first, "Ensimmäisen asia"), taken(service, responder, second, "Toisen asia")
    page, heard = console_of(desk(chromium, portal, responder, viewport=WIDE), f"/fi/vastaaja/{other.public_id}/")
    expect(page.locator("console-conversation:visible")).to_have_count(1)
    with page.expect_response(lambda answer: answer.request.method == "POST"):  # else the page may leave before it is kept
        page.locator("[data-act=columns]").select_option("3")
    expect(page.locator("console-settings [data-act=columns]")).to_have_value("3")
    page.reload()
    connected(page)
    expect(page.locator("console-conversation:visible")).to_have_count(2, timeout=SOON)
    assert ConsoleSettings.objects.get(user=responder).columns == 3
    page.locator(f"#m-{other.public_id}").fill("toiselle")
    page.set_viewport_size({"width": 1080, "height": 900})
    expect(page.locator("console-conversation:visible")).to_have_count(1)
    says(one, first, "Oletko siellä?")
    unread = page.locator(f'.nlc-row-mine[data-conversation="{one.public_id}"] .nlc-unread')
    expect(unread).to_have_text(re.compile("[1-9]"), timeout=SOON)
    expect(page.locator(".nlc-top [data-slot=count-unread]")).to_have_text(re.compile("[1-9]"))
    page.keyboard.press("F8")
    expect(page.get_by_text("Oletko siellä?")).to_be_visible()
    expect(page.locator("textarea:focus")).to_have_value("")
    page.keyboard.press("Shift+F8")
    expect(page.locator("textarea:focus")).to_have_value("toiselle")
    assert heard == []


def test_counts_and_clocks_stay_in_view_on_a_phone(chromium: Browser, portal: Serve, service: Service, responder: User) -> None:
    there = Resident(uuid4())
    one, two = taken(service, responder, there), taken(service, responder, Resident(uuid4()))
    comes(service, Resident(uuid4()))
    page, _ = console_of(desk(chromium, portal, responder, viewport=PHONE), f"/fi/vastaaja/{two.public_id}/")
    bar = page.locator(".nlc-bar")
    expect(bar.locator("[data-slot=count-waiting]")).to_have_text("1")
    expect(bar.locator("[data-slot=count-longest]")).to_contain_text(re.compile(r"\d:\d\d"))
    expect(bar.locator("[data-slot=count-unread]")).to_have_text("3")  # came, wrote, was taken: not opened yet
    says(one, there, "Vielä yksi asia")
    expect(bar.locator("[data-slot=count-unread]")).to_have_text("4", timeout=SOON)
    bar.locator("a").click()
    expect(page.locator("console-mine")).to_be_visible()
    expect(bar).not_to_be_visible()


def test_the_plain_ending_takes_a_few_keys(chromium: Browser, portal: Serve, service: Service, responder: User) -> None:
    topic = Topic.objects.get(service=service)
    for topic_known, keys in ((False, ["F9", "1", "Tab", "ArrowDown", "F9"]), (True, ["F9", "1", "F9"])):
        conversation = taken(service, responder)
        if topic_known:
            Conversation.objects.filter(pk=conversation.pk).update(topic=topic)
        assert len(keys) <= 6
        page, _ = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
        page.locator(".nlc-text").focus()
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("console-conversation")).to_have_count(0, timeout=SOON)
        conversation.refresh_from_db()
        assert (conversation.state, conversation.outcome, conversation.topic_id) == (
            "ended",
            "R1",
            Topic.objects.get(service=service).pk,
        )
        page.close()


def test_a_wrong_service_is_ended_in_nine_keys_with_where_it_was_guided_and_whether_it_could_be_avoided(
    chromium: Browser, portal: Serve, service: Service, second_service: Service, responder: User
) -> None:
    conversation = taken(service, responder)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    page.locator(".nlc-text").focus()
    keys = ["F9", "7", "Tab", "ArrowDown", "Tab", "ArrowDown", "Tab", "ArrowDown", "F9"]
    assert len(keys) <= 9
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("console-conversation")).to_have_count(0, timeout=SOON)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.outcome, conversation.wrong_service) == ("ended", "R7", True)
    assert conversation.wrong_service_target == second_service
    assert conversation.topic == Topic.objects.get(service=service)
    assert conversation.failure_demand
    assert heard == []


def test_keys_open_the_transfer_and_the_flag_at_their_first_field_and_whisper(
    chromium: Browser, portal: Serve, service: Service, second_queue: Queue, responder: User, colleague: User
) -> None:
    conversation = taken(service, responder)
    conversation.queue.transfer_targets.add(second_queue)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    page.locator(".nlc-text").focus()
    page.keyboard.press("Shift+F9")
    expect(page.locator(f"#x-{conversation.public_id}")).to_have_attribute("open", "")
    expect(page.locator(f"#xt-{conversation.public_id}")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.press("Control+F9")
    expect(page.locator("[data-part=flag] input[name=flag]").first).to_be_focused()
    theirs, also = console_of(desk(chromium, portal, colleague), f"/fi/vastaaja/{conversation.public_id}/")
    theirs.keyboard.press("Shift+F7")
    expect(theirs.locator("console-composer .nlc-text")).to_be_focused(timeout=SOON)
    theirs.keyboard.type("Kysy lääkityksestä")
    theirs.keyboard.press("Enter")
    expect(page.locator(".is-whisper")).to_contain_text("Kysy lääkityksestä", timeout=SOON)
    assert heard == also == []


def test_what_goes_on_asks_its_reason_by_keyboard(chromium: Browser, portal: Serve, service: Service, responder: User) -> None:
    conversation = taken(service, responder)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    for key in ("F9", "3", "F9"):
        page.keyboard.press(key)
    expect(page.locator("console-ending select[name=reason]")).to_be_focused()  # the browser says that it is missing
    for key in ("ArrowDown", "Tab", "ArrowDown", "Tab", "ArrowDown", "F9"):
        page.keyboard.press(key)
    expect(page.locator("console-conversation")).to_have_count(0, timeout=SOON)
    conversation.refresh_from_db()
    given = (conversation.outcome, conversation.outcome_reason, conversation.failure_demand)
    assert given == ("R3", "examination", "status_enquiry")
    assert heard == []


def test_keys_are_her_own_and_can_be_switched_off(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    comes(service, resident)
    page, heard = console_of(desk(chromium, portal, responder))
    page.keyboard.press("F1")
    sheet = page.get_by_role("dialog", name="Näppäimet")
    expect(sheet).to_be_visible()
    accessible(page, "help")
    page.get_by_role("button", name="Muuta näppäimiä ja muita asetuksia").click()
    page.get_by_label("Ota seuraava").select_option("F8")
    accessible(page, "settings in the help")
    sheet.get_by_role("button", name="Tallenna").click()
    expect(sheet.get_by_role("alert")).to_contain_text("Näppäimellä F8 on kaksi tehtävää")
    page.get_by_label("Ota seuraava").select_option("F7")
    sheet.get_by_role("button", name="Tallenna").click()
    expect(sheet.locator('[data-command="take_next"] kbd')).to_have_text("F7")
    page.keyboard.press("Escape")
    expect(page.locator(".nlc-next button")).to_have_attribute("aria-keyshortcuts", "F7")
    page.keyboard.press("F2")
    page.wait_for_timeout(500)
    expect(page.locator("console-conversation")).to_have_count(0)
    page.keyboard.press("F7")
    expect(page.locator(".nlc-text")).to_be_focused()
    page.keyboard.type("a?/@€")
    expect(page.locator(".nlc-text")).to_have_value("a?/@€")
    save_console_settings(by=acting(responder), keys_on=False)
    page.locator(".nlc-text").fill("")
    page.reload()
    connected(page)
    page.keyboard.press("F9")
    page.wait_for_timeout(500)
    expect(page.locator(".nlc-ending")).not_to_have_attribute("open", "")
    page.locator("console-settings [data-act=help]").click()
    expect(page.get_by_text("Näppäimet on kytketty pois.")).to_be_visible()
    assert heard == []


def test_the_sound_says_when_it_is_blocked_and_repeats_until_taken(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    context = desk(chromium, portal, responder)
    context.add_init_script(SILENT)
    page, _ = console_of(context)
    sound = page.locator("[data-act=sound]")
    expect(sound).to_have_text("Selain estää äänen – salli painamalla")
    sound.click()
    page.locator("#presence-available").click()
    expect(sound).to_have_text("Ääni on päällä")
    page.evaluate(THE_CALL)
    conversation = comes(service, resident)
    body = page.locator("body")
    expect(body).to_have_attribute("data-calls", re.compile("^([2-9]|1[0-9])$"), timeout=40_000)  # again and again until taken
    expect(page).to_have_title(re.compile(r"\(1\)"))
    assert "icon-calls" in page.evaluate("document.querySelector('link[rel=icon]').href")
    claim_conversation(by=acting(responder), conversation=conversation.public_id, now=timezone.now())
    expect(page.locator("console-waiting .nlc-row")).to_have_count(0, timeout=SOON)
    page.wait_for_timeout(1500)  # her own new conversation may ring once
    heard = body.get_attribute("data-calls")
    page.wait_for_timeout(9000)
    expect(body).to_have_attribute("data-calls", heard or "")
    page.get_by_role("button", name="Ääni on päällä").click()
    expect(sound).to_have_text("Ääni on pois päältä")
    page.reload()
    connected(page)
    expect(sound).to_have_text("Ääni on pois päältä")


def test_nothing_rings_while_she_is_off_or_on_a_break(
    chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    context = desk(chromium, portal, responder)
    context.add_init_script(SILENT)
    page, _ = console_of(context)
    sound = page.locator("[data-act=sound]")
    sound.click()
    expect(sound).to_have_text("Ääni hiljaa, kunnes olet paikalla")
    page.evaluate(THE_CALL)
    body = page.locator("body")
    comes(service, resident)
    expect(page).to_have_title(re.compile(r"^\(1\) "), timeout=SOON)
    page.locator("#presence-available").click()
    expect(sound).to_have_text("Ääni on päällä", timeout=SOON)
    expect(body).to_have_attribute("data-calls", re.compile("^[1-9]$"), timeout=SOON)  # who still waits is heard
    page.locator("#presence-break").click()
    expect(sound).to_have_text(re.compile("hiljaa"), timeout=SOON)
    heard = body.get_attribute("data-calls")
    comes(service, Resident(uuid4()))
    expect(page).to_have_title(re.compile(r"^\(2\) "), timeout=SOON)
    page.wait_for_timeout(9000)
    expect(body).to_have_attribute("data-calls", heard or "")
    page.locator("[data-act=test-sound]").click()  # trying it out is heard
    expect(body).to_have_attribute("data-calls", str(int(heard or 0) + 1))


def test_who_is_not_taken_in_time_calls_the_supervisor_at_her_console_and_on_her_board(
    chromium: Browser, portal: Serve, service: Service, queue: Queue, responder: User, supervisor: User, resident: Resident
) -> None:
    Queue.objects.filter(pk=queue.pk).update(supervisor_after_seconds=1)
    save_console_settings(by=acting(supervisor), sound=True)
    context = desk(chromium, portal, supervisor)
    context.add_init_script(SILENT)
    page, heard = console_of(context)
    board, also = console_of(context, "/fi/vastaaja/tilanne/")
    board.get_by_role("button", name="Selain estää äänen – salli painamalla").click()
    expect(board.locator(".nlb-sound")).to_be_hidden()
    board.evaluate(THE_CALL.replace("console-settings", "supervisor-board"))
    conversation = comes(service, resident)
    words = "Joku odottaa, eikä kukaan ole ottanut häntä palveltavaksi."
    for where in (page, board):
        expect(where.locator("[data-slot=news]")).to_contain_text(words, timeout=SOON)
        link = where.locator(".nlc-calls a")
        expect(link).to_contain_text("Odottaa, eikä kukaan ole ottanut", timeout=SOON)
        expect(link).to_have_attribute("href", f"/fi/vastaaja/{conversation.public_id}/")
        expect(where.locator("[data-slot=news]")).to_have_attribute("aria-live", "polite")
        accessible(where, "told")
    expect(board.locator("body")).to_have_attribute("data-calls", "1")
    claim_conversation(by=acting(responder), conversation=conversation.public_id, now=timezone.now())
    for where in (page, board):
        expect(where.locator(".nlc-calls")).to_have_count(0, timeout=SOON)
    assert heard == also == []


def test_a_call_to_make_comes_and_goes_by_itself(
    chromium: Browser, portal: Serve, service: Service, second_queue: Queue, responder: User, second_responder: User
) -> None:
    conversation = taken(service, responder)
    conversation.queue.transfer_targets.add(second_queue)
    now = timezone.now()
    Override.objects.create(
        county=second_queue.service.county,
        queue=second_queue,
        kind=OverrideKind.CLOSE,
        reason_fi="Koulutus",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    theirs, heard = console_of(desk(chromium, portal, second_responder))
    agree_call_back(
        by=acting(responder),
        conversation=conversation.public_id,
        queue=second_queue.public_id,
        reason="expertise",
        value="040 1234567",
        now=timezone.now(),
    )
    call = theirs.locator("console-waiting .nlc-row").filter(has_text="Soitto viimeistään")
    expect(call).to_have_count(1, timeout=SOON)
    accessible(theirs, "a call to make")
    call.get_by_role("button", name="Ota").press("Enter")
    expect(theirs.locator(".nlc-later")).to_contain_text("Soittopyyntö", timeout=SOON)
    accessible(theirs, "a call")
    assert heard == []


def test_the_record_is_made_copied_and_audited(chromium: Browser, portal: Serve, service: Service, responder: User) -> None:
    conversation = taken(service, responder)
    context = desk(chromium, portal, responder)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, heard = console_of(context, f"/fi/vastaaja/{conversation.public_id}/")
    for key in ("F9", "1", "Tab", "ArrowDown"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Tallenna ja ota teksti kirjaukseen").click()
    text = page.get_by_label("Lisää, mitä sovittiin, ja kopioi")
    expect(text).to_be_focused()
    expect(text).to_have_value(re.compile("Lopputulos: Hoidettu chatissa"))
    accessible(page, "record")
    text.press("End")
    text.type(" Soitan huomenna.")
    page.get_by_role("button", name="Kopioi").click()
    expect(page.locator("[data-slot=copied]")).to_have_text("Kopioitu.")
    assert "Palvelu: Ikääntyneiden palvelujen chat" in page.evaluate("navigator.clipboard.readText()")
    assert AuditEntry.objects.filter(action="export", object_id=str(conversation.public_id)).count() == 1
    page.locator("[data-act=close]").click()  # what has been copied does not hold her back
    expect(page.locator("console-conversation")).to_have_count(0)
    assert heard == []


def test_a_whisper_comes_at_once_and_to_the_responder_alone(
    chromium: Browser, portal: Serve, service: Service, responder: User, colleague: User
) -> None:
    conversation = taken(service, responder)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    theirs, also = console_of(desk(chromium, portal, colleague))
    page.get_by_role("button", name="Pyydä neuvoa kollegalta").click()
    expect(page.get_by_text("Olet pyytänyt neuvoa kollegoilta.")).to_be_visible()
    call = theirs.locator(".nlc-calls a")
    expect(call).to_contain_text("Pyytää neuvoa", timeout=SOON)
    expect(theirs.locator(".nlc-top [data-slot=count-calls-number]")).to_have_text("1")
    accessible(theirs, "a colleague asks")
    call.click()
    theirs.get_by_role("button", name="Kuiskaa vastaajalle").click()
    field = theirs.locator(".nlc-text").first
    expect(field).to_be_focused()
    field.fill("Kysy lääkityksestä ensin")
    accessible(theirs, "whisper")
    field.press("Enter")
    whisper = page.locator(".is-whisper")
    expect(whisper).to_contain_text("Kysy lääkityksestä ensin", timeout=SOON)
    expect(whisper).to_contain_text("Kuiskaus: vain henkilöstö näkee")
    expect(whisper).to_contain_text("Kaisa, asiakasohjaaja")
    expect(page.get_by_role("button", name="Pyydä neuvoa kollegalta")).to_be_visible(timeout=SOON)
    accessible(page, "whispered to")
    assert heard == also == []


def test_a_flag_is_seen_by_the_supervisor_at_once(
    chromium: Browser, portal: Serve, service: Service, responder: User, supervisor: User
) -> None:
    conversation = taken(service, responder)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    theirs, _ = console_of(desk(chromium, portal, supervisor))
    page.keyboard.press("Control+F9")
    page.get_by_role("radio", name="Vaara jollekulle").check()
    accessible(page, "flagging")
    page.get_by_role("button", name="Merkitse ja kerro esihenkilölle").click()
    expect(page.get_by_text("Merkitty: Vaara jollekulle")).to_be_visible()
    accessible(page, "flagged")
    expect(theirs.locator(".nlc-calls")).to_contain_text("Vaara jollekulle", timeout=SOON)
    theirs.locator(".nlc-calls a").click()
    theirs.get_by_role("button", name="Olen hoitanut tämän").click()
    expect(theirs.locator(".nlc-calls")).to_have_count(0, timeout=SOON)
    expect(page.get_by_role("button", name="Peru merkintä")).to_have_count(0, timeout=SOON)
    assert heard == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_settings_and_the_day_are_pages_of_their_own(
    language: str, chromium: Browser, portal: Serve, service: Service, responder: User, resident: Resident
) -> None:
    conversation = taken(service, responder, resident)
    says(conversation, resident, "Hei")
    leave_conversation(by=resident, conversation=conversation.public_id, now=timezone.now())
    page = desk(chromium, portal, responder, viewport=PHONE, color_scheme="dark").new_page()
    for path in ("asetukset", "omat-luvut"):
        page.goto(f"/{language}/vastaaja/{path}/")
        accessible(page, f"{language} {path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_settings_without_a_script(chromium: Browser, portal: Serve, responder: User) -> None:
    page = desk(chromium, portal, responder, java_script_enabled=False).new_page()
    page.goto("/fi/vastaaja/asetukset/")
    page.get_by_label("Ota seuraava").select_option("F7")
    page.get_by_role("radio", name="2").check()
    page.get_by_role("button", name="Tallenna").click()
    expect(page.get_by_label("Ota seuraava")).to_have_value("F7")
    expect(page.get_by_role("radio", name="2")).to_be_checked()
    page.get_by_role("button", name="Palauta alkuperäiset näppäimet").click()
    expect(page.get_by_label("Ota seuraava")).to_have_value("F2")


def test_nothing_is_cut_the_tools_are_in_a_row_and_what_is_being_sent_is_in_view(
    chromium: Browser, portal: Serve, service: Service, responder: User
) -> None:
    """At an ordinary desk: the long words of the sound, the tools of the head, and the word under a message on its way."""
    context = desk(chromium, portal, responder, viewport={"width": 1280, "height": 800})
    context.add_init_script(SILENT)
    page, _ = console_of(context)
    sound = page.locator("[data-act=sound]")
    sound.click()
    expect(sound).to_have_text(re.compile("hiljaa"))
    lists = page.locator(".nlc-lists")
    assert lists.evaluate("lists => lists.scrollWidth <= lists.clientWidth"), "the list of the left is cut"
    conversation = taken(service, responder)
    page.goto(f"/fi/vastaaja/{conversation.public_id}/")
    connected(page)
    tools = page.locator(".nlc-head-acts summary.nlc-tool").all()  # pass on, ask to identify
    boxes = [box for tool in tools if (box := tool.bounding_box())]
    assert len(boxes) == 2
    assert abs((boxes[0]["y"] + boxes[0]["height"] / 2) - (boxes[1]["y"] + boxes[1]["height"] / 2)) < 4, "one below another"
    text = page.locator(".nlc-text")
    for number in range(9):
        text.fill(f"Viesti {number}, joka on hieman pidempi kuin lyhyt.")
        text.press("Enter")
    expect(page.locator(".nlc-msg.is-me[data-seq]")).to_have_count(9, timeout=SOON)
    context.set_offline(True)
    text.fill("Ilman yhteyttä")
    text.press("Enter")
    state = page.locator(".nlc-msg.is-pending .nlc-msg-state")
    expect(state).to_have_text("Lähetetään…")
    expect(state).to_be_in_viewport(ratio=1)
    under, edge = state.bounding_box(), page.locator("console-log").bounding_box()
    assert under is not None
    assert edge is not None
    assert under["y"] + under["height"] <= edge["y"] + edge["height"] + 1, "below the edge of the log"
    context.close()


def test_the_record_takes_no_focus_from_what_she_went_on_to(
    chromium: Browser, portal: Serve, service: Service, responder: User
) -> None:
    conversation = taken(service, responder)
    page, heard = console_of(desk(chromium, portal, responder), f"/fi/vastaaja/{conversation.public_id}/")
    held: list[Route] = []
    page.route("**/kirjaus/", lambda route, _: held.append(route))
    page.keyboard.press("Control+F8")
    field = page.locator("console-composer .nlc-text")
    page.wait_for_timeout(300)
    field.focus()
    page.keyboard.type("Hei, autan")
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("[data-slot=record-text]")).to_have_value(re.compile("Palvelu:"), timeout=SOON)
    expect(field).to_be_focused()
    page.keyboard.type(" sinua")
    expect(field).to_have_value("Hei, autan sinua")
    page.unroute("**/kirjaus/")
    page.keyboard.press("Control+F8")
    expect(page.locator("[data-slot=record-text]")).to_be_focused()  # and when she waits for it, it comes to it
    assert heard == []


NUMBERS = """() => {
    const told = (window.told = []);
    const place = document.querySelector("console-waiting");
    const read = () => {
      const more = place.querySelector("[data-slot=more]");
      const rows = place.querySelectorAll("[data-slot=rows] > li").length;
      const rest = more.hidden ? 0 : Number(more.textContent.match(/\\d+/)[0]);
      told.push([Number(place.querySelector("[data-slot=count]").textContent), rows + rest, rows]);
    };
    read();
    new MutationObserver(read).observe(place, { childList: true, subtree: true, characterData: true, attributes: true });
  }"""


def test_those_who_wait_are_counted_right_from_the_first_paint_with_and_without_sockets(
    chromium: Browser, portal: Serve, service: Service, queue: Queue, responder: User
) -> None:
    other = Queue.objects.get(pk=queue.pk)
    other.pk, other.public_id, other.key = None, uuid4(), "toinen"
    other.save()
    other.groups.set(queue.groups.all())
    rows = [comes(service, Resident(uuid4())) for _ in range(31)]
    Conversation.objects.filter(pk__in=[row.pk for row in rows[::3]]).update(queue=other)
    Leg.objects.filter(conversation__in=rows[::3]).update(queue=other)
    begins = f"document.addEventListener('DOMContentLoaded', {NUMBERS})"
    for blocked in (False, True):
        context = desk(chromium, portal, responder)
        if blocked:
            context.add_init_script("window.WebSocket = class { constructor() { throw new Error('blocked'); } };")
        context.add_init_script(begins)
        page = context.new_page()
        page.goto("/fi/vastaaja/")
        if blocked:
            with page.expect_response(lambda answer: answer.url.endswith("/fi/vastaaja/"), timeout=40_000):
                pass
            page.wait_for_timeout(500)
        else:
            expect(page.locator("console-waiting [data-slot=rows] > li")).to_have_count(25, timeout=SOON)
        told = page.evaluate("window.told")
        assert told[0] == [31, 31, 10]
        assert {(count, sum_) for count, sum_, _ in told} == {(31, 31)}
