"""Back to the line: a conversation that its responder can't go on with (S002-43)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff
from accounts.choices import Role
from accounts.permissions import has_role
from chat.broadcast import announce_board
from chat.choices import EventKind, LegExit, Medium, State, TransferState
from chat.models import Conversation, Leg
from chat.operations.legs import leave_leg, next_leg
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.moving import close_open_transfer
from chat.operations.promises import promise
from chat.refusals import Refusal, refuse

FRONT = 100
"""The priority of who was with a responder already: nobody who comes later goes before her."""


@transaction.atomic
def requeue_conversation(*, by: Actor, conversation: UUID, exit: LegExit, front: bool, now: datetime) -> Conversation:  # noqa: A002
    """A conversation goes back to the line of its queue: the portal, its responder or a supervisor of the service puts it there.

    Raises Conversation.DoesNotExist when the person may not see it, PermissionDenied to other staff, ValidationError (ended,
    invalid: it waits already).
    """
    row = lock_conversation(conversation)
    if not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    is_own = isinstance(by, Staff) and row.responder_id == by.user_id
    if not is_own and not has_role(by, Role.SUPERVISOR, county=row.county.code, service_id=row.service.public_id):
        raise PermissionDenied
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    if row.state != State.ACTIVE:
        raise refuse(Refusal.INVALID)
    requeue_row(row, exit=exit, front=front, now=now)
    return row


def requeue_row(row: Conversation, *, exit: LegExit, front: bool, now: datetime) -> None:  # noqa: A002
    """Put a locked active conversation back into its queue's line: first of all, or last.

    The leg that ends keeps its figures, and a new one begins; the conversation keeps its own first wait and reply. The log
    tells everybody that the resident waits again, and whether she is first; she is told anew how long it may be.
    """
    close_open_transfer(row, TransferState.REPLACED, now=now)
    leave_leg(Leg.objects.present_of(row), exit, now=now)
    leg = next_leg(row, row.queue, queued_at=now)
    had = row.responder_id
    row.state, row.responder = State.WAITING, None  # a practice stays reserved for who practises
    row.help_wanted_at = None  # it was her responder who wanted advice
    row.priority, row.line_at = _place(row, front=front, now=now)
    row.due_at = now  # a line keeps a place for another time than a conversation: what is due is reckoned anew
    append_events(row, Entry(EventKind.REQUEUED, payload={"exit": str(exit), "front": front}), now=now)
    row.save(
        update_fields=[
            *("state", "responder", "help_wanted_at"),
            *("priority", "line_at", "due_at", "head_all", "head_staff"),
        ],
    )
    promise(row, leg, now=now)
    row.save(update_fields=["head_all", "head_staff"])
    announce_board(queues=[row.queue_id], users=[had])


def _place(row: Conversation, *, front: bool, now: datetime) -> tuple[int, datetime]:
    if row.medium != Medium.CHAT or row.reserved_for_id is not None:
        return row.priority, row.line_at  # its own place: those who are at the other end now go before it
    if not front:
        return 0, now
    first = Conversation.objects.waiting().filter(queue_id=row.queue_id).exclude(pk=row.pk).first()
    priority = max(FRONT, first.priority if first else FRONT)
    if first is None or first.priority < priority:
        return priority, now
    return priority, min(now, first.line_at - timedelta(microseconds=1))
