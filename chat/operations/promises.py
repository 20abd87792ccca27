"""What a resident is told of her wait when she joins a line, kept beside the truth."""

from __future__ import annotations

from datetime import datetime

from chat.choices import EventKind, Medium
from chat.estimates import Range
from chat.models import Conversation, Leg
from chat.operations.log import Entry, append_events
from chat.outlook import outlooks
from services.models import Queue


def promise(conversation: Conversation, leg: Leg, *, now: datetime) -> Range | None:
    """One who joins a line is told how long the wait may be, and the leg keeps it, so that its error is a figure.

    Nothing is said or stored when too little is known. The caller has stored the conversation in the line, holds its lock
    and saves its heads. Numbers only: (low, high) in seconds, and the place.
    """
    if conversation.medium != Medium.CHAT:
        return None  # it has the promise of its form
    queue = Queue.objects.select_related("service__county").get(pk=leg.queue_id)
    line = Conversation.objects.waiting().filter(queue=queue)
    places = list(line.values_list("pk", "line_at")[:1000])
    place = next((number for number, (key, _at) in enumerate(places, start=1) if key == conversation.pk), len(places) + 1)
    first = places[0][1] if places else None
    found = outlooks([queue], now=now)[queue.pk].ranges(place, first_since=first, now=now)
    if not found:
        return None
    told = found[-1]
    leg.estimate_low_seconds, leg.estimate_high_seconds = told.low, told.high
    leg.save(update_fields=["estimate_low_seconds", "estimate_high_seconds"])
    append_events(
        conversation,
        Entry(EventKind.ESTIMATED, payload={"low_seconds": told.low, "high_seconds": told.high, "position": place}),
        now=now,
    )
    return told
