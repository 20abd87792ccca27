"""What those who wait in a queue may expect: read from rows, a constant number of queries for any number of queues.

`chat.estimates` has the rule of the estimate. Here are its facts, and what else an honest waiting room tells: whether only one
answers, who is on a break and until when (S002-43), and the disruptions in force (S001-31).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from chat.choices import PresenceKind
from chat.estimates import ENOUGH, Error, Range, Turn, error_of, front_times, ranges
from chat.models import Leg, Presence
from services.models import Disruption, Membership, Queue

LATELY = timedelta(hours=2)
CLAIMS = 20
WEEKS = 4
AROUND = timedelta(hours=1)
STILL_HERE = timedelta(minutes=15)
MOST_READ = 2000
LONG_BREAK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Break:
    """A long break while nobody else is there: until when, if she has told, and who covers."""

    back_at: datetime | None
    cover: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A queue's recent claims, and who is there to take the next one."""

    times: tuple[float, ...] = ()
    last_claim: datetime | None = None
    present: int = 0
    members: int = 0
    pause: Break | None = None
    disruptions: tuple[tuple[int, int], ...] = ()

    @property
    def is_alone(self) -> bool:
        """Exactly one answers now: one is available, or the queue has only one."""
        return self.present == 1 or (self.present == 0 and self.members == 1)

    def ranges(self, places: int, *, first_since: datetime | None, now: datetime) -> tuple[Range, ...]:
        """The range of each place, or nothing when too little is known or nobody is there to answer.

        `first_since`: from when the one at the front has been in the line. Nobody is there: none is available, and none has
        been taken for a quarter of an hour.
        """
        if not self.present and (self.last_claim is None or now - self.last_claim > STILL_HERE):
            return ()
        standing = 0.0
        if first_since is not None:
            since = max(first_since, self.last_claim) if self.last_claim else first_since
            standing = max((now - since).total_seconds(), 0.0)
        return ranges(self.times, places, standing=standing)

    @property
    def mark(self) -> str:
        """A mark of what the waiting room tells beside the estimate: when it changes, that part is read anew."""
        told = (self.is_alone, self.pause, self.disruptions)
        return blake2b(repr(told).encode(), digest_size=6).hexdigest()


def outlooks(queues: Iterable[Queue], *, now: datetime, lines: Collection[int] | None = None) -> dict[int, Outlook]:
    """The outlook of each queue by its primary key: at most five queries.

    `lines`: the queues in which somebody waits, when the caller knows it; of the others no claims are read.
    """
    queues = list(queues)
    keys = [queue.pk for queue in queues]
    asked = keys if lines is None else [key for key in keys if key in lines]
    lately = Leg.objects.filter(queue_id__in=asked, accepted_at__gt=now - LATELY, accepted_at__lte=now)
    turns = _turns(lately) if asked else {}
    quiet = [key for key in asked if len(turns.get(key, ())) <= ENOUGH]
    before = _turns(Leg.objects.filter(_same_hour(now), queue_id__in=quiet)) if quiet else {}
    there = _people(keys, now)
    pauses = breaks_of(keys, now=now)
    notices = _disruptions(queues, now)
    found = {}
    for key in keys:
        claims = turns.get(key, [])
        times = front_times(claims)
        if len(times) < ENOUGH:
            times = _by_days(before.get(key, []))
        present, members = there.get(key, (0, 0))
        found[key] = Outlook(
            times=times,
            last_claim=max((turn.accepted_at for turn in claims), default=None),
            present=present,
            members=members,
            pause=None if present else pauses.get(key),
            disruptions=tuple(notices.get(key, ())),
        )
    return found


