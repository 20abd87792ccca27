"""What those who wait in a queue may expect: read from rows, a constant number of queries for any number of queues.

`chat.estimates` has the rule of the estimate. Here are its facts, and what else an honest waiting room tells: whether only one
answers, who is on a break and until when (S002-43), and the disruptions in force (S001-31).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.availability import Answerers, answerers_of
from chat.breaks import Break, break_of
from chat.choices import Medium, PresenceKind
from chat.estimates import ENOUGH, Error, Range, Turn, error_of, front_times, ranges
from chat.models import Leg, Presence
from services.models import Disruption, Queue

LATELY = timedelta(hours=2)
CLAIMS = 20
WEEKS = 4
AROUND = timedelta(hours=1)
STILL_HERE = timedelta(minutes=15)
MOST_READ = 2000


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
        told = (self.is_alone, self.present == 0, self.pause, self.disruptions)
        return blake2b(repr(told).encode(), digest_size=6).hexdigest()


def outlooks(
    queues: Iterable[Queue], *, now: datetime, lines: Collection[int] | None = None, answerers: Answerers | None = None
) -> dict[int, Outlook]:
    """The outlook of each queue (read with `for_board`) by its primary key: at most seven queries.

    `lines`: the queues in which somebody waits, when the caller knows it; of the others no claims are read. `answerers`: what
    `answerers_of` gave for them, when the caller has asked already.
    """
    queues = list(queues)
    keys = [queue.pk for queue in queues]
    asked = keys if lines is None else [key for key in keys if key in lines]
    lately = Leg.objects.filter(queue_id__in=asked, accepted_at__gt=now - LATELY, accepted_at__lte=now)
    turns = _turns(lately) if asked else {}
    quiet = [key for key in asked if len(turns.get(key, ())) <= ENOUGH]
    before = _turns(Leg.objects.filter(_same_hour(now), queue_id__in=quiet)) if quiet else {}
    there = _people(queues, answerers_of(queues, now=now) if answerers is None else answerers)
    notices = _disruptions(queues, now)
    found = {}
    for key in keys:
        claims = turns.get(key, [])
        times = front_times(claims)
        if len(times) < ENOUGH:
            times = _by_days(before.get(key, []))
        members, rows = there[key]
        found[key] = Outlook(
            times=times,
            last_claim=max((turn.accepted_at for turn in claims), default=None),
            present=sum(row.kind == PresenceKind.AVAILABLE for row in rows),
            members=members,
            pause=break_of(rows, now=now),
            disruptions=tuple(notices.get(key, ())),
        )
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
    legs = legs.filter(conversation__medium=Medium.CHAT)
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


def _people(queues: Sequence[Queue], answerers: Answerers) -> dict[int, tuple[int, list[Presence]]]:
    """How many answer each queue, and how those of them who are there are there; one query."""
    counties = {queue.service.county_id for queue in queues if answerers[queue.pk]}
    there = list(Presence.objects.running().filter(county_id__in=counties).select_related("cover")) if counties else []
    return {
        queue.pk: (
            len(answerers[queue.pk]),
            [row for row in there if row.county_id == queue.service.county_id and row.user_id in answerers[queue.pk]],
        )
        for queue in queues
    }


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
