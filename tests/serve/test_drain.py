"""An orderly end under load: everyone is told, nothing is lost, and the exit status says that all went well."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Event
from services.models import Queue
from tests.serve.portal import Bot, Serve, resident_bot, staff_bot, staff_cookie

pytestmark = [pytest.mark.serve, pytest.mark.postgres]

RESTART = 4012


def test_asked_to_end_under_load_it_says_goodbye_and_loses_nothing(
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    queue: Queue,
    resident: Resident,
    relative: Resident,
    stranger: Resident,
    responder: User,
) -> None:
    residents = [resident, relative, stranger]
    rows = [make_conversation(person, responder) for person in residents]
    serve = make_serve(CHAT_FRAMES_PER_SECOND="1000")
    cookie = staff_cookie(responder)
    sent: list[str] = []

    async def talk(bot: Bot, who: str, stopping: asyncio.Event) -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            words = f"{who} {number}"
            sent.append(words)
            await bot.say(words)
            await asyncio.sleep(0.01)

    async def walk() -> None:
        stopping = asyncio.Event()
        async with AsyncExitStack() as stack:
            bots = []
            for person, row in zip(residents, rows, strict=True):
                bots.append(await stack.enter_async_context(resident_bot(serve, person, row.public_id)))
                bots.append(await stack.enter_async_context(staff_bot(serve, cookie, row.public_id)))
            talks = [asyncio.ensure_future(talk(bot, f"Puhuja {number}", stopping)) for number, bot in enumerate(bots)]
            await asyncio.sleep(1)
            began = time.monotonic()
            assert await asyncio.to_thread(serve.term) == 0
            assert time.monotonic() - began < 15
            for bot in bots:
                assert [frame["t"] for frame in bot.frames].count("bye") == 1
                assert bot.closed == [RESTART]
            acknowledged = {client_id for bot in bots for client_id in bot.acked}
            known = await asyncio.to_thread(lambda: set(Event.objects.values_list("client_id", flat=True)))
            assert acknowledged <= known
            await asyncio.sleep(0.3)  # they go on pressing send while there is no server
            stopping.set()
            await asyncio.gather(*talks)
            await asyncio.to_thread(serve.start)
            for bot in bots:
                await bot.settled(120)
            for hers, desk in zip(bots[::2], bots[1::2], strict=True):
                await hers.until(lambda hers=hers, desk=desk: hers.log["all"] == desk.log["all"])  # type: ignore[misc]
                for bot in (hers, desk):
                    assert bot.reconnects >= 1
        assert await asyncio.to_thread(serve.term) == 0

    asyncio.run(walk())
    stored = Counter(Event.objects.filter(kind="message").values_list("body", flat=True))
    assert len(sent) > 100
    assert stored == Counter(sent)
    assert not serve.errors()
