"""When a responder's day ends by itself: the last of her queues closes and nobody waits there any more, or later if she stays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from chat.availability import answerers_of, loads_of
from chat.models import Presence
from services.calendars import HELSINKI
from services.hours import Availability
from services.models import Queue
from services.openness import availability_of

WARNED_BEFORE = timedelta(minutes=5)
EARLY = timedelta(hours=2)
"""Who is there this long before the next opening has come early, and is not sent home."""


def end_of_shift(
    states: Collection[Availability], *, waiting: bool, stays_until: datetime | None, now: datetime
) -> datetime | None:
    """The instant at which her presence ends by itself; none: not in sight. One that has passed is given as now.

    `states` are those of the queues that she answers. While somebody still waits in a queue that serves its line after
    closing, her day ends with that at the latest. Nothing ends for one who answers no queue, or has come early.
    """
    if not states:
        return None
    running = [state for state in states if state.hours_run or state.closes_at is not None]
    if any(state.closes_at is None for state in running):
        return None
    ends = [state.closes_at for state in running if state.closes_at is not None]
    if not running:
        opens = [state.opens_at for state in states if state.opens_at is not None]
        if opens and min(opens) - now <= EARLY:
            return None
    if waiting and not running:
        for until in (state.serves_until for state in states if state.serves_waiting):
            if until is None:
                return None
            ends.append(until)
    if stays_until is not None:
        ends.append(stays_until)
    return max([*ends, now])


def next_midnight(now: datetime) -> datetime:
    """The next midnight in Finland."""
    local = now.astimezone(HELSINKI)
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def shift_ends(rows: Collection[Presence], *, now: datetime) -> dict[int, datetime | None]:
    """When each of these running intervals ends by itself, by its primary key, in a constant number of queries.

    Queues for practising are open around the clock, and keep nobody at work.
    """
    people = {row.user_id for row in rows}
    queues = list(
        Queue.objects.filter(
            is_active=True,
            service__is_test=False,
            groups__memberships__user_id__in=people,
            service__county_id__in={row.county_id for row in rows},
        )
        .distinct()
        .for_board()
    )
    answerers, loads = answerers_of(queues, now=now), loads_of(queues, now=now)
    states = availability_of(queues, at=now, loads=loads)
    ends = {}
    for row in rows:
        own = [queue for queue in queues if queue.service.county_id == row.county_id and row.user_id in answerers[queue.pk]]
        waiting = any(loads[queue.pk].waiting and states[queue.pk].serves_waiting for queue in own)
        ends[row.pk] = end_of_shift([states[queue.pk] for queue in own], waiting=waiting, stays_until=row.stays_until, now=now)
    return ends
