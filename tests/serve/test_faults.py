"""The server dies at the worst moments, and the same message is sent again: it is there exactly once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Event
from tests.serve.falling import BEFORE_ACK, BEFORE_COMMIT, MARK
from tests.serve.portal import Serve, resident_bot, resident_cookie, staff_bot, staff_cookie, visitor

pytestmark = [pytest.mark.serve, pytest.mark.postgres]


@pytest.mark.parametrize(("point", "stored"), [(BEFORE_COMMIT, 0), (BEFORE_ACK, 1)])
def test_killed_in_the_middle_of_a_message_and_sent_again_it_is_one(
    point: str,
    stored: int,
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    responder: User,
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve(program=f"-m tests.serve.falling {point}")
    cookie = staff_cookie(responder)
    words = f"Ennen kuin {MARK}"

    def count() -> int:
        return Event.objects.filter(conversation=row, body=words).count()

    async def walk() -> None:
        async with resident_bot(serve, resident, row.public_id) as hers, staff_bot(serve, cookie, row.public_id) as desk:
            await hers.say("Ensimmäinen")
            await desk.shows("Ensimmäinen")
            client_id = await hers.say(words)
            assert await serve.fallen() == -signal.SIGKILL
            assert not hers.acked.get(client_id)
            assert words not in desk.shown_at
            assert await asyncio.to_thread(count) == stored
            serve.program = ["manage.py"]
            await asyncio.to_thread(serve.start)
            await hers.settled()
            await desk.shows(words)
            await desk.say("Tuli perille")
            await hers.shows("Tuli perille")
            assert hers.log["all"] == desk.log["all"]
            assert hers.words() == ["Ensimmäinen", words, "Tuli perille"]

    asyncio.run(walk())
    assert count() == 1


def test_killed_after_the_commit_of_a_form_the_same_form_finds_its_message(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve(program=f"-m tests.serve.falling {BEFORE_ACK}")
    form = {"body": f"Lomakkeella, {MARK}", "client_id": str(uuid4())}

    async def walk() -> None:
        async with visitor(serve, resident_cookie(resident)) as client:
            with pytest.raises(httpx.TransportError):
                await client.post(f"/fi/keskustelu/{row.public_id}/viesti/", data=form)
            await serve.fallen()
            serve.program = ["manage.py"]
            await asyncio.to_thread(serve.start)
            answer = await client.post(f"/fi/keskustelu/{row.public_id}/viesti/", data=form)
            assert answer.status_code == 200
            assert answer.json()["duplicate"] is True

    asyncio.run(walk())
    assert Event.objects.filter(conversation=row, kind="message").count() == 1
