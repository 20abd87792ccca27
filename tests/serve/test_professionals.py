"""A professional's own question at the real server's socket and long poll: hers while her session and role hold, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import Grant, User
from chat.models import Conversation
from chat.operations import claim_conversation, post_message, start_consultation
from services.models import Queue
from tests.conftest import acting
from tests.serve.portal import Bot, Serve, resident_cookie, staff_cookie, visitor

pytestmark = [pytest.mark.serve, pytest.mark.postgres]
NO_SESSION = 4401


@pytest.fixture
def asked(transactional_db: None, queue: Queue, responder: User, area_professional: User) -> Conversation:
    Queue.objects.update(for_professionals=True)
    row = start_consultation(
        by=acting(area_professional),
        service=queue.service,
        token=uuid4(),
        client_present=True,
        body="Kuka arvioi tarpeen?",
        now=timezone.now(),
    )
    claim_conversation(by=acting(responder), conversation=row.public_id, now=timezone.now())
    post_message(
        by=acting(responder),
        conversation=row.public_id,
        client_id=uuid4(),
        body="Muistiinpano",
        audience="staff",
        now=timezone.now(),
    )
    return row


def end_session() -> None:
    Session.objects.all().delete()


def end_role() -> None:
    Grant.objects.filter(user__username="aino").update(revoked_at=timezone.now())


def bot_of(serve: Serve, cookie: str, row: Conversation) -> Bot:
    return Bot(serve.ws, f"/ws/keskustelu/{row.public_id}/", cookie, row.public_id)


@pytest.mark.parametrize("ends", [end_session, end_role], ids=["signed out", "role ended"])
def test_it_is_hers_while_she_is_signed_in(
    ends: Callable[[], None],
    make_serve: Callable[..., Serve],
    asked: Conversation,
    area_professional: User,
    stranger: Resident,
    colleague: User,
) -> None:
    serve = make_serve()
    cookie, others = staff_cookie(area_professional), [resident_cookie(stranger), staff_cookie(colleague)]
    poll = f"/api/keskustelu/{asked.public_id}/tapahtumat/?all=0&staff=0"

    async def play() -> None:
        async with bot_of(serve, cookie, asked) as bot, visitor(serve, cookie) as client:
            assert bot.words() == ["Kuka arvioi tarpeen?"] and not bot.log["staff"], "the staff's notes are not hers"
            answer = (await client.get(poll)).json()
            assert answer["staff"] == 0 and "Muistiinpano" not in str(answer)
            await bot.say("Kiitos, vielä yksi asia")
            await bot.settled()
            for other in others:
                stranger_bot = bot_of(serve, other, asked).start()
                await stranger_bot.until(lambda bot=stranger_bot: bot.refused or bot.frames)  # type: ignore[misc]
                assert not stranger_bot.log["all"]
                await stranger_bot.stop()
            await asyncio.to_thread(ends)
            await bot.until(lambda: any(frame["t"] == "signed_out" for frame in bot.frames), 30)
            await bot.until(lambda: NO_SESSION in bot.closed, 30)
            assert (await client.get(poll)).status_code == 404
            assert (await client.get(f"/fi/keskustelu/{asked.public_id}/")).status_code == 404

    asyncio.run(play())
    assert not serve.errors()
