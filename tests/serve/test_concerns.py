"""A concern on the wire: the console sees each step at once; the resident sees no trace of it, an outsider nothing at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from accounts.actors import Resident
from accounts.models import User
from chat.concerns import step_keys
from chat.models import Concern, Conversation
from tests.serve.portal import Serve, resident_bot, resident_cookie, staff_bot, staff_cookie, visitor

pytestmark = [pytest.mark.serve, pytest.mark.postgres]


def test_a_concern_leaves_no_trace_in_frames_or_poll(
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    responder: User,
    second_responder: User,
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve()
    cookie, strange = staff_cookie(responder), staff_cookie(second_responder)
    path = f"/fi/vastaaja/{row.public_id}/"
    heard: list[str] = []

    async def walk() -> None:
        hers = resident_bot(serve, resident, row.public_id)
        take = hers._take

        async def listen(frame: dict[str, object]) -> None:
            heard.append(json.dumps(frame, ensure_ascii=False))
            await take(frame)

        hers._take = listen  # type: ignore[method-assign]
        await hers.start().ready()
        desk = await staff_bot(serve, cookie, row.public_id).start().ready()
        async with visitor(serve, strange) as other:  # of another service: as if there were no such conversation
            for form in ({"act": "set", "flag": "child"}, {"act": "step", "step": "danger"}):
                assert (await other.post(f"{path}huoli/", data=form)).status_code == 404
            assert (await other.get(f"{path}hakemisto/?osa=1")).status_code == 404
            assert (await other.get(f"/api/keskustelu/{row.public_id}/tapahtumat/?all=0&staff=0")).status_code == 404
        async with visitor(serve, cookie) as client:
            assert (await client.post(f"{path}huoli/", data={"act": "set", "flag": "child"})).status_code == 200
            ended = await client.post(f"{path}lopeta/", data={"outcome": "R1", "topic": "neuvonta"})
            assert (ended.status_code, ended.json()["code"]) == (409, "concern_open")
            for step in step_keys("child"):
                form = {"act": "step", "step": step, "notice": "made"}
                assert (await client.post(f"{path}huoli/", data=form)).status_code == 200
            await desk.until(lambda: desk.heads()[1] >= len(step_keys("child")) + 2)  # the flag, each step, done
            await desk.say("Ilmoitin asiasta.")
            await hers.shows("Ilmoitin asiasta.")
            assert (await client.post(f"{path}lopeta/", data={"outcome": "R1", "topic": "neuvonta"})).status_code == 200
        async with visitor(serve, resident_cookie(resident)) as mine:
            heard.append((await mine.get(f"/api/keskustelu/{row.public_id}/tapahtumat/?all=0&staff=0")).text)
            heard.append((await mine.get(f"/fi/keskustelu/{row.public_id}/tallenne.txt")).text)
        for bot in (hers, desk):
            await bot.stop()

    asyncio.run(walk())
    assert any("Ilmoitin asiasta." in text for text in heard)
    for trace in ("concern", "flagged", "aftercare", "huoli", "Huoli"):
        assert not [text for text in heard if trace in text], trace
    assert Concern.objects.get().closing == "done"
