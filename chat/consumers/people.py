"""Whose socket it is: a resident's, with her place in the line, or a responder's, with her boards."""

from __future__ import annotations

from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.actors import Actor, Staff
from accounts.sessions import staff_of_session
from chat import beat, hub
from chat.boards import line_of
from chat.choices import State
from chat.consumers.professionals import Asker, asker_of
from chat.consumers.sockets import NO_SESSION, NOT_HERE, Socket
from chat.hub import Follower
from chat.operations.reading import Opened
from chat.protocol import (
    Cursor,
    Line,
    QueueFrame,
    ServerFrame,
)
from chat.refusals import Refusal
from chat.residents import resident_of
from chat.threads import in_pool
from services.models import Queue

RIGHTS_SECONDS = 2.0
RIGHTS_KEPT = 2000
_answerable_by_rights: dict[frozenset[Any], tuple[float, list[int]]] = {}


class ResidentSocket(Socket):
    """A resident's socket: her one conversation, and her place in the line while she waits."""

    topic = ""
    asker: Asker | None = None

    async def enter(self) -> int | None:
        """By the signed cookie, or as the professional whose session it is; the conversation is checked when it is followed."""
        cookies = self.cookies()
        self.mine: UUID = self.scope["url_route"]["kwargs"]["conversation"]
        session = cookies.get(settings.SESSION_COOKIE_NAME, "")
        self.asker = await in_pool(asker_of, session, self.mine) if session else None
        resident = self.asker.resident if self.asker else resident_of(cookies)
        if resident is None:
            return NO_SESSION
        self.actor = resident
        return None

    async def follow(self, cursor: Cursor) -> None:
        """Only the conversation of this address."""
        if cursor.conversation != self.mine:
            self.refuse(Refusal.NOT_FOUND, conversation=cursor.conversation)
            return
        await super().follow(cursor)

    def opened(self, opened: Opened) -> None:
        """Her place in the line, while she waits; after she came back to a line, that line's."""
        if opened.conversation.state == State.WAITING:
            self._watch(opened.conversation.queue_id)

    def moved(self, follower: Follower) -> bool:
        """She goes on in another queue, and sees nothing more of the old one's line."""
        self._watch(follower.queue)
        return True

    def _watch(self, queue: int) -> None:
        here, topic = hub.current(), f"queue:{queue}"
        if here is None or self.gone or topic == self.topic:
            return
        if self.topic:
            here.unwatch(self.topic, self.board)
        self.topic = topic
        here.watch(self.topic, self.board)

    def board(self, frame: ServerFrame, text: str) -> None:
        """The line has changed: what of it concerns her."""
        line = line_of(frame, self.mine)
        if line is not None:
            self.frame(line)
        elif isinstance(frame, QueueFrame):
            self.frame(Line(conversation=self.mine, state="gone", position=None, waiting=len(frame.waiting), open=frame.open))

    def leave(self) -> None:
        """Leave the line's board too."""
        here = hub.current()
        if here is not None and self.topic:
            here.unwatch(self.topic, self.board)
        super().leave()


class ConsoleSocket(Socket):
    """A responder's socket: the lines of her queues, her own conversations, and those that she has opened."""

    async def enter(self) -> int | None:
        """By the staff session; her queues by her grants."""
        self.session = self.cookies().get(settings.SESSION_COOKIE_NAME, "")
        staff = await in_pool(staff_of_session, self.session) if self.session else None
        if staff is None:
            return NO_SESSION
        self.actor: Staff = staff
        self.topics: set[str] = set()
        self.rights = (await in_pool(beat.rights_of, {staff.user_id})).get(staff.user_id, beat.NO_RIGHTS)
        await self.watch_boards()
        return None if self.topics else NOT_HERE

    async def watch_boards(self) -> None:
        """Watch the boards that her grants allow now, and no others."""
        keys = await self.answerable()
        wanted = {f"queue:{key}" for key in keys} | ({f"mine:{self.actor.user_id}"} if keys else set())
        here = hub.current()
        if here is None or self.gone:
            return
        for topic in self.topics - wanted:
            here.unwatch(topic, self.board)
        for topic in wanted - self.topics:
            here.watch(topic, self.board)
        self.topics = wanted

    async def answerable(self) -> list[int]:
        """The queues that her rights reach. They are the same for all who have the same rights, and kept for two seconds."""
        known = _answerable_by_rights.get(self.rights)
        if known is None or monotonic() - known[0] > RIGHTS_SECONDS:
            known = (monotonic(), await in_pool(_answerable, self.actor))
            if len(_answerable_by_rights) > RIGHTS_KEPT:
                _answerable_by_rights.clear()
            _answerable_by_rights[self.rights] = known
        return known[1]

    def moved(self, follower: Follower) -> bool:
        """After a transfer she reads on only where her grants reach."""
        if beat.reaches(self.rights, follower.place):
            return True
        self.lines.pop(follower.conversation, None)
        return False

    def board(self, frame: ServerFrame, text: str) -> None:
        """A snapshot, encoded once for everyone who sees it."""
        self.push(text)

    def leave(self) -> None:
        """Leave the boards too."""
        here = hub.current()
        for topic in getattr(self, "topics", ()):
            if here is not None:
                here.unwatch(topic, self.board)
        self.topics = set()
        super().leave()


def _answerable(actor: Actor) -> list[int]:
    return list(Queue.objects.answerable_by(actor).filter(is_active=True).values_list("pk", flat=True))
