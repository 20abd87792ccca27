"""The resident's side in a real browser, against a real server: what she writes is never lost and sent once.

The responder's deeds are done on the same database, so the server learns of them as of another process's.
"""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, WebSocketRoute, expect

from accounts.actors import Resident
from accounts.models import User
from chat.choices import State
from chat.models import Conversation, Participant
from chat.operations import start_conversation
from chat.protocol import TEXT_LIMIT
from services.choices import ServiceStatus
from services.models import Service
from tests.browser.resident_side import START, Responder, become, complaints, open_talk, say, shown, stored, until
from tests.serve.portal import Serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# --- the walk ---


def test_the_whole_walk(desk: BrowserContext, responder: User) -> None:
    page = desk.new_page()
    heard = complaints(page)
    page.goto("/fi/palvelu/ikaantyneet/")
    page.get_by_role("link", name=re.compile("chat", re.IGNORECASE)).and_(page.locator(".btn-primary")).click()
    expect(page.get_by_text("Asiakasohjaaja vastaa.")).to_be_visible()
    expect(page.get_by_role("link", name="Neuvolan chat")).to_be_visible()
    page.get_by_label("Kerro asiasi omin sanoin").fill("Äiti muistaa huonosti.")
    page.get_by_label("Läheisen asiaa").check()
    page.get_by_role("button", name="Aloita keskustelu").dblclick()
    page.wait_for_url("**/keskustelu/*/")
    expect(page.get_by_role("heading", name="Olet jonossa seuraavana")).to_be_visible()
    row = Conversation.objects.get()
    assert row.contactor == "relative"
    answerer = Responder(responder, row).claim()
    expect(page.get_by_text("Maija, asiakasohjaaja vastaa sinulle nyt")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("heading", name="Olet jonossa seuraavana")).to_be_hidden()
    answerer.say("Hei! Katso https://alue.test/ohje.")
    link = page.get_by_role("link", name="https://alue.test/ohje")
    expect(link).to_have_attribute("href", "https://alue.test/ohje", timeout=10_000)
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    say(page, "<b>Kiitos</b> 👵")
    expect(page.locator(".nl-msg-me .nl-msg-words").last).to_have_text("<b>Kiitos</b> 👵")
    expect(page.locator("[data-part=last-state]")).to_have_text("Lähetetty")
    assert page.evaluate("document.activeElement.id") == "kirjoita", "the focus stays"
    me = Participant.objects.get(conversation=row, kind="resident")
    until(lambda: Participant.objects.get(pk=me.pk).seen_all == Conversation.objects.get().head_all)
    answerer.end()
    expect(page.get_by_role("heading", name="Keskustelu on päättynyt")).to_be_visible(timeout=10_000)
    expect(page.locator("#kirjoita")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tallenna tekstitiedostona").click()
    assert "<b>Kiitos</b> 👵" in download.value.path().read_text()
    page.get_by_role("link", name="Aloita uusi keskustelu").click()
    expect(page.get_by_role("button", name="Aloita keskustelu")).to_be_visible()
    assert stored(row) == ["Äiti muistaa huonosti.", "Hei! Katso https://alue.test/ohje.", "<b>Kiitos</b> 👵"]
    assert heard == []


def test_the_place_moves_while_others_are_served(
    desk: BrowserContext, serve: Serve, service: Service, responder: User, stranger: Resident, talk: Conversation
) -> None:
    mine = start_conversation(by=stranger, service=service, token=uuid4(), now=timezone.now())
    page = open_talk(become(desk, stranger, serve), mine)
    expect(page.get_by_role("heading", name="Edelläsi on 1")).to_be_visible()
    Responder(responder, talk).claim()
    expect(page.get_by_role("heading", name="Olet jonossa seuraavana")).to_be_visible(timeout=12_000)


def test_she_leaves_after_being_asked(desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    page.get_by_role("button", name="Poistu jonosta").click()
    page.get_by_role("button", name="Ei, palaa takaisin").click()
    assert Conversation.objects.get().state == State.WAITING
    page.get_by_role("button", name="Poistu jonosta").click()
    page.get_by_role("button", name="Kyllä, poistu jonosta").click()
    expect(page.get_by_role("heading", name="Poistuit jonosta")).to_be_visible(timeout=10_000)
    assert Conversation.objects.get().ended_by == "resident"


def test_who_got_no_answer_is_not_told_that_she_was_away(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    """A responder took the conversation and ended it without a word: that is what its resident is told, at once and anew."""
    page = open_talk(become(desk, resident, serve), talk)
    answerer.claim().end()
    for _again in range(2):
        expect(page.locator("[data-ending]:visible h2")).to_have_text(["Ammattilainen päätti keskustelun"])
        expect(page.get_by_text("Olit poissa pidempään")).to_be_hidden()
        page.reload()


def test_closing_at_the_moment_of_sending_keeps_every_word(desk: BrowserContext, serve: Serve) -> None:
    page = desk.new_page()
    page.goto(START)
    page.get_by_label("Kerro asiasi omin sanoin").fill("Tärkeä asia")
    Service.objects.update(status=ServiceStatus.PAUSED)
    page.get_by_role("button", name="Aloita keskustelu").click()
    expect(page.get_by_role("alert")).to_contain_text("Tekstiäsi ei lähetetty")
    expect(page.get_by_label("Kerro asiasi omin sanoin")).to_have_value("Tärkeä asia")
    Service.objects.update(status=ServiceStatus.OPEN)
    page.get_by_role("button", name="Yritä uudelleen").click()
    page.wait_for_url("**/keskustelu/*/")
    assert stored(Conversation.objects.get()) == ["Tärkeä asia"]


# --- nothing is lost, nothing is sent twice ---


def test_offline_in_the_middle_loses_nothing(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    answerer.claim()
    expect(page.locator("resident-chat")).to_have_attribute("data-state", "active", timeout=10_000)
    desk.set_offline(True)
    say(page, "Kirjoitettu ilman yhteyttä")
    expect(page.locator(".nl-msg[data-pending]")).to_contain_text("Lähetetään")
    expect(page.get_by_text("Yhteys katkesi, yritetään uudelleen. Tekstisi on tallessa.")).to_be_visible()
    answerer.say("Vastaajan viesti sillä välin")
    say(page, "Toinenkin")
    page.locator("#kirjoita").fill("Vielä kesken")
    desk.set_offline(False)
    expect(page.locator(".nl-msg[data-pending]")).to_have_count(0, timeout=15_000)
    want = ["Ensimmäinen viesti", "Vastaajan viesti sillä välin", "Kirjoitettu ilman yhteyttä", "Toinenkin"]
    assert shown(page) == stored(talk) == want
    expect(page.locator("#kirjoita")).to_have_value("Vielä kesken")
    expect(page.get_by_text("Yhteys toimii taas.")).to_be_visible()


def test_a_reload_shows_the_same_log(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    answerer.claim().say("Hei")
    expect(page.locator(".nl-msg")).to_have_count(2, timeout=10_000)
    say(page, "Vastaus")
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(3)
    before = page.locator("[data-part=log]").inner_text()
    page.reload()
    assert page.locator("[data-part=log]").inner_text() == before, "what the script showed is what the server renders"
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online")


def test_a_double_click_sends_once(desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    page.locator("#kirjoita").fill("Kahdesti painettu")
    page.get_by_role("button", name="Lähetä").dblclick()
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(2)
    expect(page.locator("#composer-error")).to_be_empty()
    page.wait_for_timeout(500)
    assert stored(talk).count("Kahdesti painettu") == 1


def test_the_acknowledgement_is_lost_and_the_message_is_there_once(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation
) -> None:
    """The line breaks after the message has gone and before the answer has come."""
    cut: list[str] = []

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def to_server(frame: str | bytes) -> None:
            server.send(frame)
            if '"t":"post"' in str(frame) and not cut:
                cut.append(str(frame))
                until(lambda: len(stored(talk)) == 2)
                socket.close(code=1011, reason="test")

        socket.on_message(to_server)

    page = become(desk, resident, serve).new_page()
    page.route_web_socket(re.compile("/ws/"), through)
    page.goto(f"/fi/keskustelu/{talk.public_id}/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online")
    say(page, "Kerran vain")
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(2, timeout=15_000)
    expect(page.locator(".nl-msg[data-pending]")).to_have_count(0)
    assert cut
    assert shown(page) == stored(talk) == ["Ensimmäinen viesti", "Kerran vain"]


def test_the_server_is_killed_and_comes_back(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    serve.kill()
    say(page, "Palvelin on poissa")
    answerer.claim().say("Kirjoitettu toisaalla")
    expect(page.locator(".nl-msg[data-pending]")).to_be_visible()
    serve.start()
    expect(page.locator(".nl-msg[data-pending]")).to_have_count(0, timeout=40_000)
    expect(page.locator("resident-chat")).to_have_attribute("data-state", "active")
    assert shown(page) == stored(talk) == ["Ensimmäinen viesti", "Kirjoitettu toisaalla", "Palvelin on poissa"]


def test_a_dead_line_is_noticed_and_replaced(desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation) -> None:
    """One-way loss: frames leave but no answer ever comes on the first socket."""
    opened: list[int] = []

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        opened.append(1)
        if len(opened) == 1:
            sent: list[bool] = []
            socket.on_message(lambda frame: sent.append(True) or None if '"t":"post"' in str(frame) else server.send(frame))
            server.on_message(lambda frame: None if sent else socket.send(frame))

    page = become(desk, resident, serve).new_page()
    page.route_web_socket(re.compile("/ws/"), through)
    page.goto(f"/fi/keskustelu/{talk.public_id}/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online")
    say(page, "Kuuleeko kukaan")
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(2, timeout=25_000)
    assert len(opened) == 2
    assert stored(talk) == ["Ensimmäinen viesti", "Kuuleeko kukaan"]


def test_where_sockets_are_blocked_everything_works(
    desk: BrowserContext,
    serve: Serve,
    service: Service,
    resident: Resident,
    stranger: Resident,
    talk: Conversation,
    responder: User,
) -> None:
    become(desk, stranger, serve)
    mine = start_conversation(by=stranger, service=service, token=uuid4(), now=timezone.now(), body="Jonossa")
    page = desk.new_page()
    page.route_web_socket(re.compile("/ws/"), lambda socket: socket.close(code=1006, reason="blocked"))
    page.goto(f"/fi/keskustelu/{mine.public_id}/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "polling", timeout=15_000)
    expect(page.get_by_role("heading", name="Edelläsi on 1")).to_be_visible()
    Responder(responder, talk).claim()
    expect(page.get_by_role("heading", name="Olet jonossa seuraavana")).to_be_visible(timeout=15_000)
    answerer = Responder(responder, mine).claim()
    expect(page.locator("resident-chat")).to_have_attribute("data-state", "active", timeout=15_000)
    say(page, "Ilman sockettia")
    say(page, "toinen perään")
    answerer.say("Kyllä kuuluu")
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(4, timeout=15_000)
    desk.set_offline(True)
    say(page, "Poikki")
    expect(page.get_by_text("Yhteys katkesi, yritetään uudelleen.")).to_be_visible(timeout=10_000)
    desk.set_offline(False)
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(5, timeout=30_000)
    answerer.end()
    expect(page.get_by_role("heading", name="Keskustelu on päättynyt")).to_be_visible(timeout=15_000)
    assert shown(page) == stored(mine)
    assert sorted(stored(mine)) == sorted(["Jonossa", "Ilman sockettia", "toinen perään", "Kyllä kuuluu", "Poikki"])


def test_two_tabs_show_the_same(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    become(desk, resident, serve)
    first, second = open_talk(desk, talk), open_talk(desk, talk)
    say(first, "Ensimmäisestä välilehdestä")
    say(second, "Toisesta välilehdestä")
    answerer.claim().say("Hei")
    for page in (first, second):
        expect(page.locator(".nl-msg[data-seq]")).to_have_count(4, timeout=12_000)
    assert shown(first) == shown(second) == stored(talk)
    assert first.locator(".nl-msg-me").count() == second.locator(".nl-msg-me").count() == 3


def test_a_long_log_is_caught_up_through_the_window(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    answerer.claim()
    page = open_talk(become(desk, resident, serve), talk)
    desk.set_offline(True)
    expect(page.get_by_text("Yhteys katkesi")).to_be_visible()
    for number in range(230):
        answerer.say(f"viesti {number}")
    desk.set_offline(False)
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(231, timeout=30_000)
    assert shown(page) == stored(talk)


# --- bad input ---


def test_what_can_not_be_sent_is_told_and_stays(desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    page.get_by_role("button", name="Lähetä").click()
    expect(page.locator("#composer-error")).to_have_text("Kirjoita ensin viesti.")
    say(page, "  \u200b \n")
    expect(page.locator("#composer-error")).to_have_text("Kirjoita ensin viesti.")
    long = "👵" * (TEXT_LIMIT - 10)
    page.locator("#kirjoita").fill(long)
    expect(page.locator("#composer-count")).to_have_text("10 merkkiä jäljellä")
    say(page, long + "x" * 25)
    expect(page.locator("#composer-error")).to_have_text("15 merkkiä liikaa. Lähetä viesti osissa.")
    assert page.locator("#kirjoita").input_value() == long + "x" * 25
    say(page, long)
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(2)
    page.evaluate("document.querySelector('#kirjoita').value = 'puolikas \\ud800 merkki \\u0007'")
    page.get_by_role("button", name="Lähetä").click()
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(3)
    assert stored(talk)[1:] == [long, "puolikas \ufffd merkki"]


def test_a_refused_message_can_be_taken_back_or_tried_again(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation
) -> None:
    """Another tab of hers ended the conversation while this one was cut off."""
    page = become(desk, resident, serve).new_page()
    frames: list[str] = []

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def to_server(frame: str | bytes) -> None:
            if '"t":"post"' in str(frame) and not frames:
                frames.append(str(frame))
                client_id = re.search(r'"client_id":"([^"]+)"', str(frame))
                assert client_id
                refused = {"t": "refused", "code": "invalid", "text": "Ei käy", "client_id": client_id[1], "retry_ms": None}
                socket.send(json.dumps(refused))
            else:
                server.send(frame)

        socket.on_message(to_server)

    page.route_web_socket(re.compile("/ws/"), through)
    page.goto(f"/fi/keskustelu/{talk.public_id}/")
    expect(page.locator("resident-chat")).to_have_attribute("data-connection", "online")
    say(page, "Torjuttu viesti")
    failed = page.locator(".nl-msg-failed")
    expect(failed).to_contain_text("Ei lähetetty: Ei käy")
    failed.get_by_role("button", name="Ota takaisin muokattavaksi").click()
    expect(page.locator("#kirjoita")).to_have_value("Torjuttu viesti")
    expect(failed).to_have_count(0)
    frames.clear()
    page.get_by_role("button", name="Lähetä").click()
    page.locator(".nl-msg-failed").get_by_role("button", name="Yritä uudelleen").click()
    expect(page.locator(".nl-msg[data-seq]")).to_have_count(2)
    assert stored(talk) == ["Ensimmäinen viesti", "Torjuttu viesti"]


def test_words_written_before_the_end_can_be_copied_after_it(
    desk: BrowserContext, serve: Serve, resident: Resident, talk: Conversation, answerer: Responder
) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    answerer.claim()
    page.locator("#kirjoita").fill("Kesken jäi")
    answerer.end()
    expect(page.locator(".nl-chat-ended")).to_be_visible(timeout=10_000)
    expect(page.locator("#kirjoita")).to_have_value("Kesken jäi")
    expect(page.get_by_role("button", name="Lähetä")).to_be_disabled()


def test_a_strangers_browser_gets_nothing(
    desk: BrowserContext, serve: Serve, resident: Resident, stranger: Resident, talk: Conversation
) -> None:
    page = open_talk(become(desk, resident, serve), talk)
    become(desk, stranger, serve)
    say(page, "Oman keksin aikana avattu")
    other = desk.new_page()
    other.goto(f"/fi/keskustelu/{talk.public_id}/")
    expect(other.get_by_role("heading", name="Keskustelua ei löytynyt")).to_be_visible()
    answers = other.evaluate(
        """async (id) => {
          const poll = (await fetch(`/api/keskustelu/${id}/tapahtumat/?all=0&staff=0&wait=0`)).status;
          const frames = await new Promise((done) => {
            const socket = new WebSocket(`ws://${location.host}/ws/keskustelu/${id}/?lang=fi`), got = [];
            socket.onmessage = ({ data }) => { got.push(data); if (got.length === 2) done(got); };
            const cursor = { conversation: id, all: 0, staff: 0 };
            socket.onopen = () => socket.send(JSON.stringify({ t: "hello", proto: 1, conversations: [cursor] }));
            setTimeout(() => done(got), 3000);
          });
          return [poll, ...frames];
        }""",
        str(talk.public_id),
    )
    assert answers[0] == 404
    assert '"code":"not_found"' in answers[2]
