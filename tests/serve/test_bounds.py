"""What one client does must not cost the others: a reader who does not read, a conversation that somebody holds locked."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import httpx
import psutil
import pytest
import websockets
from django.db import connection, transaction

from accounts.actors import Resident
from accounts.models import User
from chat.beat import SOCKETS_EACH
from chat.consumers.poll import POLLS_EACH
from chat.models import Conversation, Event
from tests.serve.portal import NO_TLS, Serve, resident_bot, resident_cookie, staff_bot, staff_cookie

pytestmark = [pytest.mark.serve, pytest.mark.postgres]

EVENTS, SLOW_READERS = 5000, 20
WORDS = "x" * 1000


def test_a_reader_who_does_not_read_costs_no_memory(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    """Twenty of them, 5,000 events of 1,000 characters: kept for each they would be 100 MB."""
    row = make_conversation(resident, responder)
    serve = make_serve(CHAT_FRAMES_PER_SECOND="100000")
    cookie = staff_cookie(responder)
    process = psutil.Process(serve.pid)
    hello = {"t": "hello", "proto": 1, "conversations": [{"conversation": str(row.public_id), "all": 0, "staff": 0}]}

    async def walk() -> int:
        async with AsyncExitStack() as stack:
            hers = await stack.enter_async_context(resident_bot(serve, resident, row.public_id))
            desk = await stack.enter_async_context(staff_bot(serve, cookie, row.public_id))
            deaf = []
            for _ in range(SLOW_READERS):
                address = f"{serve.ws}/ws/keskustelu/{row.public_id}/"
                headers = {"cookie": resident_cookie(resident)}
                socket = await stack.enter_async_context(
                    websockets.connect(address, additional_headers=headers, ping_interval=None, max_queue=1, close_timeout=0.1)
                )
                await socket.send(json.dumps(hello))
                deaf.append(socket)
            hers.resend_seconds = 60
            for number in range(200):
                await hers.say(f"{number} {WORDS}")
            await hers.settled(120)
            before = process.memory_info().rss
            for number in range(200, EVENTS):
                await hers.say(f"{number} {WORDS}")
                if len(hers.pending) > 500:
                    await hers.until(lambda: len(hers.pending) < 100, 120)
            await hers.settled(240)
            after = process.memory_info().rss
            await desk.until(lambda: desk.heads() == hers.heads(), 120)
            assert desk.words() == [f"{number} {WORDS}" for number in range(EVENTS)]
            assert hers.reconnects == 0
            # They still get everything, once they read: the first 64, and after each `seen` the next ones.
            texts: list[int] = []
            async with asyncio.timeout(60):
                while len(texts) < 150:
                    frame = json.loads(await deaf[0].recv())
                    if frame["t"] != "event":
                        continue
                    texts.append(frame["seq"])
                    if len(texts) % 64 == 0:
                        seen = {"t": "seen", "conversation": str(row.public_id), "all": texts[-1]}
                        await deaf[0].send(json.dumps(seen))
            assert texts == list(range(1, 151))
            return after - before

    assert asyncio.run(walk()) < 30_000_000


@contextmanager
def held_locked(row: Conversation) -> Iterator[None]:
    """Somebody else works on the conversation, and takes her time."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Conversation.objects.select_for_update(no_key=True).get(pk=row.pk)
            held.set()
            done.wait(60)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(60)
    try:
        yield
    finally:
        done.set()
        thread.join(60)


@pytest.mark.postgres(only=True)
@pytest.mark.parametrize("seconds", [2.0, 5.5])
def test_a_locked_conversation_does_not_slow_the_others_nor_lose_its_order(
    seconds: float,
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    relative: Resident,
    responder: User,
) -> None:
    """For a moment, and for longer than the office's patience (4 s): then the senders are told, and send the same again."""
    locked, free = make_conversation(resident, responder), make_conversation(relative, responder)
    serve = make_serve(CHAT_FRAMES_PER_SECOND="1000")

    async def walk() -> list[float]:
        async with (
            resident_bot(serve, resident, locked.public_id) as hers,
            resident_bot(serve, relative, free.public_id) as other,
        ):
            hers.resend_seconds = 1.5
            with held_locked(locked):
                until = time.monotonic() + seconds
                # What is sent behind a refused message may be stored before it: who cares for order waits (docs/protocol.md).
                last = until - seconds + min(seconds, 3.0)
                delays: list[float] = []
                number = 0
                while time.monotonic() < until:
                    for _ in range(3 if time.monotonic() < last else 0):  # several in one batch, and more behind them
                        await hers.say(f"{number}")
                        number += 1
                    began = time.monotonic()
                    words = f"Vapaa {len(delays)}"
                    await other.say(words)
                    delays.append(await other.shows(words) - began)
                    await asyncio.sleep(0.01)
                assert not hers.words()
            await hers.settled()
            await hers.until(lambda: len(hers.words()) == number)
            assert hers.words() == [str(each) for each in range(number)]
            assert {frame["code"] for frame in hers.refused} == (set() if seconds < 4 else {"busy"})
            assert (hers.reconnects, other.reconnects) == (0, 0)
            return sorted(delays)

    delays = asyncio.run(walk())
    assert len(delays) > 10
    assert delays[len(delays) // 2] < 0.5, delays
    assert delays[-1] < 2, delays
    assert Event.objects.filter(conversation=free, kind="message").count() == len(delays)


def test_one_person_has_so_many_sockets_and_polls_and_no_more(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    row = make_conversation(resident)
    serve = make_serve()
    cookie = resident_cookie(resident)

    async def walk() -> None:
        async with AsyncExitStack() as stack:
            for _ in range(SOCKETS_EACH):
                socket = await stack.enter_async_context(
                    websockets.connect(f"{serve.ws}/ws/keskustelu/{row.public_id}/", additional_headers={"cookie": cookie})
                )
                assert json.loads(await asyncio.wait_for(socket.recv(), 20))["t"] == "welcome"
            one_more = await stack.enter_async_context(
                websockets.connect(f"{serve.ws}/ws/keskustelu/{row.public_id}/", additional_headers={"cookie": cookie})
            )
            assert json.loads(await asyncio.wait_for(one_more.recv(), 20))["t"] == "bye"
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await asyncio.wait_for(one_more.recv(), 20)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4429
        address = f"{serve.url}/api/keskustelu/{row.public_id}/tapahtumat/?all=1&wait=3"
        async with httpx.AsyncClient(headers={"cookie": cookie}, timeout=30, verify=NO_TLS) as client:
            answers = [answer.status_code for answer in await asyncio.gather(*(client.get(address) for _ in range(POLLS_EACH + 4)))]
            assert answers.count(200) == POLLS_EACH
            assert answers.count(429) == 4
            assert (await client.post(address)).status_code == 405

    asyncio.run(walk())


def test_a_hello_that_names_one_conversation_a_hundred_times_opens_it_once(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    row = make_conversation(resident)
    serve = make_serve()

    async def walk() -> None:
        hers = await resident_bot(serve, resident, row.public_id).start().ready()
        await hers.until(lambda: hers.log["all"])
        await hers.send({"t": "hello", "proto": 1, "conversations": [{"conversation": str(row.public_id), "all": 1}] * 100})
        await hers.say("Hei")
        await hers.settled()
        await hers.shows("Hei")  # while the second hello is caught up the ack may come before the event
        assert [kind for kind, _ in hers.log["all"].values()] == ["joined", "message"]
        assert not hers.refused
        await hers.stop()

    asyncio.run(walk())
