"""A colleague's whisper to the responder, and asking for one. A resident never sees any of it (S001-37)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from chat.broadcast import announce_board
from chat.choices import AudienceChoice, EventKind, ParticipantKind, State
from chat.models import Conversation, Participant
from chat.models.conversations import READING_ROLES
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.reached import staff_reached
from chat.refusals import Refusal, refuse


@transaction.atomic
def join_as_colleague(*, by: Actor, conversation: UUID, now: datetime) -> Participant:
    """A colleague whose grants reach the conversation joins it to whisper to its responder; audited, twice is harmless.

    Only staff see that she came, and what she writes. Raises Conversation.DoesNotExist, ValidationError (ended, invalid: it
    has no responder yet).
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    row = lock_conversation(conversation)
    if not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    known = Participant.objects.filter(conversation=row, user_id=by.user_id).first()
    if known is not None:
        return known
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    if row.state != State.ACTIVE:
        raise refuse(Refusal.INVALID)
    user = User.objects.get(pk=by.user_id)
    participant = Participant.objects.create(
        conversation=row,
        user=user,
        kind=ParticipantKind.COLLEAGUE,
        name=user.shown_name,
        joined_at=now,
        seen_all=row.head_all,
        seen_staff=row.head_staff,
    )
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="chat.conversation",
        object_id=str(row.public_id),
        county=row.county.code,
        purpose="whisper",
        source="console",
    )
    payload = {"role": ParticipantKind.COLLEAGUE, "name": participant.name}
    append_events(row, Entry(EventKind.JOINED, participant, audience=AudienceChoice.STAFF, payload=payload), now=now)
    _save_help(row, None)
    return participant


@transaction.atomic
def ask_for_help(*, by: Actor, conversation: UUID, wanted: bool, now: datetime) -> Conversation:
    """The responder asks the colleagues of the service for advice, or no longer does; it ends when a colleague comes.

    Raises Conversation.DoesNotExist, ValidationError (not_yours, ended).
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    row = lock_conversation(conversation)
    if not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    if row.responder_id != by.user_id:
        raise refuse(Refusal.NOT_YOURS)
    if wanted != (row.help_wanted_at is not None):
        participant = Participant.objects.get(conversation=row, user_id=by.user_id)
        payload = {"state": "wanted" if wanted else "settled", "name": participant.name}
        append_events(row, Entry(EventKind.HELP, participant, audience=AudienceChoice.STAFF, payload=payload), now=now)
        _save_help(row, now if wanted else None)
    return row


def _save_help(row: Conversation, at: datetime | None) -> None:
    row.help_wanted_at = at
    row.save(update_fields=["help_wanted_at", "head_all", "head_staff"])
    announce_board(users={*staff_reached(row, READING_ROLES), row.responder_id})
