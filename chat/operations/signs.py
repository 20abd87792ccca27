"""Signs of life: what keeps a resident's place in the line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from chat.broadcast import announce_board
from chat.choices import EventKind, ParticipantKind, State
from chat.models import Conversation, Participant
from chat.models.conversations import AWAY_AFTER
from chat.operations.log import Entry, append_events, lock_conversation

RESOLUTION = timedelta(seconds=15)


def record_signs_of_life(*, by: Actor, conversations: Collection[UUID], now: datetime) -> int:
    """Note that these residents are here (an open socket that answers, a page load, a request); returns how many were noted.

    One statement for all, at most every 15 s each. One who was away is back at her old place: the same contact goes on.
    """
    rows = Conversation.objects.readable_by(by).open().filter(public_id__in=conversations)
    for public_id in rows.filter(away_since__isnull=False).values_list("public_id", flat=True):
        _welcome_back(public_id, now=now)
    return rows.filter(seen_at__lt=now - RESOLUTION).update(seen_at=now)


@transaction.atomic
def _welcome_back(public_id: UUID, *, now: datetime) -> None:
    row = lock_conversation(public_id)
    if row.away_since is None or row.state == State.ENDED:
        return
    row.away_since, row.seen_at = None, now
    row.due_at = min(row.due_at or now, now + AWAY_AFTER)  # an offer that is due sooner is not put off
    resident = Participant.objects.get(conversation=row, kind=ParticipantKind.RESIDENT)
    append_events(row, Entry(EventKind.BACK, resident), now=now)
    row.save(update_fields=["away_since", "seen_at", "due_at", "head_all", "head_staff"])
    announce_board(queues=[row.queue_id], users=[row.responder_id] if row.responder_id else [])
