"""A colleague's whisper on the wire: neither the frames nor the poll of the resident hold a trace of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation
from chat.operations import join_as_colleague
from tests.conftest import acting
from tests.serve.portal import Serve, resident_bot, resident_cookie, staff_bot, staff_cookie, visitor

pytestmark = [pytest.mark.serve, pytest.mark.postgres]


def test_a_whisper_leaves_no_trace_in_frames_or_poll(
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    responder: User,
    colleague: User,
) -> None:
    row = make_conversation(resident, responder)
    participant = join_as_colleague(by=acting(colleague), conversation=row.public_id, now=timezone.now())
    serve = make_serve()
    cookies = staff_cookie(responder), staff_cookie(colleague)
    heard: list[str] = []

    async def walk() -> None:
        hers = resident_bot(serve, resident, row.public_id)
        take = hers._take

        async def listen(frame: dict[str, object]) -> None:
            heard.append(json.dumps(frame, ensure_ascii=False))
            await take(frame)

        hers._take = listen  # type: ignore[method-assign]
        await hers.start().ready()
        desk = await staff_bot(serve, cookies[0], row.public_id).start().ready()
        beside = await staff_bot(serve, cookies[1], row.public_id).start().ready()
        await beside.send({"t": "typing", "conversation": str(row.public_id), "on": True})
        await beside.send({"t": "seen", "conversation": str(row.public_id), "all": 1, "staff": 1})
        await beside.say("Kysy ensin lääkityksestä", audience="staff")
        await desk.until(lambda: "Kysy ensin lääkityksestä" in desk.words("staff"))
        await desk.say("Onko lääkkeitä?")
        await hers.shows("Onko lääkkeitä?")
        async with visitor(serve, resident_cookie(resident)) as other:
            answer = await other.get(f"/api/keskustelu/{row.public_id}/tapahtumat/?all=0&staff=0")
            heard.append(answer.text)
        assert [name for _, name in desk.log["staff"].values()][-1] == "Kysy ensin lääkityksestä"
        for bot in (hers, desk, beside):
            await bot.stop()

    asyncio.run(walk())
    assert any("Onko lääkkeitä?" in text for text in heard)
    for trace in ("Kysy ensin", "Kaisa", str(participant.public_id), "colleague"):
        assert not [text for text in heard if trace in text], trace