def breaks_of(queues: Sequence[int], *, now: datetime) -> dict[int, Break]:
    """The break of more than a quarter of an hour from which somebody of each queue comes back first, by the queue's key."""
    rows = (
        Membership.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=now),
            group__queues__in=queues,
            user__presences__ends_at__isnull=True,
            user__presences__kind=PresenceKind.BREAK,
            user__presences__county=F("group__county"),
        )
        .order_by("user__presences__back_at", "pk")
        .values_list(
            "group__queues", "user__presences__starts_at", "user__presences__back_at", "user__presences__cover__display_name"
        )
    )
    found: dict[int, Break] = {}
    for queue, starts_at, back_at, cover in rows:
        is_long = (back_at or now) - starts_at > LONG_BREAK
        late = back_at is not None and back_at <= now
        if queue in queues and is_long and (queue not in found or found[queue].back_at is None):
            found[queue] = Break(None if late else back_at, cover or "")
    return found


def estimate_error(legs: QuerySet[Leg]) -> Error:
    """How true the estimates of these legs were, once somebody answered: the figure beside the promise."""
    rows = legs.filter(estimate_low_seconds__isnull=False, estimate_high_seconds__isnull=False, wait_seconds__isnull=False)
    known = rows.values_list("estimate_low_seconds", "estimate_high_seconds", "wait_seconds")
    return error_of((low or 0, high or 0, took or 0.0) for low, high, took in known)


def concerning(disruptions: Iterable[Disruption], *, queue: int, service: int, county: int) -> list[Disruption]:
    """Those that reach the queue: its own, its service's and the county's."""
    return [
        row
        for row in disruptions
        if (row.queue_id == queue if row.queue_id else row.service_id == service if row.service_id else row.county_id == county)
    ]


def _turns(legs: QuerySet[Leg]) -> dict[int, list[Turn]]:
    """The claims of each queue, newest first; a test proves nothing but in a service that is itself a test."""
    rows = legs.filter(Q(conversation__is_test=False) | Q(queue__service__is_test=True)).order_by("-accepted_at")
    found: dict[int, list[Turn]] = defaultdict(list)
    for queue, queued_at, accepted_at in rows.values_list("queue_id", "queued_at", "accepted_at")[:MOST_READ]:
        if accepted_at is not None and len(found[queue]) <= CLAIMS:
            found[queue].append(Turn(queued_at, accepted_at))
    return found


def _same_hour(now: datetime) -> Q:
    """About this time of the same weekday in each of the last four weeks, by the clock on the wall."""
    local, around = timezone.localtime(now), Q(pk__in=[])
    for week in range(1, WEEKS + 1):
        then = local - timedelta(weeks=week)
        around |= Q(accepted_at__gt=then - AROUND, accepted_at__lte=then + AROUND)
    return around


def _by_days(turns: Iterable[Turn]) -> tuple[float, ...]:
    """The times at the front of each day by itself: the night between two days is nobody's time."""
    days: dict[object, list[Turn]] = defaultdict(list)
    for turn in turns:
        days[timezone.localdate(turn.accepted_at)].append(turn)
    return tuple(time for found in days.values() for time in front_times(found))


def _people(queues: Sequence[int], now: datetime) -> Mapping[int, tuple[int, int]]:
    """How many of each queue's people are available now, and how many there are at all."""
    taking = Presence.objects.taking().filter(user=OuterRef("user"), county=OuterRef("group__county"))
    rows = (
        Membership.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now), group__queues__in=queues)
        .annotate(is_available=Exists(taking))
        .values_list("group__queues", "user_id", "is_available")
    )
    members: dict[int, set[int]] = defaultdict(set)
    available: dict[int, set[int]] = defaultdict(set)
    for queue, user, is_available in rows:
        members[queue].add(user)
        if is_available:
            available[queue].add(user)
    return {queue: (len(available[queue]), len(people)) for queue, people in members.items()}


def _disruptions(queues: Sequence[Queue], now: datetime) -> dict[int, list[tuple[int, int]]]:
    rows = list(Disruption.objects.in_force(at=now).filter(county__in={queue.service.county_id for queue in queues}).order_by("pk"))
    if not rows:
        return {}
    return {
        queue.pk: [
            (row.pk, row.version)
            for row in concerning(rows, queue=queue.pk, service=queue.service_id, county=queue.service.county_id)
        ]
        for queue in queues
    }
