"""A campaign of broken lines: whatever is dropped, doubled and tried again, every client ends with the same gapless log."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Event
from tests.serve.breaking import BreakingLine
from tests.serve.portal import Bot, Serve, resident_bot, staff_bot, staff_cookie

pytestmark = [pytest.mark.serve, pytest.mark.postgres]


@pytest.mark.parametrize(
    ("faults", "seed"), [(60, 20261121), *(pytest.param(1000, seed, marks=pytest.mark.soak) for seed in (1, 2, 3))]
)
def test_broken_lines_leave_the_same_log_with_everyone(
    faults: int,
    seed: int,
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    relative: Resident,
    responder: User,
    supervisor: User,
) -> None:
    """Two conversations, each with its resident in two windows, its responder, and a supervisor who reads along."""
    chance = random.Random(seed)
    rows = [make_conversation(person, responder) for person in (resident, relative)]
    serve = make_serve(CHAT_FRAMES_PER_SECOND="1000")
    cookies = [staff_cookie(responder), staff_cookie(supervisor)]
    sent: Counter[tuple[object, str, str]] = Counter()

    async def talk(bot: Bot, who: str, line: BreakingLine) -> None:
        number = 0
        while line.left > 0:
            number += 1
            words, audience = f"{who} {number}", "staff" if bot.staff and chance.random() < 0.3 else "all"
            sent[bot.conversation, audience, words] += 1
            client_id = await bot.say(words, audience=audience)
            if chance.random() < 0.2:  # pressed twice
                await bot.say(words, audience=audience, client_id=client_id)
            await asyncio.sleep(chance.uniform(0, 0.1))

    async def walk() -> None:
        async with AsyncExitStack() as stack:
            line = await stack.enter_async_context(BreakingLine(serve.port, seed=seed, faults=faults))
            bots: list[Bot] = []
            talkers: list[Bot] = []
            for person, row in zip((resident, relative), rows, strict=True):
                mine = [resident_bot(serve, person, row.public_id) for _ in range(2)]
                mine += [staff_bot(serve, cookie, row.public_id) for cookie in cookies]
                bots += mine
                talkers += mine[:3]
            for bot in bots:
                bot.base, bot.resend_seconds = line.ws, 0.5
                bot.start()
                stack.push_async_callback(bot.stop)
            async with asyncio.timeout(faults * 2 + 120):
                await asyncio.gather(*(talk(bot, f"Puhuja {number}", line) for number, bot in enumerate(talkers)))
            assert line.broken == faults
            for bot in bots:
                await bot.settled(120)
                await bot.ready()
            for row in rows:
                await asyncio.to_thread(row.refresh_from_db)
            assert sum(bot.reconnects for bot in bots) >= faults // 2
            for bot in bots:
                row = next(row for row in rows if row.public_id == bot.conversation)
                heads = (row.head_all, row.head_staff if bot.staff else 0)
                await bot.until(lambda bot=bot, heads=heads: bot.heads() == heads)  # type: ignore[misc]
            for row in rows:
                mine = [bot for bot in bots if bot.conversation == row.public_id]
                stored = await asyncio.to_thread(log_of, row)
                for bot in mine:
                    assert bot.log["all"] == stored["all"]
                    assert bot.log["staff"] == (stored["staff"] if bot.staff else {})
                    assert not any(not frame["retry_ms"] for frame in bot.refused if frame["client_id"]), bot.refused

    asyncio.run(walk())
    messages = Event.objects.filter(kind="message").values_list("conversation__public_id", "audience", "body")
    assert len(sent) > 60
    assert Counter(messages) == sent
    assert not serve.errors()


def log_of(row: Conversation) -> dict[str, dict[int, tuple[str, str]]]:
    """What the database has; each audience numbered from one on without a gap."""
    found: dict[str, dict[int, tuple[str, str]]] = {"all": {}, "staff": {}}
    for audience, seq, kind, body in Event.objects.filter(conversation=row).values_list("audience", "seq", "kind", "body"):
        found[audience][seq] = (kind, body)
    for log in found.values():
        assert sorted(log) == list(range(1, len(log) + 1))
    return found
