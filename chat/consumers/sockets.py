"""A socket that follows conversations: frames in, frames out, and nothing that waits for a slow reader."""

from __future__ import annotations

import asyncio
import logging
import random
from time import monotonic
from typing import Any
from uuid import UUID

from channels.exceptions import StopConsumer
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError
from django.utils import timezone, translation

from accounts.actors import Actor
from chat import beat, hub, office
from chat.choices import ParticipantKind
from chat.consumers.door import Door
from chat.hub import Follower
from chat.operations import Posted, PostMessage, Rejected, open_conversation
from chat.operations.reading import Opened
from chat.protocol import (
    TEXT_LIMIT,
    VERSION,
    WINDOW,
    Ack,
    Beat,
    Bye,
    Close,
    Cursor,
    FrameError,
    Hello,
    Open,
    Pong,
    Post,
    Refused,
    Seen,
    SeenFrame,
    ServerFrame,
    SignedOut,
    Typing,
    TypingFrame,
    Welcome,
    clean_text,
    encode,
    parse,
)
from chat.refusals import MESSAGES, RETRYABLE, Refusal
from chat.threads import in_pool

logger = logging.getLogger(__name__)

RETRY_MS = 1500
NO_SESSION, NOT_HERE, TOO_MANY = 4401, 4404, 4429
"""Close codes of the portal: no session; nothing here for you; too many sockets of one person."""
TOO_MANY_MS = 30_000
CURSORS_PER_TOKEN = 5


