"""The supervisor's board: each queue's line, who answers it, and whether it is too much for them (S002-48)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import NAME_FIELDS, User
from chat.availability import answerers_of, loads_of
from chat.choices import PresenceKind, State
from chat.models import Conversation, Leg, Presence
from chat.models.presence import LOST_AFTER
from services.hours import Availability
from services.models import Membership, Queue
from services.openness import availability_of

QUIET_AFTER = LOST_AFTER / 2
"""No sign for this long: her connection may be lost."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that goes on: no words, only since when and with whom."""

    conversation: UUID
    queue: int
    responder: int
    name: str
    since: datetime
    away: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """One who waits, since when: the way for the supervisor to move her (S001-49)."""

    conversation: UUID
    since: datetime


WAITING_SHOWN = 5
"""How many of a line the board names: those who have waited longest."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One who answers the queue: how she is there, since when, and what she has against what she may have."""

    user: User
    kind: str
    since: datetime | None
    back_at: datetime | None
    cover: User | None
    has: int
    limit: int
    quiet: bool
    until: datetime | None
    """When her time in the queue ends; none: she belongs to it for good."""
    talks: Sequence[Talk]

    @property
    def free(self) -> int:
        """How many more she takes now."""
        return max(self.limit - self.has, 0) if self.kind == PresenceKind.AVAILABLE else 0


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue at an instant."""

    queue: Queue
    state: Availability
    waiting: int
    longest: float
    first: Sequence[Waits]
    target: int
    people: Sequence[PersonRow]
    others: Sequence[Talk]
    """Conversations of the queue with somebody who does not answer it, a supervisor for example."""

    @property
    def present(self) -> Sequence[PersonRow]:
        """Those who are there in any way."""
        return [person for person in self.people if person.kind]

    @property
    def absent(self) -> Sequence[PersonRow]:
        """Those who are off."""
        return [person for person in self.people if not person.kind]

    @property
    def left(self) -> Sequence[Talk]:
        """Conversations whose responder is off: they go on all the same, and nobody must lose sight of them."""
        return [talk for person in self.absent for talk in person.talks]

    @property
    def active(self) -> int:
        """Conversations that go on in the queue."""
        return sum(talk.queue == self.queue.pk for person in self.people for talk in person.talks) + len(self.others)

    @property
    def free(self) -> int:
        """How many more those who are available take now."""
        return sum(person.free for person in self.people)

    @property
    def is_late(self) -> bool:
        """The longest wait is over the service's target."""
        return self.longest > self.target

    @property
    def is_overloaded(self) -> bool:
        """See `overloaded`."""
        return overloaded(longest=self.longest, target=self.target, waiting=self.waiting, free=self.free)

    @property
    def is_deserted(self) -> bool:
        """Somebody waits, and nobody is available to take them."""
        return self.waiting > 0 and not any(person.kind == PresenceKind.AVAILABLE for person in self.people)


def overloaded(*, longest: float, target: float, waiting: int, free: int) -> bool:
    """Too much for those who answer: somebody has waited longer than the target, or more wait than those available take."""
    return waiting > 0 and (longest > target or waiting > free)


