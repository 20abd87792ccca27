"""What those who wait are told when the only one who answers is on a break (S002-43)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chat.availability import answerers_of
from chat.choices import PresenceKind
from chat.models import Presence
from services.models import Queue

TOLD_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class BreakNotice:
    """When somebody is meant to be back, and who covers meanwhile; no name when nobody does."""

    back_at: datetime
    cover_name: str


def break_notices(queues: Iterable[Queue], now: datetime) -> dict[int, BreakNotice]:
    """The notice of each queue that needs one, by its primary key, in three queries.

    A queue needs one when nobody who answers it is available, and somebody who does is on a break of more than 15 minutes
    that is not over yet; of several, the one who is back first. A break that has lasted longer than was told is told no more.
    """
    queues = list(queues)
    answerers = answerers_of(queues, now=now)
    people = set().union(*answerers.values()) if answerers else set()
    running: dict[tuple[int, int], Presence] = {
        (row.county_id, row.user_id): row
        for row in Presence.objects.running().filter(user_id__in=people).select_related("cover").order_by("pk")
    }
    notices = {}
    for queue in queues:
        rows = [row for user in answerers[queue.pk] if (row := running.get((queue.service.county_id, user))) is not None]
        if any(row.kind == PresenceKind.AVAILABLE for row in rows):
            continue
        breaks = [
            (row.back_at, row)
            for row in rows
            if row.kind == PresenceKind.BREAK and row.back_at is not None and row.back_at > now
            if row.back_at - row.starts_at > TOLD_AFTER
        ]
        if breaks:
            back_at, row = min(breaks, key=lambda each: (each[0], each[1].pk))
            notices[queue.pk] = BreakNotice(back_at, row.cover.shown_name if row.cover else "")
    return notices
