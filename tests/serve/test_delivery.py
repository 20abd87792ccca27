"""Nothing acknowledged is ever lost, doubled or out of order: over real servers and sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from django.db import connection

from accounts.actors import Resident
from accounts.models import AuditEntry, User
from chat.models import Conversation, Event
from tests.serve.portal import Serve, resident_bot, resident_cookie, staff_bot, staff_cookie, visitor

pytestmark = [pytest.mark.serve, pytest.mark.postgres]


def test_a_resident_and_a_responder_talk(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve()
    cookie = staff_cookie(responder)

    async def walk() -> None:
        hers = await resident_bot(serve, resident, row.public_id).start().ready()
        desk = await staff_bot(serve, cookie, row.public_id).start().ready()
        await hers.say("Hei! Saako äitini kotihoitoa?")
        await desk.until(lambda: ("message", "Hei! Saako äitini kotihoitoa?") in desk.log["all"].values())
        await desk.say("Hei, autan mielelläni.")
        await desk.say("Soitetaanko huomenna?", audience="staff")
        await hers.until(lambda: ("message", "Hei, autan mielelläni.") in hers.log["all"].values())
        await desk.settled()
        await desk.until(lambda: desk.log["staff"])
        assert not hers.log["staff"]
        assert hers.log["all"] == desk.log["all"]
        await hers.stop()
        await desk.stop()

    asyncio.run(walk())
    read = AuditEntry.objects.get(object_id=str(row.public_id), action="read")
    assert (read.actor_id, read.address, read.source) == (str(responder.public_id), "127.0.0.1", "socket")
    assert read.session
    stored = Event.objects.filter(conversation=row, kind="message")
    assert stored.count() == 3
    row.refresh_from_db()
    assert row.first_reply_at is not None and row.response_seconds is not None


def test_the_same_message_from_twenty_senders_at_once_is_one(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve()

    async def walk() -> None:
        bots = [resident_bot(serve, resident, row.public_id).start() for _ in range(20)]
        for bot in bots:
            await bot.ready()
        client_id = uuid4()
        await asyncio.gather(*(bot.say("Vain kerran", client_id=client_id) for bot in bots))
        for bot in bots:
            await bot.settled()
        assert len({bot.acked[client_id] for bot in bots}) == 1
        for bot in bots:
            await bot.stop()

    asyncio.run(walk())
    assert Event.objects.filter(conversation=row, body="Vain kerran").count() == 1


def test_two_processes_serve_the_two_ends_of_one_conversation(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    """With Redis at once, by pokes; without it by the beat of three seconds."""
    row = make_conversation(resident, responder)
    phone, office = make_serve(), make_serve()
    cookie = staff_cookie(responder)

    async def walk() -> list[float]:
        async with resident_bot(phone, resident, row.public_id) as hers, staff_bot(office, cookie, row.public_id) as desk:
            seconds = []
            for number in range(4):
                began = time.monotonic()
                await hers.say(f"Kysymys {number}")
                seconds.append(await desk.shows(f"Kysymys {number}") - began)
                await desk.say(f"Muistiinpano {number}", audience="staff")
                began = time.monotonic()
                await desk.say(f"Vastaus {number}")
                seconds.append(await hers.shows(f"Vastaus {number}") - began)
            await asyncio.gather(hers.settled(), desk.settled())
            await desk.until(lambda: desk.words("staff") == [f"Muistiinpano {number}" for number in range(4)])
            assert hers.log["all"] == desk.log["all"]
            assert not hers.log["staff"]
            return sorted(seconds)

    seconds = asyncio.run(walk())
    assert seconds[-1] <= 4
    if connection.vendor == "postgresql":
        assert seconds[len(seconds) // 2] < 1


async def polled(client: httpx.AsyncClient, conversation: UUID, audience: str, until: str) -> dict[int, tuple[str, str]]:
    """The log of one audience as the long poll gives it, until this message has come."""
    log: dict[str, dict[int, tuple[str, str]]] = {"all": {}, "staff": {}}
    async with asyncio.timeout(60):
        while until not in {body for _, body in log[audience].values()}:
            heads = {name: max(rows, default=0) for name, rows in log.items()}
            address = f"/api/keskustelu/{conversation}/tapahtumat/?all={heads['all']}&staff={heads['staff']}&wait=20"
            answer = (await client.get(address)).json()
            assert answer["reset"] is False
            for event in answer["events"]:
                rows = log[event["audience"]]
                assert event["seq"] == max(rows, default=0) + 1
                rows[event["seq"]] = (event["kind"], event["body"])
            assert {name: answer[name] for name in log} == {name: max(rows, default=0) for name, rows in log.items()}
    return log[audience]


def test_the_long_poll_tells_the_same_log(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    """Who can't open a socket posts forms and polls, and ends with what the sockets have; a long log comes without delay."""
    row = make_conversation(resident, responder)
    serve = make_serve(CHAT_FRAMES_PER_SECOND="1000")
    cookie = staff_cookie(responder)

    async def walk() -> None:
        async with (
            staff_bot(serve, cookie, row.public_id) as desk,
            visitor(serve, resident_cookie(resident)) as hers,
            visitor(serve, cookie) as second_desk,
        ):
            for number in range(150):
                await desk.say(f"Ohje {number}")
            await desk.say("Vain meille", audience="staff")
            await desk.settled()
            began = time.monotonic()
            assert await polled(hers, row.public_id, "all", "Ohje 149") == desk.log["all"]
            assert time.monotonic() - began < 5  # four answers, none of which waits for its time to run out
            waiting = asyncio.ensure_future(polled(second_desk, row.public_id, "all", "Kiitos"))
            await asyncio.sleep(0.2)
            form = {"body": "Kiitos", "client_id": str(uuid4())}
            answers = [await hers.post(f"/fi/keskustelu/{row.public_id}/viesti/", data=form) for _ in range(2)]
            assert [answer.json()["duplicate"] for answer in answers] == [False, True]
            await desk.shows("Kiitos")
            assert await waiting == desk.log["all"]
            assert await polled(second_desk, row.public_id, "staff", "Vain meille") == desk.log["staff"]
            answer = await hers.get(f"/api/keskustelu/{row.public_id}/tapahtumat/?all=0&staff=0")
            assert {event["audience"] for event in answer.json()["events"]} == {"all"}

    asyncio.run(walk())
    assert Event.objects.filter(conversation=row, body="Kiitos").count() == 1
