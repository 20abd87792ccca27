"""The hub: topics to this process's sockets. Fan-out inside the process needs no channel layer and no database.

Everything here runs on the event loop, but for `publish` and `mark`, which any thread may call. A follower gets exactly
the log of its audience in order: an event that is next is pushed at once; anything else is read from the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol
from uuid import UUID

from django.db import DatabaseError, InterfaceError

from chat.boards import LineBoard, line_boards, mine_boards
from chat.log_reader import read_log
from chat.models.events import Wanted
from chat.protocol import WINDOW, CaughtUp, EventFrame, Reset, ServerFrame, encode
from chat.threads import in_pool
from chat.wordless import wordless
from services.models import Queue

logger = logging.getLogger(__name__)
BOARD_SECONDS = 1.0
SETTLE_SECONDS = 0.05
READ_AT_ONCE = 64
MOVING = frozenset({"transferred", "requeued"})
"""After these a conversation may belong to another queue or service: who follows it is asked again before more is sent."""


class Socket(Protocol):
    """What the hub needs of a connection."""

    def push(self, text: str) -> None:
        """Send a frame; never blocks."""

    def moved(self, follower: Follower) -> bool:
        """It belongs to another queue now (`follower.queue`, `follower.place`): whether she may go on reading."""


class Follower:
    """One socket following one conversation.

    `sent`: how far it has been sent. `seen`: from where its window counts; a client that resumes begins with what it has.
    `marked`: what it told since as shown to the person, which may lie behind. `whispers`: it is a colleague's, of whom
    the resident may learn nothing, not even that she reads or writes.
    """

    __slots__ = (
        "catching",
        "conversation",
        "head",
        "key",
        "marked",
        "participant",
        "place",
        "queue",
        "seen",
        "sent",
        "socket",
        "staff",
        "whispers",
    )

    def __init__(
        self,
        socket: Socket,
        *,
        conversation: UUID,
        key: int,
        participant: UUID | None,
        staff: bool,
        queue: int,
        place: tuple[str, UUID],
        sent: tuple[int, int],
        whispers: bool = False,
    ) -> None:
        self.whispers = whispers
        self.socket = socket
        self.conversation = conversation
        self.key = key
        self.participant = participant
        self.staff = staff
        self.queue = queue
        self.place = place
        self.sent = [*sent]
        self.seen = [*sent]
        self.marked = [0, 0]
        self.head = [*sent]
        self.catching = True

    def take(self, audience: int, seq: int, text: str) -> bool:
        """Push an event if it is the next one and the window is open; False when it must be read later."""
        if seq > self.head[audience]:
            self.head[audience] = seq
        if seq <= self.sent[audience]:
            return True
        if seq != self.sent[audience] + 1 or seq - self.seen[audience] > WINDOW:
            return False
        self.sent[audience] = seq
        self.socket.push(text)
        return True

    def wanted(self) -> list[Wanted]:
        """What may be read now: the stretches that lack and for which the window is open."""
        stretches = []
        for audience, name in ((0, "all"), (1, "staff")) if self.staff else ((0, "all"),):
            is_open = self.sent[audience] - self.seen[audience] < WINDOW
            if is_open and (self.catching or self.head[audience] > self.sent[audience]):
                stretches.append(Wanted(self.key, name, self.sent[audience]))
        return stretches


class Hub:
    """One in each serving process."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.followers: dict[UUID, set[Follower]] = {}
        self.watchers: dict[str, set[Callable[[ServerFrame, str], None]]] = {}
        self.on_poke: Callable[[dict[str, list[int]], list[str]], None] | None = None
        self._news: deque[EventFrame] = deque()
        self._marks: deque[str] = deque()
        self._scheduled = False
        self._behind: dict[Follower, None] = {}
        self._dirty: dict[str, None] = {}
        self._computed: dict[str, float] = {}
        self._latest: dict[str, tuple[ServerFrame, str]] = {}
        self._wake_reader = asyncio.Event()
        self._wake_boards = asyncio.Event()
        self._tasks = [asyncio.ensure_future(self._read()), asyncio.ensure_future(self._compute())]

    # From any thread

    def publish(self, frames: Iterable[EventFrame]) -> None:
        """Events were committed."""
        self._news.extend(frames)
        self._schedule()

    def mark(self, topics: Iterable[str]) -> None:
        """Boards changed: `queue:<key>` or `mine:<user key>`."""
        self._marks.extend(topics)
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self.loop.call_soon_threadsafe(self._drain)

    # On the loop

    def _drain(self) -> None:
        self._scheduled = False
        heads: dict[str, list[int]] = {}
        topics: list[str] = []
        while self._news:
            frame = self._news.popleft()
            audience = 0 if frame.audience == "all" else 1
            self._hand_out(frame, audience)
            heads.setdefault(str(frame.conversation), [0, 0])[audience] = frame.seq
        while self._marks:
            topics.append(self._marks.popleft())
        self._make_dirty(topics)
        if self.on_poke is not None and (heads or topics):
            self.on_poke(heads, topics)

    def _hand_out(self, frame: EventFrame, audience: int) -> None:
        followers = self.followers.get(frame.conversation)
        if not followers:
            return
        text = encode(frame)
        for follower in tuple(followers):  # a socket that can't be written leaves
            if audience and not follower.staff:
                continue
            if frame.kind in MOVING:
                follower.catching = True  # nothing more comes past the reader, which sees where the conversation belongs now
            if follower.catching or not follower.take(audience, frame.seq, text):
                follower.head[audience] = max(follower.head[audience], frame.seq)
                self.read_for(follower)
        if frame.kind != "message":
            self._make_dirty(f"queue:{key}" for key in {follower.queue for follower in followers})

    def heard(self, heads: dict[str, list[int]], topics: list[str]) -> None:
        """Another process, or the beat, tells how far conversations have got."""
        for name, (head_all, head_staff) in heads.items():
            for follower in tuple(self.followers.get(UUID(name), ())):
                follower.head[0] = max(follower.head[0], head_all)
                follower.head[1] = max(follower.head[1], head_staff)
                if follower.wanted():
                    self.read_for(follower)
        self._make_dirty(topics)

    def follow(self, follower: Follower) -> None:
        """Join first; the reader then brings what the client lacks, and `caught_up`."""
        self.followers.setdefault(follower.conversation, set()).add(follower)
        self.read_for(follower)

    def unfollow(self, follower: Follower) -> None:
        """The socket has gone or has closed this conversation."""
        others = self.followers.get(follower.conversation)
        if others is not None:
            others.discard(follower)
            if not others:
                del self.followers[follower.conversation]
        self._behind.pop(follower, None)

    def watch(self, topic: str, watcher: Callable[[ServerFrame, str], None]) -> None:
        """Send this board to the watcher now and whenever it changes."""
        self.watchers.setdefault(topic, set()).add(watcher)
        latest = self._latest.get(topic)
        if latest is not None:
            watcher(*latest)
        else:
            self._make_dirty([topic])

    def unwatch(self, topic: str, watcher: Callable[[ServerFrame, str], None]) -> None:
        """Stop sending this board."""
        others = self.watchers.get(topic)
        if others is not None:
            others.discard(watcher)
            if not others:
                self.watchers.pop(topic, None)
                self._latest.pop(topic, None)

    def read_for(self, follower: Follower) -> None:
        """The follower lacks something that stands in the database."""
        self._behind[follower] = None
        self._wake_reader.set()

    def others(self, follower: Follower) -> Iterable[Follower]:
        """The other sockets that may know of this one, following the same conversation in this process."""
        there = self.followers.get(follower.conversation, ())
        return [other for other in there if other is not follower and (other.staff or not follower.whispers)]

    def _make_dirty(self, topics: Iterable[str]) -> None:
        for topic in topics:
            if topic in self.watchers:
                self._dirty[topic] = None
        if self._dirty:
            self._wake_boards.set()

    async def _read(self) -> None:
        while True:
            await self._wake_reader.wait()
            self._wake_reader.clear()
            while self._behind:
                batch = list(self._behind)[:READ_AT_ONCE]
                for follower in batch:
                    del self._behind[follower]
                try:
                    await self._read_batch(batch)
                except (DatabaseError, InterfaceError) as error:
                    logger.warning("the log can't be read now (%s); %d followers wait", type(error).__name__, len(batch))
                    await asyncio.sleep(0.5)
                    self._behind.update(dict.fromkeys(self._still(batch)))
                except (
                    Exception
                ) as error:  # the process must go on; where it was is logged, not its words: they could be a message's
                    logger.exception("the log can't be read", exc_info=wordless(error))
                    for follower in self._still(batch):
                        follower.socket.push(encode(Reset(conversation=follower.conversation)))
                        self.unfollow(follower)

    def _still(self, batch: list[Follower]) -> list[Follower]:
        return [follower for follower in batch if follower in self.followers.get(follower.conversation, ())]

    async def _read_batch(self, batch: list[Follower]) -> None:
        keys = list({follower.key for follower in batch})
        wanted = list(dict.fromkeys(stretch for follower in batch for stretch in follower.wanted()))
        had = {follower: tuple(follower.sent) for follower in batch}  # what is sent during the read may be newer than its heads
        heads, frames, places = await in_pool(read_log, keys, wanted)
        for follower in batch:
            if follower not in self.followers.get(follower.conversation, ()):
                continue
            head = heads.get(follower.key)
            if head is None or had[follower][0] > head[0] or (follower.staff and had[follower][1] > head[1]):
                follower.socket.push(encode(Reset(conversation=follower.conversation)))
                self.unfollow(follower)
                continue
            queue, place = places[follower.key]
            if (queue, place) != (follower.queue, follower.place):
                follower.queue, follower.place = queue, place
                if not follower.socket.moved(follower):
                    self.unfollow(follower)
                    continue
            follower.head = [max(follower.head[0], head[0]), max(follower.head[1], head[1])]
            for audience in (0, 1) if follower.staff else (0,):
                for seq, text in frames.get((follower.key, audience), ()):
                    follower.take(audience, seq, text)
            if follower.catching and follower.sent[0] >= head[0] and (not follower.staff or follower.sent[1] >= head[1]):
                follower.catching = False
                follower.socket.push(
                    encode(CaughtUp(conversation=follower.conversation, all=head[0], staff=head[1] if follower.staff else 0))
                )
            open_window = follower.sent[0] - follower.seen[0] < WINDOW and follower.sent[1] - follower.seen[1] < WINDOW
            if open_window and (follower.head[0] > follower.sent[0] or (follower.staff and follower.head[1] > follower.sent[1])):
                self._behind[follower] = None

    async def _compute(self) -> None:
        while True:
            await self._wake_boards.wait()
            await asyncio.sleep(SETTLE_SECONDS)  # who made the change has her answer before the boards take the processor
            self._wake_boards.clear()
            now = self.loop.time()
            ready = [topic for topic in self._dirty if now - self._computed.get(topic, 0) >= BOARD_SECONDS]
            if ready:
                for topic in ready:
                    del self._dirty[topic]
                    self._computed[topic] = now
                try:
                    await self._compute_boards(ready)
                except (DatabaseError, InterfaceError) as error:
                    logger.warning("boards can't be computed now (%s); %d wait", type(error).__name__, len(ready))
                    self._dirty.update(dict.fromkeys(ready))
                except Exception as error:  # the boards of the whole process must go on after it
                    logger.exception("boards can't be computed now", exc_info=wordless(error))
                    self._dirty.update(dict.fromkeys(ready))
            if self._dirty:
                soonest = min(self._computed.get(topic, 0) for topic in self._dirty) + BOARD_SECONDS
                self.loop.call_later(max(soonest - self.loop.time(), 0.02), self._wake_boards.set)

    async def _compute_boards(self, topics: list[str]) -> None:
        queues = [int(topic[6:]) for topic in topics if topic.startswith("queue:")]
        users = [int(topic[5:]) for topic in topics if topic.startswith("mine:")]
        if queues:
            for key, board in (await in_pool(_line_boards, queues)).items():
                self._show(f"queue:{key}", board.frame())
        if users:
            for key, mine in (await in_pool(mine_boards, users)).items():
                self._show(f"mine:{key}", mine)

    def _show(self, topic: str, frame: ServerFrame) -> None:
        watchers = self.watchers.get(topic)
        if watchers:
            text = encode(frame)
            self._latest[topic] = (frame, text)
            for watcher in list(watchers):
                watcher(frame, text)

    async def stop(self) -> None:
        """End the hub's own tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _line_boards(keys: list[int]) -> dict[int, LineBoard]:
    return line_boards(Queue.objects.filter(pk__in=keys).for_board())


_current: Hub | None = None
_inline = False


def sends_inline() -> bool:
    """Whether a send of this server never suspends (daphne): it may then be driven to its end at once."""
    return _inline


def set_inline(value: bool) -> None:
    """Told by the server's start."""
    global _inline
    _inline = value


def current() -> Hub | None:
    """The hub of this process; None where no sockets are served (jobs, commands)."""
    return _current


def set_current(value: Hub | None) -> None:
    """Start or end this process's hub."""
    global _current
    _current = value
