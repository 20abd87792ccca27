"""A transfer as three people live it: the sender, the resident who is asked, and the colleague who takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Transfer
from chat.operations import claim_conversation, end_conversation, offer_transfer, post_message, start_conversation
from services.models import County, Queue, Service
from tests.browser.axe import examine
from tests.browser.resident_side import DESK, PHONE, become, open_talk
from tests.conftest import acting
from tests.serve.portal import Serve, staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTE = "Epäilen muistisairautta"
AT_THE_FOOT = "Math.abs(document.querySelector('#composer').getBoundingClientRect().bottom - innerHeight) < 2"
AT_THE_END = """(log => log.scrollTop && log.scrollHeight - log.scrollTop - log.clientHeight < 5)(
    document.querySelector("console-log"))"""


@pytest.fixture
def portal(
    county: County, queue: Queue, second_queue: Queue, second_responder: User, colleague: User, make_portal: Callable[..., Serve]
) -> Serve:
    queue.transfer_targets.add(second_queue)
    return make_portal()


@pytest.fixture
def row(portal: Serve, service: Service, resident: Resident, responder: User) -> Conversation:
    row = start_conversation(by=resident, service=service, token=uuid4(), now=timezone.now(), body="Äitini unohtelee.")
    return claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())


def console(chromium: Browser, portal: Serve, user: User, path: str = "/fi/vastaaja/", **choices: object) -> Page:
    """A responder's console, connected."""
    choices = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **choices}
    context = chromium.new_context(base_url=portal.url, **choices)  # type: ignore[arg-type]
    name, value = staff_cookie(user).split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": portal.url}])
    page = context.new_page()
    page.goto(path)
    page.wait_for_selector('[data-slot=connection][data-state="online"]', state="attached", timeout=20_000)
    return page


def clean(page: Page, within: str) -> None:
    """Nothing to complain of for axe."""
    found = examine(page, within)
    assert found.violations_count == 0, found.generate_report()


def home(chromium: Browser, portal: Serve, resident: Resident, row: Conversation, **choices: object) -> Page:
    context = chromium.new_context(base_url=portal.url, reduced_motion="reduce", **{"viewport": DESK, **choices})  # type: ignore[arg-type]
    return open_talk(become(context, resident, portal), row)


def test_across_services_with_the_residents_yes(
    chromium: Browser,
    portal: Serve,
    row: Conversation,
    resident: Resident,
    responder: User,
    second_responder: User,
    second_queue: Queue,
) -> None:
    sender = console(chromium, portal, responder, f"/fi/vastaaja/{row.public_id}/")
    receiver = console(chromium, portal, second_responder)
    talk = home(chromium, portal, resident, row, viewport=PHONE)

    sender.locator(".nlc-transfer > summary").focus()
    sender.keyboard.press("Enter")
    clean(sender, ".nlc-transfer")
    sender.get_by_label("Kenelle").select_option(str(second_queue.public_id))
    sender.get_by_label("Miksi").first.select_option("wrong")
    sender.get_by_label("Muistiinpano kollegalle").fill(NOTE)
    sender.get_by_role("button", name="Tarjoa", exact=True).press("Enter")
    expect(sender.locator(".nlc-transfer-state")).to_contain_text("Asukkaalta kysytään")
    expect(receiver.locator(".nlc-offer")).to_have_count(0)

    question = talk.get_by_role("heading", name="Saako tämä keskustelu jatkua palvelussa Neuvolan chat?")
    expect(question).to_be_visible()
    expect(talk.locator("[data-part=announcer]")).to_contain_text("Saako tämä keskustelu jatkua")
    clean(talk, "[data-part=live-ask]")
    assert NOTE not in talk.content()
    assert talk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    talk.get_by_role("button", name="Kyllä saa").press("Enter")
    expect(question).to_have_count(0)
    talk.wait_for_function(AT_THE_FOOT)  # the question has gone: the talk fills the screen again, and not the foot of the page

    offer = receiver.locator(".nlc-offer")
    expect(offer).to_contain_text("Maija, asiakasohjaaja")
    clean(receiver, ".nlc-offers")
    offer.get_by_role("button", name="Ota").press("Enter")
    expect(receiver.locator("console-log")).to_contain_text("Äitini unohtelee.")
    expect(receiver.locator("console-log")).to_contain_text(NOTE)
    receiver.locator("console-composer textarea").fill("Hei, jatketaan tästä")
    receiver.keyboard.press("Enter")

    expect(talk.locator("[data-part=service]")).to_have_text("Neuvolan chat")
    expect(talk.locator("[data-part=responder]")).to_contain_text("Noora, terveydenhoitaja")
    expect(talk.locator("[data-part=log]")).to_contain_text("Hei, jatketaan tästä")
    assert NOTE not in talk.content()
    expect(sender.locator("console-conversation")).to_have_count(0)
    expect(sender.locator("console-mine .nlc-row-mine")).to_have_count(0)
    assert "Hei, jatketaan" not in sender.content()

    # When it is over, a new conversation begins where this one ended.
    again = talk.locator("[data-part=live-after]").get_by_role("link", name="Aloita uusi keskustelu")
    conversation = Conversation.objects.get(pk=row.pk)
    end_conversation(
        by=acting(second_responder), conversation=conversation.public_id, outcome="R1", topic="neuvonta", now=timezone.now()
    )
    expect(again).to_be_visible()
    expect(again).to_have_attribute("href", f"/fi/palvelu/{second_queue.service.key}/chat/")