class Socket(Door):
    """A socket that follows conversations."""

    actor: Actor

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        """Find out who it is, and say welcome or close."""
        self.lines: dict[UUID, Follower] = {}
        self.owed: dict[UUID, Cursor] = {}
        self.paying: asyncio.Task[None] | None = None
        self.tokens, self.refilled = settings.CHAT_FRAMES_BURST, monotonic()
        self.outbox: asyncio.Queue[str] | None = None
        self.sender: asyncio.Task[None] | None = None
        self.heard_at = monotonic()
        self.gone = self.closed = False
        self.closing: asyncio.Task[None] | None = None
        self.words = self.language()
        await self.base_send({"type": "websocket.accept"})
        try:
            code = NO_SESSION if not self.same_origin() else await self.enter()
        except (DatabaseError, InterfaceError):
            # Nothing can be known of her now: she comes back soon, and nobody is told that her session is over.
            self.end(Bye(reconnect_ms=random.randrange(RETRY_MS, 2 * RETRY_MS)), beat.RESTART)
            return
        if code is not None:
            self.end(SignedOut(), code)
            return
        if not beat.enter(self):
            self.end(Bye(reconnect_ms=TOO_MANY_MS), TOO_MANY)
            return
        self.frame(welcome(settings.CHAT_HEARTBEAT_SECONDS))

    async def enter(self) -> int | None:
        """Set `self.actor`, or return the code to close with."""
        raise NotImplementedError

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The socket has gone: leave every topic."""
        self.closed = True
        self.leave()
        raise StopConsumer

    def leave(self) -> None:
        """Leave every topic; harmless twice."""
        self.gone = True
        for task in (self.sender, self.paying):
            if task is not None:
                task.cancel()
        if hasattr(self, "actor"):
            beat.leave(self)
        here = hub.current()
        for follower in self.lines.values():
            if here is not None:
                here.unfollow(follower)
        self.lines.clear()

    def push(self, text: str) -> None:
        """Send a frame without waiting, so that no reader can hold up another.

        Daphne's send never suspends and is driven to its end here; under another server each socket has its own sender.
        """
        if self.gone:
            return
        if not hub.sends_inline():
            if self.outbox is None:
                self.outbox = asyncio.Queue()
                self.sender = asyncio.ensure_future(self._send_on(self.outbox))
            self.outbox.put_nowait(text)
            return
        try:
            self.base_send({"type": "websocket.send", "text": text}).send(None)
        except StopIteration:
            return
        except Exception:  # noqa: BLE001  (a dead socket is no error; its frames are in the log)
            logger.debug("a socket could not be written")
            self.leave()

    async def _send_on(self, outbox: asyncio.Queue[str]) -> None:
        while not self.gone:
            await self.base_send({"type": "websocket.send", "text": await outbox.get()})

    def frame(self, frame: ServerFrame) -> None:
        """Encode and send."""
        self.push(encode(frame))

    def refuse(self, code: Refusal, *, client_id: UUID | None = None, conversation: UUID | None = None) -> None:
        """Say no in the person's language; the socket stays open."""
        with translation.override(self.words):
            text = str(MESSAGES[code]) % {"limit": TEXT_LIMIT, "name": ""} if "%(" in str(MESSAGES[code]) else str(MESSAGES[code])
        retry = RETRY_MS if code in RETRYABLE else None
        self.frame(Refused(code=code, text=text, client_id=client_id, conversation=conversation, retry_ms=retry))

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """One frame: within bounds, parsed, and handled by its type."""
        if self.gone:
            return
        now = monotonic()
        self.heard_at = now
        self.tokens = min(settings.CHAT_FRAMES_BURST, self.tokens + (now - self.refilled) * settings.CHAT_FRAMES_PER_SECOND)
        self.refilled = now
        client_id = conversation = None
        try:
            frame = parse(message.get("text"))
            if isinstance(frame, Post):
                client_id, conversation = frame.client_id, frame.conversation
            self.tokens -= 1
            if self.tokens < 0:
                self.tokens = 0
                if not isinstance(frame, Seen | Pong):  # cheap, and without `seen` the window would stay shut
                    raise FrameError(Refusal.TOO_FAST)
            await self.handle(frame)
        except FrameError as error:
            self.refuse(error.code, client_id=client_id, conversation=conversation)
        except ObjectDoesNotExist:
            self.refuse(Refusal.NOT_FOUND, client_id=client_id, conversation=conversation)
        except (DatabaseError, InterfaceError):
            self.refuse(Refusal.BUSY, client_id=client_id, conversation=conversation)
        except Exception:
            logger.exception("a frame could not be handled")
            self.refuse(Refusal.BUSY, client_id=client_id, conversation=conversation)

    async def handle(self, frame: Hello | Open | Close | Post | Typing | Seen | Pong) -> None:
        """What each frame means."""
        match frame:
            case Post():
                self.post(frame)
            case Seen():
                await self.seen(frame)
            case Typing():
                self.typing(frame)
            case Pong():
                pass
            case Hello():
                if frame.proto != VERSION:
                    raise FrameError(Refusal.PROTOCOL)
                wanted = {cursor.conversation: cursor for cursor in frame.conversations}
                self.tokens -= len(wanted) / CURSORS_PER_TOKEN
                for cursor in wanted.values():
                    await self.follow(cursor)
            case Open():
                await self.follow(Cursor(frame.conversation, frame.all, frame.staff))
            case Close():
                self.owed.pop(frame.conversation, None)
                follower = self.lines.pop(frame.conversation, None)
                here = hub.current()
                if follower is not None and here is not None:
                    here.unfollow(follower)

    def post(self, frame: Post) -> None:
        """Hand the message to the office; the answer comes when it is on the disk."""
        if frame.conversation not in self.lines:
            raise FrameError(Refusal.BUSY if frame.conversation in self.owed else Refusal.NOT_FOUND)
        body = clean_text(frame.body)
        command = PostMessage(self.actor, frame.conversation, frame.client_id, body, frame.audience)
        office.current().submit(command, self.answered)

    def answered(self, command: PostMessage, result: Posted | Rejected) -> None:
        """The office's answer to the sender. A new message whose event has already been pushed here needs no other."""
        if isinstance(result, Posted):
            line = self.lines.get(result.conversation)
            if line is not None and not result.duplicate and line.sent[0 if result.audience == "all" else 1] >= result.seq:
                return
            self.frame(Ack(result.conversation, result.client_id, result.audience, result.seq, result.at, result.duplicate))
        else:
            self.refuse(result.code, client_id=command.client_id, conversation=command.conversation)

    async def follow(self, cursor: Cursor) -> None:
        """Open a conversation (permission and audit inside), join, and let the reader bring what lacks."""
        here = hub.current()
        if here is None:
            raise FrameError(Refusal.BUSY)
        try:
            with self.origin():
                opened = await in_pool(
                    open_conversation,
                    by=self.actor,
                    conversation=cursor.conversation,
                    now=timezone.now(),
                    source="socket",
                    whole=False,
                )
        except ObjectDoesNotExist:
            self.owed.pop(cursor.conversation, None)
            self.refuse(Refusal.NOT_FOUND, conversation=cursor.conversation)
            return
        except (DatabaseError, InterfaceError):
            self.refuse(Refusal.BUSY, conversation=cursor.conversation)
            self.owe(cursor)
            return
        self.owed.pop(cursor.conversation, None)
        if self.gone:
            return
        old = self.lines.pop(cursor.conversation, None)
        if old is not None:
            here.unfollow(old)
        row = opened.conversation
        follower = Follower(
            self,
            conversation=row.public_id,
            key=row.pk,
            participant=opened.participant.public_id if opened.participant else None,
            staff=opened.staff,
            queue=row.queue_id,
            place=(row.county.code, row.service.public_id),
            sent=(cursor.all, cursor.staff if opened.staff else 0),
            whispers=opened.participant is not None and opened.participant.kind == ParticipantKind.COLLEAGUE,
        )
        self.lines[row.public_id] = follower
        here.follow(follower)
        self.opened(opened)

    def owe(self, cursor: Cursor) -> None:
        """The database does not answer: follow the conversation as soon as it does, without being asked again."""
        self.owed[cursor.conversation] = cursor
        if not self.gone and (self.paying is None or self.paying.done()):
            self.paying = asyncio.ensure_future(self._follow_owed())

    async def _follow_owed(self) -> None:
        while self.owed and not self.gone:
            await asyncio.sleep(RETRY_MS / 1000)
            for cursor in list(self.owed.values()):
                try:
                    await self.follow(cursor)
                except FrameError:  # the server goes down
                    return

    def moved(self, follower: Follower) -> bool:
        """The conversation belongs to another queue now; whether its log still comes here."""
        raise NotImplementedError

    def opened(self, opened: Opened) -> None:
        """A conversation is now followed."""

    async def seen(self, frame: Seen) -> None:
        """Open the window, and keep how far the person has read."""
        follower = self.lines.get(frame.conversation)
        here = hub.current()
        if follower is None or here is None:
            raise FrameError(Refusal.NOT_FOUND)
        seen_all, seen_staff = min(frame.all, follower.sent[0]), min(frame.staff, follower.sent[1])
        if seen_all <= follower.marked[0] and seen_staff <= follower.marked[1]:
            return
        follower.marked = [max(follower.marked[0], seen_all), max(follower.marked[1], seen_staff)]
        follower.seen = [max(follower.seen[0], seen_all), max(follower.seen[1], seen_staff)]
        if follower.wanted():
            here.read_for(follower)
        if follower.participant is not None:
            text = encode(SeenFrame(conversation=frame.conversation, participant=follower.participant, all=follower.marked[0]))
            for other in here.others(follower):
                other.socket.push(text)
            beat.note_seen(follower)

    def typing(self, frame: Typing) -> None:
        """Tell the others in this process; never stored, never between processes."""
        follower = self.lines.get(frame.conversation)
        here = hub.current()
        if follower is None or here is None:
            raise FrameError(Refusal.NOT_FOUND)
        if follower.participant is not None:
            text = encode(TypingFrame(conversation=frame.conversation, participant=follower.participant, on=frame.on))
            for other in here.others(follower):
                other.socket.push(text)

    def give_sign(self) -> None:
        """The server's sign of life, with the heads of what is followed."""
        heads = {str(key): [line.head[0], line.head[1] if line.staff else 0] for key, line in self.lines.items()}
        self.frame(Beat(heads=heads))

    def end(self, frame: Bye | SignedOut, code: int) -> None:
        """Say why, and close."""
        self.leave()
        self.closing = asyncio.ensure_future(self._close(encode(frame), code))

    async def _close(self, text: str, code: int) -> None:
        try:
            await self.base_send({"type": "websocket.send", "text": text})
            await self.base_send({"type": "websocket.close", "code": code})
        except Exception:  # noqa: BLE001  (whoever has gone already needs no goodbye)
            logger.debug("a socket could not be closed with %d", code)


def welcome(heartbeat: float) -> ServerFrame:
    """The welcome with this installation's limits."""
    return Welcome(proto=VERSION, heartbeat_seconds=heartbeat, text_limit=TEXT_LIMIT, window=WINDOW)
