"""Who answers a queue, and in which order they are asked: those who are there first, then the one with the least to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from accounts.models import User
from chat.availability import answerers_of
from chat.choices import State
from chat.models import Conversation, Leg, Presence
from services.models import Queue


@dataclass(frozen=True, slots=True)
class Answerer:
    """One who answers a queue: whether she takes conversations now, how many more she has room for, when she last took one."""

    user: User
    is_taking: bool
    has: int
    room: int
    took_at: datetime | None


def ranked_answerers(queues: Iterable[Queue], *, now: datetime) -> dict[int, list[Answerer]]:
    """The people of each queue's groups whose responder's grant reaches its service, by the queue's primary key: seven queries.

    First those who take new ones now; of them the least loaded, then the one whose last take is longest ago (S002-39).
    """
    rows = {queue.pk: queue for queue in queues}
    who = answerers_of(rows.values(), now=now)
    users = {user.pk: user for user in User.objects.filter(pk__in=set().union(*who.values()), is_active=True)}
    taking = {
        (user, county): limit
        for user, county, limit in Presence.objects.taking()
        .filter(user_id__in=users)
        .values_list("user_id", "county__code", "limit")
    }
    active = Conversation.objects.filter(responder_id__in=users, state=State.ACTIVE).order_by().values("responder_id")
    has = dict(active.annotate(n=Count("pk")).values_list("responder_id", "n"))
    takes = Leg.objects.filter(responder_id__in=users, accepted_at__isnull=False).order_by().values("responder_id")
    took = dict(takes.annotate(at=Max("accepted_at")).values_list("responder_id", "at"))
    found: dict[int, list[Answerer]] = {key: [] for key in rows}
    for key, queue in rows.items():
        code = queue.service.county.code
        for user in who[key] & users.keys():
            limit = min(taking.get((user, code)) or queue.max_parallel, queue.max_parallel)
            number = has.get(user, 0)
            found[key].append(Answerer(users[user], (user, code) in taking, number, limit - number, took.get(user)))
    return {key: sorted(people, key=_order) for key, people in found.items()}


def _order(one: Answerer) -> tuple[bool, int, float, str]:
    return (not one.is_taking, one.has, one.took_at.timestamp() if one.took_at else 0.0, one.user.shown_name)
