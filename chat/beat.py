"""The beat of each process, every three seconds: what keeps chat right when a poke is lost, time passes or a right ends."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor, Staff, System
from accounts.choices import CONSULTING_ROLES, Role
from accounts.models import Grant
from accounts.sessions import live_sessions
from chat.hub import Follower, Hub
from chat.models import Conversation
from chat.operations import (
    Mark,
    close_lines,
    erase_expired,
    keep_presence,
    mark_seen,
    record_signs_of_life,
    record_staff_signs,
    run_due,
    sign_off,
    tell_disruptions,
)
from chat.protocol import Bye, SignedOut
from chat.threads import in_pool
from services.models import Membership

logger = logging.getLogger(__name__)

SILENT_SECONDS = 65.0
LINES_EVERY, SIGNS_EVERY, ERASE_EVERY = 4, 5, 600
CHUNK = 500
SOCKETS_EACH = 60
NO_SESSION, SILENT, RESTART = 4401, 4408, 4012
NO_RIGHTS: frozenset[tuple[Any, ...]] = frozenset()


class Watched(Protocol):
    """What the beat needs of a socket."""

    actor: Actor
    lines: dict[UUID, Follower]
    heard_at: float
    gone: bool

    def give_sign(self) -> None:
        """Send a sign of life."""

    def end(self, frame: Bye | SignedOut, code: int) -> None:
        """Say why, and close."""


_sockets: set[Any] = set()
_seen: dict[Follower, None] = {}
_sockets_of: Counter[Actor] = Counter()
_polls_of: Counter[Actor] = Counter()


def sockets() -> set[Any]:
    """The open sockets of this process."""
    return _sockets


def enter(socket: Watched) -> bool:
    """Count the socket in; False when its person has as many in this process as one may."""
    if _sockets_of[socket.actor] >= SOCKETS_EACH:
        return False
    _sockets_of[socket.actor] += 1
    _sockets.add(socket)
    return True


def leave(socket: Watched) -> None:
    """Count the socket out; harmless twice."""
    if socket in _sockets:
        _sockets.discard(socket)
        _take_off(_sockets_of, socket.actor)


def polls(actor: Actor | None = None) -> int:
    """How many long polls wait in this process, of one person or of all."""
    return _polls_of.total() if actor is None else _polls_of[actor]


@contextmanager
def polling(actor: Actor) -> Iterator[None]:
    """One more long poll of the person, while it lasts."""
    _polls_of[actor] += 1
    try:
        yield
    finally:
        _take_off(_polls_of, actor)


def _take_off(counts: Counter[Actor], actor: Actor) -> None:
    counts[actor] -= 1
    if not counts[actor]:
        del counts[actor]


def staff_heard(*, since: float) -> set[int]:
    """The responders (user ids) who gave a sign after that instant of the monotonic clock, and those whose long poll waits.

    Each sign counts once: a line that has died silently is not kept alive by what was heard before. She is lost two minutes after
    her last sign, as told by the pass that heard it (one in fifteen seconds).
    """
    heard = {socket.actor.user_id for socket in _sockets if isinstance(socket.actor, Staff) and socket.heard_at >= since}
    return heard | {actor.user_id for actor in _polls_of if isinstance(actor, Staff)}


def note_seen(follower: Follower) -> None:
    """Keep how far this participant has read, with the next beat."""
    _seen[follower] = None


class Beat:
    """Runs in each serving process."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.number = 0
        self.signs_at: dict[Any, float] = {}
        self.signed_at = monotonic()
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """End the beat."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await asyncio.sleep(random.uniform(0.1, 1.0))
        while True:
            began = monotonic()
            self.number += 1
            for step in (self._heads, self._give_signs, self._rights, self._askers, self._marks, self._due):
                try:
                    await step()
                except DatabaseError as error:
                    logger.warning("the beat's %s waits for the database (%s)", step.__name__.strip("_"), type(error).__name__)
                except Exception:
                    logger.exception("the beat's %s failed", step.__name__.strip("_"))
            await asyncio.sleep(max(settings.CHAT_BEAT_SECONDS - (monotonic() - began), 0.1))

    async def _heads(self) -> None:
        """Lost pokes: the heads of what is followed here."""
        keys = {next(iter(lines)).key for lines in self.hub.followers.values() if lines}
        for chunk in _chunks(list(keys)):
            heads = await in_pool(_heads_of, chunk)
            self.hub.heard(heads, [])
        if self.number % 2 == 0:
            self.hub.heard({}, list(self.hub.watchers))

    async def _give_signs(self) -> None:
        """Signs of life both ways: ours to each socket, the residents' to the database; dead lines are closed."""
        now = monotonic()
        here: list[UUID] = []
        for socket in list(_sockets):
            if now - socket.heard_at > SILENT_SECONDS:
                socket.end(Bye(reconnect_ms=0), SILENT)
                continue
            if now - self.signs_at.get(socket, 0) >= settings.CHAT_HEARTBEAT_SECONDS:
                self.signs_at[socket] = now
                socket.give_sign()
            if not isinstance(socket.actor, Staff) and now - socket.heard_at < SILENT_SECONDS:
                here.extend(socket.lines)
        self.signs_at = {socket: at for socket, at in self.signs_at.items() if socket in _sockets}
        if self.number % SIGNS_EVERY == 0:
            for chunk in _chunks(here):
                await in_pool(record_signs_of_life, by=System("beat"), conversations=chunk, now=timezone.now())
            staff, self.signed_at = staff_heard(since=self.signed_at), now
            for chunk in _chunks(sorted(staff)):
                await in_pool(record_staff_signs, by=System("beat"), people=chunk, now=timezone.now())

    async def _rights(self) -> None:
        """Sign-outs and lost rights take effect on open sockets."""
        staff = [socket for socket in _sockets if isinstance(socket.actor, Staff)]
        if not staff:
            return
        alive = await in_pool(live_sessions, {socket.session for socket in staff})
        people = {socket.actor.user_id for socket in staff}
        rights = await in_pool(rights_of, people)
        gone = people - {socket.actor.user_id for socket in staff if socket.session in alive}
        if gone:
            await in_pool(sign_off, by=System("beat"), people=gone, now=timezone.now())
        for socket in staff:
            if socket.session not in alive:
                socket.end(SignedOut(), NO_SESSION)
                continue
            now = rights.get(socket.actor.user_id, NO_RIGHTS)
            if socket.rights == now:
                continue
            socket.rights = now
            await socket.watch_boards()
            for follower in list(socket.lines.values()):
                if not reaches(now, follower.place):
                    self.hub.unfollow(follower)
                    socket.lines.pop(follower.conversation, None)
            if not socket.topics:
                socket.end(SignedOut(), NO_SESSION)

    async def _askers(self) -> None:
        """The same for consulting professionals: theirs while they are signed in and have a role in the county."""
        asking = [socket for socket in _sockets if getattr(socket, "asker", None) is not None]
        if not asking:
            return
        alive = await in_pool(live_sessions, {socket.asker.session for socket in asking})
        places = await in_pool(_places_of, {socket.asker.staff.user_id for socket in asking})
        for socket in asking:
            who = socket.asker
            if who.session not in alive or (who.staff.user_id, who.county) not in places:
                socket.end(SignedOut(), NO_SESSION)

    async def _marks(self) -> None:
        """How far people have read."""
        marks = [Mark(line.participant, line.marked[0], line.marked[1]) for line in _seen if line.participant is not None]
        _seen.clear()
        for chunk in _chunks(marks):
            await in_pool(mark_seen, by=System("beat"), marks=chunk)

    async def _due(self) -> None:
        """What time brings."""
        by = System("beat")
        await in_pool(run_due, by=by, now=timezone.now())
        await in_pool(tell_disruptions, by=by, now=timezone.now())
        if self.number % LINES_EVERY == 0:
            await in_pool(close_lines, by=by, now=timezone.now())
            await in_pool(keep_presence, by=by, now=timezone.now())
        if self.number % ERASE_EVERY == 1:
            await in_pool(erase_expired, by=by, now=timezone.now())


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _heads_of(keys: list[int]) -> dict[str, list[int]]:
    rows = Conversation.objects.filter(pk__in=keys).values_list("public_id", "head_all", "head_staff")
    return {str(public_id): [head_all, head_staff] for public_id, head_all, head_staff in rows}


def rights_of(users: set[int]) -> dict[int, frozenset[tuple[Any, ...]]]:
    """What decides each person's sockets: her grants in force and her memberships."""
    rights: dict[int, set[tuple[Any, ...]]] = {}
    roles = [Role.RESPONDER, Role.SUPERVISOR]
    for user, role, county, service in (
        Grant.objects.valid().filter(user_id__in=users, role__in=roles).values_list("user_id", "role", "county", "service_id")
    ):
        rights.setdefault(user, set()).add(("grant", role, county, service))
    now = timezone.now()
    for user, group in Membership.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=now), user_id__in=users
    ).values_list("user_id", "group_id"):
        rights.setdefault(user, set()).add(("member", group))
    return {user: frozenset(items) for user, items in rights.items()}


def _places_of(users: set[int]) -> set[tuple[int, str]]:
    roles = list(CONSULTING_ROLES)
    return set(Grant.objects.valid().filter(user_id__in=users, role__in=roles).values_list("user_id", "county"))


def reaches(rights: frozenset[tuple[Any, ...]], place: tuple[str, UUID]) -> bool:
    """Whether a grant among the rights reaches the service."""
    county, service = place
    return any(right[0] == "grant" and right[2] == county and right[3] in (None, service) for right in rights)
