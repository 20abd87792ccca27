"""A supervisor takes a conversation over from its responder."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction, Role
from accounts.models import User
from accounts.operations import record_audit
from accounts.permissions import has_role
from chat.broadcast import announce_board
from chat.choices import EventKind, LegExit, ParticipantKind, State, TransferState
from chat.models import Conversation, Leg
from chat.operations.legs import leave_leg, next_leg
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.moving import close_open_transfer, join
from chat.operations.presence import be_there
from chat.refusals import Refusal, refuse


@transaction.atomic
def take_over_conversation(*, by: Actor, conversation: UUID, now: datetime) -> Conversation:
    """A supervisor of the service takes a conversation that goes on; the resident is told who is with her now. Audited.

    The leg of the one who had it ends as taken over with its figures, and a new one begins with the supervisor. It is no claim:
    no limit holds it back, and she need not be available; one who is off is there for this conversation from now on. Raises
    Conversation.DoesNotExist when she may not see it, PermissionDenied to other staff, ValidationError (ended, invalid: it
    waits, and is taken from the line).
    """
    row = lock_conversation(conversation)
    if not isinstance(by, Staff) or not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    if not has_role(by, Role.SUPERVISOR, county=row.county.code, service_id=row.service.public_id):
        raise PermissionDenied
    if row.responder_id == by.user_id and row.state == State.ACTIVE:
        return row
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    if row.state != State.ACTIVE or row.responder is None:
        raise refuse(Refusal.INVALID)
    user, had = User.objects.get(pk=by.user_id), row.responder
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="chat.conversation",
        object_id=str(row.public_id),
        county=row.county.code,
        purpose="take_over",
        before={"responder": str(had.public_id)},
        after={"responder": str(user.public_id)},
    )
    close_open_transfer(row, TransferState.REPLACED, now=now)
    leave_leg(Leg.objects.present_of(row), LegExit.TAKEN_OVER, now=now)
    leg = next_leg(row, row.queue, queued_at=now)
    leg.responder, leg.accepted_at, leg.wait_seconds = user, now, 0
    leg.save(update_fields=["responder", "accepted_at", "wait_seconds"])
    row.responder, row.help_wanted_at = user, None
    participant = join(row, user, now=now)  # who whispered before answers now, under her own name
    append_events(
        row,
        Entry(
            EventKind.CLAIMED,
            participant,
            payload={"role": ParticipantKind.RESPONDER, "name": participant.name, "exit": "over"},
        ),
        now=now,
    )
    row.save(update_fields=["responder", "help_wanted_at", "head_all", "head_staff"])
    be_there(user_id=user.pk, county_id=row.county_id, now=now)
    announce_board(queues=[row.queue_id], users=[had.pk, user.pk])
    return row
