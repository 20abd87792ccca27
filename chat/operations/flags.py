"""Flagging a conversation as abusive, dangerous or a concern, so that a supervisor sees it at once.

A flag that is a concern opens its checklist (`operations/concerns.py`): it is taken back there, with a reason.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff
from accounts.choices import Role
from accounts.models import User
from chat.broadcast import announce_board
from chat.choices import CONCERNS, AudienceChoice, EventKind, Flag
from chat.models import Conversation, Participant
from chat.operations.concerns import open_concern, open_concern_of
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.reached import staff_reached
from chat.refusals import Refusal, refuse


@transaction.atomic
def flag_conversation(*, by: Actor, conversation: UUID, flag: str, now: datetime) -> Conversation:
    """Anyone of the staff who may read it says that it is abusive, dangerous or a concern; supervisors see it at once.

    The resident sees nothing of it. The same flag again is harmless; another one replaces it, and a concern that is open
    stays open. Raises Conversation.DoesNotExist, ValidationError (invalid).
    """
    row, user = _readable(by, conversation)
    if flag not in Flag.values:
        raise refuse(Refusal.INVALID)
    if row.flag == flag and row.flag_handled_at is None:
        return row
    row.flag, row.flagged_at, row.flagged_by, row.flag_handled_at = flag, now, user, None
    if flag in CONCERNS:
        open_concern(row, flag, user, now=now)
    _tell(row, user, "set", now=now)
    return row


@transaction.atomic
def withdraw_flag(*, by: Actor, conversation: UUID, now: datetime) -> Conversation:
    """Who flagged it may take the flag back until it is handled; a concern is taken back by `withdraw_concern`, with a reason.

    Under a flag of abuse that is taken back an open concern shows again. Raises ValidationError (not_yours, concern_reason).
    """
    row, user = _readable(by, conversation)
    if not row.flag:
        return row
    if row.flagged_by_id != user.pk or row.flag_handled_at is not None:
        raise refuse(Refusal.NOT_YOURS)
    concern = open_concern_of(row)
    if concern is not None and concern.kind == row.flag:
        raise refuse(Refusal.CONCERN_REASON)
    row.flag, row.flagged_at, row.flagged_by = "", None, None
    if concern is not None:
        row.flag, row.flagged_at, row.flagged_by = concern.kind, concern.opened_at, concern.opened_by
    _tell(row, user, "withdrawn", now=now)
    return row


@transaction.atomic
def handle_flag(*, by: Actor, conversation: UUID, now: datetime) -> Conversation:
    """A supervisor of the service says that she has seen to it; the flag stays on the record. Raises PermissionDenied."""
    row, user = _readable(by, conversation)
    if not Conversation.objects.supervised_by(by).filter(pk=row.pk).exists():
        raise PermissionDenied
    if row.flag and row.flag_handled_at is None:
        row.flag_handled_at = now
        _tell(row, user, "handled", now=now)
    return row


def _readable(by: Actor, conversation: UUID) -> tuple[Conversation, User]:
    if not isinstance(by, Staff):
        raise PermissionDenied
    row = lock_conversation(conversation)
    if not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    return row, User.objects.get(pk=by.user_id)


def _tell(row: Conversation, user: User, state: str, *, now: datetime) -> None:
    participant = Participant.objects.filter(conversation=row, user=user).first()
    payload = {"flag": row.flag, "state": state, "name": user.shown_name}
    append_events(row, Entry(EventKind.FLAGGED, participant, audience=AudienceChoice.STAFF, payload=payload), now=now)
    row.save(update_fields=["flag", "flagged_at", "flagged_by", "flag_handled_at", "head_all", "head_staff"])
    announce_board(users={*staff_reached(row, (Role.SUPERVISOR,)), row.responder_id})
