"""What the hours function needs to know of the lines: how many wait, whether the queue is full or nobody answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Grant
from chat.choices import PresenceKind, State
from chat.models import Conversation, Presence
from handbook.permissions import held_back_among
from services.hours import Availability, Load
from services.models import Membership, Queue
from services.openness import availability_of

Answerers = Mapping[int, frozenset[int]]
"""Who answers each queue, by primary key."""

STEPPED_ASIDE = (PresenceKind.CALL, PresenceKind.BREAK, PresenceKind.AWAY)


def answerers_of(queues: Iterable[Queue], *, now: datetime) -> dict[int, frozenset[int]]:
    """Who answers each queue, by primary key, in three queries: those of its groups whose responder's grant reaches the service.

    Members are read once for a group, not for each queue that it answers: a county's queues share their groups. Whom the
    orientation keeps from a service's real conversations does not answer it (S001-34); that is asked, in three queries more,
    only where some service of them requires one.
    """
    queues = list(queues)
    groups: dict[int, list[int]] = {}
    requiring: set[int] = set()
    for queue_id, group_id, service_key, is_required in Queue.groups.through.objects.filter(
        queue__in=[queue.pk for queue in queues]
    ).values_list("queue_id", "respondergroup_id", "queue__service_id", "queue__service__orientation_plan__is_required"):
        groups.setdefault(queue_id, []).append(group_id)
        if is_required:
            requiring.add(service_key)
    members: dict[int, set[int]] = {}
    now_members = Membership.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=now), group__in=set().union(*groups.values())
    )
    for group_id, user_id in now_members.values_list("group_id", "user_id"):
        members.setdefault(group_id, set()).add(user_id)
    granted: dict[tuple[str, UUID | None], set[int]] = {}
    if members:
        # Asked by the groups, not by the people: hundreds of keys in a statement cost more than the statement.
        for user_id, county, service_id in (
            Grant.objects.valid(at=now)
            .filter(user_id__in=now_members.values("user_id"), role=Role.RESPONDER)
            .values_list("user_id", "county", "service_id")
        ):
            granted.setdefault((county, service_id), set()).add(user_id)
    nobody: set[int] = set()
    held = held_back_among(services=requiring, users=nobody.union(*members.values())) if requiring else frozenset()
    found = {}
    for queue in queues:
        theirs = nobody.union(*(members.get(group, nobody) for group in groups.get(queue.pk, ())))
        county, service = queue.service.county.code, queue.service.public_id
        theirs &= granted.get((county, None), nobody) | granted.get((county, service), nobody)
        found[queue.pk] = frozenset(user for user in theirs if (queue.service_id, user) not in held)
    return found


def loads_of(queues: Iterable[Queue], *, now: datetime | None = None, answerers: Answerers | None = None) -> dict[int, Load]:
    """The load of each queue, by primary key, in four queries whatever the number of queues, six when one needs presence.

    `answerers`: what `answerers_of` gave for them, when the caller has asked already.

    Staffed: someone of the queue's groups has a responder's grant in force that reaches the service. A queue that needs
    presence (S002-46) is staffed only while one of these people is available, even if she is at her limit; one who is on the
    phone, on a break or away counts only while a conversation of the same queue goes on with her, and one who only finishes
    what she has does not. Full: as many wait as `max_waiting` allows.
    """
    queues = list(queues)
    now = now or timezone.now()
    keys = [queue.pk for queue in queues]
    waiting = dict(
        Conversation.objects.live()
        .filter(queue_id__in=keys, state=State.WAITING)
        .in_line(now=now)
        .order_by()
        .values("queue_id")
        .annotate(n=Count("pk"))
        .values_list("queue_id", "n")
    )
    answerers = answerers_of(queues, now=now) if answerers is None else answerers
    watched = [queue for queue in queues if queue.needs_presence]
    present = _present(watched, answerers) if watched else {}
    loads = {}
    for queue in queues:
        n = waiting.get(queue.pk, 0)
        staffed = present[queue.pk] if queue.needs_presence else bool(answerers[queue.pk])
        loads[queue.pk] = Load(staffed=staffed, waiting=n, full=queue.max_waiting is not None and n >= queue.max_waiting)
    return loads


def _present(queues: list[Queue], answerers: Answerers) -> dict[int, bool]:
    """Whether somebody is there to answer, of queues that need presence; two queries."""
    people = set().union(*(answerers[queue.pk] for queue in queues))
    kinds: dict[tuple[int, int], str] = {
        (county, user): kind
        for county, user, kind in Presence.objects.running().filter(user_id__in=people).values_list("county_id", "user_id", "kind")
    }
    talking = set(
        Conversation.objects.filter(
            queue_id__in=[queue.pk for queue in queues], responder_id__in=people, state=State.ACTIVE
        ).values_list("queue_id", "responder_id")
    )
    found = {}
    for queue in queues:
        ways = {user: kinds.get((queue.service.county_id, user)) for user in answerers[queue.pk]}
        found[queue.pk] = any(
            kind == PresenceKind.AVAILABLE or (kind in STEPPED_ASIDE and (queue.pk, user) in talking) for user, kind in ways.items()
        )
    return found


def availabilities(
    queues: Iterable[Queue], *, now: datetime | None = None, answerers: Answerers | None = None
) -> dict[int, Availability]:
    """Whether each queue takes conversations now, with the load of its line, by primary key."""
    queues = list(queues)
    now = now or timezone.now()
    return availability_of(queues, at=now, loads=loads_of(queues, now=now, answerers=answerers))