def test_declined_and_not_taken_in_time(
    chromium: Browser, portal: Serve, row: Conversation, resident: Resident, responder: User, colleague: User, queue: Queue
) -> None:
    for words in ("Hän asuu yksin.", "Ruoka palaa pohjaan.", "Naapuri soitti eilen.", "Mitä voin tehdä?"):
        post_message(by=resident, conversation=row.public_id, client_id=uuid4(), body=words, now=timezone.now())
    low = {"width": 1440, "height": 620}
    sender = console(chromium, portal, responder, f"/fi/vastaaja/{row.public_id}/", viewport=low)
    receiver = console(chromium, portal, colleague)
    talk = home(chromium, portal, resident, row)
    sender.locator(".nlc-transfer > summary").click()
    sender.get_by_label("Kenelle").select_option(f"{queue.public_id}:{colleague.public_id}")
    sender.get_by_label("Miksi").first.select_option("load")
    sender.get_by_role("button", name="Tarjoa", exact=True).click()
    expect(receiver.locator(".nlc-offer")).to_contain_text("sinulle")
    expect(sender.locator(".nlc-transfer-state")).to_contain_text("Tarjottu")
    sender.wait_for_function(AT_THE_END)  # what is told of the offer takes room from the log, whose end stays in view
    receiver.get_by_role("button", name="Palauta").click()
    expect(receiver.locator(".nlc-offer")).to_have_count(0)
    expect(sender.locator("console-log")).to_contain_text("Tarjous palautettiin")
    expect(sender.locator(".nlc-transfer > summary")).to_be_visible()
    expect(talk.locator("[data-part=log]")).to_contain_text("Keskustelua ei siirretty")

    sender.locator(".nlc-transfer > summary").click()
    sender.get_by_label("Kenelle").select_option(str(queue.public_id))
    sender.get_by_label("Miksi").first.select_option("load")
    sender.get_by_role("button", name="Tarjoa", exact=True).click()
    expect(receiver.locator(".nlc-offer")).to_have_count(1)
    past = timezone.now() - timedelta(seconds=1)
    Transfer.objects.filter(state="offered").update(due_at=past)
    Conversation.objects.update(due_at=past)
    expect(sender.locator("console-log")).to_contain_text("Kukaan ei ottanut tarjousta ajoissa")
    expect(receiver.locator(".nlc-offer")).to_have_count(0)
    expect(talk.locator("[data-part=log]")).to_contain_text("Kukaan ei ollut vapaana")
    expect(talk.locator("[data-part=responder]")).to_contain_text("Maija")
    sender.locator("console-composer textarea").fill("Jatketaan me")
    sender.keyboard.press("Enter")
    expect(talk.locator("[data-part=log]")).to_contain_text("Jatketaan me")


def test_inside_a_service_the_sender_reads_on(
    chromium: Browser, portal: Serve, row: Conversation, responder: User, colleague: User, queue: Queue
) -> None:
    sender = console(chromium, portal, responder, f"/fi/vastaaja/{row.public_id}/")
    receiver = console(chromium, portal, colleague)
    offer_transfer(
        by=acting(responder),
        conversation=row.public_id,
        queue=queue.public_id,
        reason="shift",
        token=uuid4(),
        now=timezone.now(),
    )
    receiver.reload()
    receiver.locator(".nlc-offer").get_by_role("button", name="Ota").click()
    expect(receiver.locator("console-log")).to_contain_text("Äitini unohtelee.")
    expect(sender.locator(".nlc-notice")).to_contain_text("Kaisa, asiakasohjaaja")
    expect(sender.locator("console-composer[data-notes-only]")).to_have_count(1)


def test_the_question_without_a_script(
    chromium: Browser, portal: Serve, row: Conversation, resident: Resident, responder: User, second_queue: Queue
) -> None:
    offer_transfer(
        by=acting(responder),
        conversation=row.public_id,
        queue=second_queue.public_id,
        reason="expertise",
        token=uuid4(),
        now=timezone.now(),
    )
    context = chromium.new_context(base_url=portal.url, java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = open_talk(become(context, resident, portal), row, state="")
    page.get_by_role("button", name="Ei, jatketaan täällä").click()
    expect(page.locator("[data-part=log]")).to_contain_text("Vastasit ei")
    assert Transfer.objects.get().state == "refused"