def board_of(queues: Iterable[Queue], *, now: datetime) -> list[QueueRow]:
    """The rows of these queues (read with `for_board`), in their order, in a constant number of queries."""
    queues = list(queues)
    keys = [queue.pk for queue in queues]
    answerers = answerers_of(queues, now=now)
    states = availability_of(queues, at=now, loads=loads_of(queues, now=now, answerers=answerers))
    lines = _lines(keys)
    talks = _talks(keys, now=now)
    users = User.objects.in_bulk(set().union(*answerers.values()) if answerers else set())
    running = {
        (row.county_id, row.user_id): row
        for row in Presence.objects.running().filter(user_id__in=users).select_related("cover").order_by("pk")
    }
    has: dict[int, int] = defaultdict(int)
    active = Conversation.objects.live().filter(responder_id__in=users, state=State.ACTIVE)
    for key in active.values_list("responder_id", flat=True):
        has[key or 0] += 1
    ends = _ends(keys, now=now)
    rows = []
    for queue in queues:
        people = [
            _person(user, queue, running, has, ends, [talk for talk in talks[queue.pk] if talk.responder == user.pk], now=now)
            for key in answerers[queue.pk]
            if (user := users.get(key)) is not None
        ]
        line = lines.get(queue.pk, [])
        rows.append(
            QueueRow(
                queue=queue,
                state=states[queue.pk],
                waiting=len(line),
                longest=(now - line[0].since).total_seconds() if line else 0.0,
                first=line[:WAITING_SHOWN],
                target=queue.service.response_target_seconds,
                people=sorted(people, key=lambda person: (not person.kind, person.user.shown_name, person.user.pk)),
                others=[talk for talk in talks[queue.pk] if talk.responder not in answerers[queue.pk]],
            )
        )
    return rows


def _lines(keys: list[int]) -> dict[int, list[Waits]]:
    """Who wait in each queue, the longest wait first: of who came back to the line, since she came back.

    Questions and call requests have a promised day, and no wait.
    """
    leg = Leg.objects.filter(conversation=OuterRef("pk"), left_at__isnull=True).order_by("-number").values("queued_at")[:1]
    found: dict[int, list[Waits]] = {}
    rows = Conversation.objects.live().filter(queue_id__in=keys, state=State.WAITING).order_by()
    since = rows.annotate(since=Coalesce(Subquery(leg), "queued_at")).values_list("queue_id", "public_id", "since")
    for queue, conversation, at in since:
        found.setdefault(queue, []).append(Waits(conversation, at))
    for line in found.values():
        line.sort(key=lambda one: one.since)
    return found


def _talks(keys: list[int], *, now: datetime) -> dict[int, list[Talk]]:
    found: dict[int, list[Talk]] = {key: [] for key in keys}
    rows = (
        Conversation.objects.filter(queue_id__in=keys, state=State.ACTIVE).select_related("responder").order_by("accepted_at", "pk")
    )
    names = [f"responder__{name}" for name in NAME_FIELDS]
    for row in rows.only("public_id", "queue_id", "medium", "accepted_at", "queued_at", "seen_at", *names):
        talk = Talk(
            conversation=row.public_id,
            queue=row.queue_id,
            responder=row.responder_id or 0,
            name=row.responder.page_name if row.responder else "",
            since=row.accepted_at or row.queued_at,
            away=row.is_away(now=now),
        )
        found[row.queue_id].append(talk)
    return found


def _ends(keys: list[int], *, now: datetime) -> dict[tuple[int, int], datetime | None]:
    """When each person's time in a queue ends: the latest, when several groups put her there."""
    found: dict[tuple[int, int], datetime | None] = {}
    rows = Membership.objects.filter(group__queues__in=keys).values_list("group__queues", "user_id", "valid_until")
    for queue, user, until in rows:
        known = found.get((queue, user), now)
        found[queue, user] = None if known is None or until is None else max(known, until)
    return found


def _person(
    user: User,
    queue: Queue,
    running: Mapping[tuple[int, int], Presence],
    has: Mapping[int, int],
    ends: Mapping[tuple[int, int], datetime | None],
    talks: Sequence[Talk],
    *,
    now: datetime,
) -> PersonRow:
    row = running.get((queue.service.county_id, user.pk))
    limit = queue.max_parallel if row is None or row.limit is None else min(queue.max_parallel, row.limit)
    return PersonRow(
        user=user,
        kind=row.kind if row else "",
        since=row.starts_at if row else None,
        back_at=row.back_at if row else None,
        cover=row.cover if row else None,
        has=has.get(user.pk, 0),
        limit=limit,
        quiet=row is not None and now - row.seen_at > QUIET_AFTER,
        until=ends.get((queue.pk, user.pk)),
        talks=talks,
    )
