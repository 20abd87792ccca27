"""The HTTP twin of reading: a long poll on the same hub and with the same permission as the sockets."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.exceptions import StopConsumer
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from accounts.actors import Actor, Resident
from accounts.sessions import staff_of_session
from chat import beat, hub
from chat.consumers.door import Door
from chat.consumers.professionals import asker_of
from chat.hub import Follower
from chat.operations import open_conversation, record_signs_of_life
from chat.operations.reading import Opened
from chat.protocol import (
    WINDOW,
)
from chat.residents import resident_of
from chat.threads import in_pool

POLLS, POLLS_EACH, POLLS_OF_STAFF = 300, 6, 40
POLL_SECONDS = 25


class EventsPoll(Door):
    """The HTTP twin of reading: events after the client's numbers, waiting for the next ones up to `wait` seconds.

    Same hub, same permission as the sockets; at most POLLS at once in a process.
    """

    async def http_request(self, message: dict[str, Any]) -> None:
        """Answer one poll."""
        if message.get("more_body"):
            return
        status, body = await self.answer()
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await self.base_send({"type": "http.response.start", "status": status, "headers": headers})
        await self.base_send({"type": "http.response.body", "body": body.encode()})
        raise StopConsumer

    async def http_disconnect(self, message: dict[str, Any]) -> None:
        """The client has gone."""
        raise StopConsumer

    async def answer(self) -> tuple[int, str]:
        """Status and JSON of the answer."""
        here = hub.current()
        if self.scope["method"] != "GET":
            return 405, '{"code":"invalid"}'
        if here is None or beat.polls() >= POLLS:
            return 503, '{"code":"busy","retry_ms":3000}'
        conversation: UUID = self.scope["url_route"]["kwargs"]["conversation"]
        query = {key: values[0] for key, values in parse_qs(self.scope["query_string"].decode("latin-1")).items()}
        try:
            cursor = (_number(query.get("all", "0")), _number(query.get("staff", "0")))
            wait = min(_number(query.get("wait", "0")), POLL_SECONDS)
        except ValueError:
            return 400, '{"code":"invalid"}'
        cookies = self.cookies()
        actor: Actor | None = resident_of(cookies)
        session = cookies.get(settings.SESSION_COOKIE_NAME, "")
        try:
            opened = await in_pool(_open_as, actor, conversation)
            if opened is None and session and (asker := await in_pool(asker_of, session, conversation)):
                actor = asker.resident
                opened = await in_pool(_open_as, actor, conversation)
            if opened is None and session:
                actor = await in_pool(staff_of_session, session)
                with self.origin():
                    opened = await in_pool(_open_as, actor, conversation)
            if opened is None or actor is None:
                return 404, '{"code":"not_found"}'
            if isinstance(actor, Resident):
                await in_pool(record_signs_of_life, by=actor, conversations=[conversation], now=timezone.now())
        except (DatabaseError, InterfaceError):
            return 503, '{"code":"busy","retry_ms":3000}'
        if beat.polls(actor) >= (POLLS_OF_STAFF if opened.staff else POLLS_EACH):
            return 429, '{"code":"too_fast","retry_ms":3000}'
        poll = Poll()
        row = opened.conversation
        follower = Follower(
            poll,
            conversation=row.public_id,
            key=row.pk,
            participant=None,
            staff=opened.staff,
            queue=row.queue_id,
            place=(row.county.code, row.service.public_id),
            sent=cursor,
        )
        with beat.polling(actor):
            here.follow(follower)
            await poll.wait(wait)
            here.unfollow(follower)
        head_all, head_staff = follower.sent
        return (
            200,
            f'{{"events":[{",".join(poll.events)}],"all":{head_all},"staff":{head_staff},"reset":{str(poll.reset).lower()}}}',
        )


class Poll:
    """Collects what the hub sends to one poll."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.reset = False
        self._caught_up = asyncio.Event()
        self._some = asyncio.Event()

    def push(self, text: str) -> None:
        """A frame of the hub; who writes or has read is not for polls."""
        if text.startswith('{"t":"event"'):
            self.events.append(text)
            self._some.set()
            if len(self.events) >= WINDOW:  # no more comes before this answer
                self._caught_up.set()
        elif text.startswith('{"t":"caught_up"'):
            self._caught_up.set()
        elif text.startswith('{"t":"reset"'):
            self.reset = True
            self._some.set()
            self._caught_up.set()

    def moved(self, follower: Follower) -> bool:
        """A resident reads on; staff ask anew, and are let in or not."""
        if follower.staff:
            self._some.set()
            self._caught_up.set()
        return not follower.staff

    async def wait(self, seconds: float) -> None:
        """Until everything there is has come, and then until something new comes or the time is over."""
        try:
            await asyncio.wait_for(self._caught_up.wait(), 5)
            if not self._some.is_set() and seconds:
                await asyncio.wait_for(self._some.wait(), seconds)
                await asyncio.sleep(0.01)
        except TimeoutError:
            return


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**31 or len(text) > 10:
        raise ValueError(text)
    return number


def _open_as(actor: Actor | None, conversation: UUID) -> Opened | None:
    if actor is None:
        return None
    try:
        return open_conversation(by=actor, conversation=conversation, now=timezone.now(), source="poll", whole=False)
    except ObjectDoesNotExist:
        return None
