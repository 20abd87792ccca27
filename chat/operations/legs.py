"""Legs: leaving one, opening the next. A wait that has been stored is never changed."""

from __future__ import annotations

from datetime import datetime

from chat.choices import AudienceChoice, EventKind, LegExit
from chat.models import Conversation, Event, Leg
from chat.operations.reached import tell_no_more
from services.models import Queue


def leave_leg(leg: Leg, how: LegExit, *, now: datetime, wrong_service: bool = False) -> None:
    """End a leg of a locked conversation; the first reply of a later leg is read from the log, where it stands."""
    leg.left_at, leg.exit = now, how
    leg.wrong_service = leg.wrong_service or wrong_service
    if leg.accepted_at is not None and leg.first_reply_at is None and leg.responder_id is not None:
        replies = Event.objects.filter(
            conversation_id=leg.conversation_id,
            audience=AudienceChoice.ALL,
            kind=EventKind.MESSAGE,
            participant__user=leg.responder_id,
            created_at__gte=leg.accepted_at,
        )
        leg.first_reply_at = replies.order_by("seq").values_list("created_at", flat=True).first()
    leg.save(update_fields=["left_at", "exit", "wrong_service", "first_reply_at"])
    if leg.accepted_at is None:
        tell_no_more(leg)


def next_leg(row: Conversation, queue: Queue, *, queued_at: datetime) -> Leg:
    """Open one more leg, in the queue."""
    last = Leg.objects.filter(conversation=row).order_by("-number").values_list("number", flat=True)[0]
    return Leg.objects.create(conversation=row, number=last + 1, queue=queue, queued_at=queued_at)


def go_to(row: Conversation, queue: Queue) -> None:
    """The conversation belongs to this queue and its service from now on; the caller saves it.

    What it is about is a topic of one service, and is told anew in another.
    """
    if queue.service_id != row.service_id:
        row.topic = None
    row.queue, row.service = queue, queue.service


PLACE_FIELDS = ("queue", "service", "topic")
"""What `go_to` changes."""
