"""Taking a conversation from the line."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor, Staff
from accounts.models import User
from chat.broadcast import announce_board
from chat.choices import EventKind, Medium, ParticipantKind, State
from chat.models import Conversation, Leg, Participant
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.presence import check_room
from chat.operations.reached import tell_no_more
from chat.refusals import Refusal, refuse
from handbook.permissions import is_held_back
from services.models import Queue


@transaction.atomic
def claim_conversation(*, by: Actor, conversation: UUID, now: datetime) -> Conversation:
    """A responder takes one who waits in a queue that she answers; of two who try, one wins and the other is told who.

    She takes as many at once as the queue and her own limit allow, and none while she is on the phone, on a break or away
    (S002-46); taking one when off makes her available. Raises Conversation.DoesNotExist when she may not see it,
    ValidationError (taken, ended, identity_missing, not_oriented, not_available, at_limit).
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    row = lock_conversation(conversation)
    queue = Queue.objects.answerable_by(by).filter(pk=row.queue_id).only("max_parallel").order_by().first()
    if queue is None:
        raise Conversation.DoesNotExist
    return _claim(row, queue, by=by, now=now)


def _claim(row: Conversation, queue: Queue, *, by: Staff, now: datetime) -> Conversation:
    """Take the locked conversation, whose queue she answers, if nothing speaks against it."""
    if row.state == State.ACTIVE and row.responder_id == by.user_id:
        return row
    if row.professional_id == by.user_id:
        raise refuse(Refusal.OWN_QUESTION)
    if row.reserved_for_id not in (None, by.user_id) and row.state == State.WAITING:
        raise refuse(Refusal.RESERVED, name=row.reserved_for.shown_name if row.reserved_for else "—")
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    if row.state == State.ACTIVE:
        winner = row.responder.shown_name if row.responder else "—"
        raise refuse(Refusal.TAKEN, name=winner)
    if row.must_identify:
        raise refuse(Refusal.IDENTITY_MISSING)
    if not row.is_test and is_held_back(user_id=by.user_id, service_id=row.service_id):
        raise refuse(Refusal.NOT_ORIENTED)
    limited = row.medium == Medium.CHAT
    return take(row, check_room(by.user_id, queue, county_id=row.county_id, limited=limited, now=now), now=now)


def claim_next(*, by: Actor, now: datetime, queues: list[UUID] | None = None) -> Conversation:
    """The responder takes the one who has waited longest in her queues, in the order of the line; the away are skipped.

    `queues` narrows the choice to these of her queues. Raises ValidationError (nobody_waiting, not_available, at_limit).
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    answerable = Queue.objects.answerable_by(by).only("max_parallel").order_by()
    if queues is not None:
        answerable = answerable.filter(public_id__in=queues)
    hers = {queue.pk: queue for queue in answerable}
    line = Conversation.objects.waiting().in_line(now=now).here(now=now).filter(queue_id__in=list(hers))
    line = line.exclude(professional=by.user_id).filter(Q(reserved_for__isnull=True) | Q(reserved_for=by.user_id))
    for public_id in line.values_list("public_id", flat=True)[:20]:
        try:
            with transaction.atomic():
                row = lock_conversation(public_id)
                if row.queue_id in hers:  # else it went on to a queue of others meanwhile
                    return _claim(row, hers[row.queue_id], by=by, now=now)
        except ValidationError as error:
            if error.code not in (Refusal.TAKEN, Refusal.ENDED, Refusal.IDENTITY_MISSING):
                raise
    raise refuse(Refusal.NOBODY_WAITING)


def take(row: Conversation, user: User, *, now: datetime) -> Conversation:
    """The locked conversation is hers now: its leg, its stamps and the event; nothing is asked any more."""
    leg = Leg.objects.present_of(row)
    leg.responder, leg.accepted_at, leg.wait_seconds = user, now, max((now - leg.queued_at).total_seconds(), 0.0)
    leg.save(update_fields=["responder", "accepted_at", "wait_seconds"])
    row.state, row.responder, row.held_until = State.ACTIVE, user, None
    if row.accepted_at is None:
        row.accepted_at, row.wait_seconds = now, (now - row.queued_at).total_seconds()
    participant = Participant.objects.filter(conversation=row, user=user).first()  # the conversation's lock keeps others out
    if participant is None:
        participant = Participant.objects.create(
            conversation=row, user=user, kind=ParticipantKind.RESPONDER, name=user.name_for(row.language), joined_at=now
        )
    if participant.kind == ParticipantKind.COLLEAGUE:  # who whispered before answers now, under her own name
        participant.kind = ParticipantKind.RESPONDER
        participant.save(update_fields=["kind"])
    append_events(
        row,
        Entry(EventKind.CLAIMED, participant, payload={"role": ParticipantKind.RESPONDER, "name": participant.name}),
        now=now,
    )
    row.save(update_fields=["state", "responder", "held_until", "accepted_at", "wait_seconds", "head_all", "head_staff"])
    announce_board(queues=[row.queue_id], users=[user.pk])
    tell_no_more(leg)
    return row
