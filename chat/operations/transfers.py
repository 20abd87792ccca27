"""Transfer: a conversation goes on with another queue or person, and the resident is never left alone meanwhile.

While it is asked or offered, the sender goes on serving. On the offer a new leg opens; the old one ends when somebody takes
the conversation. What nobody takes in five minutes comes back (S001-49, S001-70, S001-71, S002-40, M13).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff, System
from accounts.models import User
from chat.broadcast import announce_board
from chat.choices import LegExit, State, TransferReason, TransferState
from chat.models import Conversation, Leg, Transfer
from chat.operations.legs import PLACE_FIELDS, go_to, leave_leg
from chat.operations.log import append_events, lock_conversation, lock_of_resident
from chat.operations.moving import (
    answers,
    ask,
    begin,
    check_double,
    close_transfer,
    crossing_of,
    disclose,
    end_as,
    go_on,
    is_double,
    join,
    open_transfer,
    say,
    sender_of,
    takes,
    told_of,
)
from chat.operations.presence import check_room
from chat.refusals import Refusal, refuse
from handbook.permissions import is_held_back


@transaction.atomic
def offer_transfer(
    *,
    by: Actor,
    conversation: UUID,
    queue: UUID,
    person: UUID | None = None,
    reason: str,
    token: UUID,
    note: str = "",
    message: str = "",
    now: datetime,
) -> Transfer:
    """The responder, or a supervisor of the service, offers a conversation to a queue or to one person who answers it.

    When it leaves the service or its register the resident is asked first. One that still waits moves at once, before later
    ones. The note is for staff, the message for the resident (from its responder only); both are clean text. Pressing twice
    is once. Raises ValidationError (transfer_forbidden, transfer_open, transfer_double, target_unavailable, ended, not_yours).
    """
    row, queue_row, user = begin(by=by, conversation=conversation, queue=queue, reason=reason)
    open_one = open_transfer(row)
    to_person = None if person is None else User.objects.filter(public_id=person, is_active=True).first()
    if person is not None and (to_person is None or to_person.pk == row.responder_id or not answers(to_person.pk, queue_row)):
        raise refuse(Refusal.TRANSFER_FORBIDDEN)
    if person is None and queue_row.pk == row.queue_id and row.state == State.WAITING:
        raise refuse(Refusal.TRANSFER_FORBIDDEN)
    if open_one is not None:
        same = (queue_row.pk, to_person.pk if to_person else None, user.pk)
        if (open_one.to_queue_id, open_one.to_person_id, open_one.sender_id) == same and open_one.held_until is None:
            return open_one
        raise refuse(Refusal.TRANSFER_OPEN)
    check_double(row, queue_row)
    if not takes(row, queue_row, to_person, now=now):
        raise refuse(Refusal.TARGET_UNAVAILABLE)
    say(row, actor=by, user=user, token=token, note=note, message=message, now=now)
    crossing = crossing_of(row, queue_row)
    transfer = Transfer(
        conversation=row,
        from_leg=Leg.objects.present_of(row),
        from_queue=row.queue,
        to_queue=queue_row,
        sender=user,
        to_person=to_person,
        reason=reason,
        crossing=crossing,
        state=TransferState.ASKED,
        asked_at=now,
    )
    if crossing:
        ask(row, transfer, now=now)
    else:
        go_on(row, transfer, actor=by, now=now)
    return transfer


@transaction.atomic
def answer_transfer(*, by: Actor, conversation: UUID, transfer: UUID, consent: bool, now: datetime) -> Transfer:
    """The resident says whether her conversation may leave the service or its register; nothing goes anywhere before that.

    A second press changes nothing. When the target has closed meanwhile, the conversation stays, and she is told.
    Raises Conversation.DoesNotExist, ValidationError (transfer_over).
    """
    row = lock_of_resident(by=by, conversation=conversation)
    found = _of(row, transfer)
    if found.state != TransferState.ASKED:
        said_yes = found.consented_at is not None
        if said_yes == consent and found.state != TransferState.WITHDRAWN:
            return found
        raise refuse(Refusal.TRANSFER_OVER)
    if not consent:
        close_transfer(row, found, TransferState.REFUSED, now=now)
    elif is_double(row, found.to_queue) or (found.held_until is None and not takes(row, found.to_queue, found.to_person, now=now)):
        found.consented_at = now
        close_transfer(row, found, TransferState.WITHDRAWN, told="unavailable", now=now)
    else:
        found.consented_at = now
        go_on(row, found, actor=by, now=now)
    return found


@transaction.atomic
def accept_transfer(*, by: Actor, transfer: UUID, now: datetime) -> Conversation:
    """One who answers the target takes what is offered; of two who press, one wins and the other is told who.

    The sender's leg ends here, the resident is told who is with her now, and a change of register is audited as a disclosure.
    Raises Transfer.DoesNotExist, ValidationError (taken, transfer_over, ended, not_available, at_limit, reserved,
    transfer_double, not_oriented).
    """
    row, found, user = _offered_to(by, transfer)
    if found.state == TransferState.ACCEPTED and found.ended_by_id == user.pk:
        return row
    _still_open(row, found)
    if row.responder_id == user.pk:
        raise refuse(Refusal.INVALID)
    if not row.is_test and is_held_back(user_id=user.pk, service_id=found.to_queue.service_id):
        raise refuse(Refusal.NOT_ORIENTED)
    check_room(user.pk, found.to_queue, county_id=row.county_id, now=now)
    check_double(row, found.to_queue)
    disclose(row, found, actor=by)
    sender, left_queue = row.responder_id, row.queue_id
    leave_leg(Leg.objects.present_of(row), LegExit.TRANSFERRED, now=now, wrong_service=found.reason == TransferReason.WRONG_SERVICE)
    to_leg = found.to_leg
    assert to_leg is not None
    to_leg.responder, to_leg.accepted_at, to_leg.wait_seconds = user, now, (now - to_leg.queued_at).total_seconds()
    to_leg.save(update_fields=["responder", "accepted_at", "wait_seconds"])
    end_as(found, TransferState.ACCEPTED, ended_by=user, now=now)
    go_to(row, found.to_queue)
    row.state, row.responder, row.help_wanted_at = State.ACTIVE, user, None
    if row.accepted_at is None:
        row.accepted_at, row.wait_seconds = now, (now - row.queued_at).total_seconds()
    participant = join(row, user, now=now)
    append_events(row, told_of(found, "accepted", participant), now=now)
    stamps = ("accepted_at", "wait_seconds", "help_wanted_at")
    row.save(update_fields=[*PLACE_FIELDS, "state", "responder", *stamps, "head_all", "head_staff"])
    announce_board(queues={left_queue, row.queue_id}, users={sender, user.pk})
    return row


@transaction.atomic
def decline_transfer(*, by: Actor, transfer: UUID, now: datetime) -> Transfer:
    """Whom it was offered to personally says no, and it comes back to the sender at once.

    Raises Transfer.DoesNotExist, ValidationError (transfer_over).
    """
    row, found, user = _offered_to(by, transfer)
    if found.to_person_id != user.pk:
        raise PermissionDenied
    if found.state == TransferState.DECLINED:
        return found
    _still_open(row, found)
    close_transfer(row, found, TransferState.DECLINED, ended_by=user, now=now)
    return found


@transaction.atomic
def withdraw_transfer(*, by: Actor, conversation: UUID, now: datetime) -> Conversation:
    """The sender, the responder or a supervisor of the service takes back what nobody has taken yet.

    Raises Conversation.DoesNotExist, ValidationError (not_yours, transfer_over).
    """
    row = lock_conversation(conversation)
    user = sender_of(by, row)
    found = open_transfer(row)
    if found is None:
        raise refuse(Refusal.TRANSFER_OVER)
    close_transfer(row, found, TransferState.WITHDRAWN, ended_by=user, now=now)
    return row


def expire_transfer(row: Conversation, *, actor: Actor, now: datetime) -> bool:
    """What nobody took in time goes back to its sender; what the resident has not answered is asked no longer. It is locked."""
    found = open_transfer(row)
    if found is None or found.due_at is None or found.due_at > now or not isinstance(actor, System):
        return False
    if found.state == TransferState.OFFERED:
        close_transfer(row, found, TransferState.EXPIRED, now=now)
    else:
        close_transfer(row, found, TransferState.WITHDRAWN, told="unanswered", now=now)
    return True


def _of(row: Conversation, transfer: UUID) -> Transfer:
    rows = Transfer.objects.filter(conversation=row, public_id=transfer)
    found: Transfer = rows.select_related("to_leg", "to_queue__service", "from_queue__service", "to_person", "sender").get()
    return found


def _offered_to(by: Actor, transfer: UUID) -> tuple[Conversation, Transfer, User]:
    """The locked conversation and the transfer, when the person may take it: she answers the target, or it is hers by name."""
    if not isinstance(by, Staff):
        raise PermissionDenied
    conversation = Transfer.objects.values_list("conversation__public_id", flat=True).get(public_id=transfer)
    row = lock_conversation(conversation)
    found = _of(row, transfer)
    if found.offered_at is None or not answers(by.user_id, found.to_queue):
        raise Transfer.DoesNotExist
    user = User.objects.get(pk=by.user_id)
    if found.to_person_id not in (None, user.pk):
        raise refuse(Refusal.RESERVED, name=found.to_person.shown_name if found.to_person else "—")
    return row, found, user


def _still_open(row: Conversation, found: Transfer) -> None:
    if found.state == TransferState.ACCEPTED:
        raise refuse(Refusal.TAKEN, name=found.ended_by.shown_name if found.ended_by else "—")
    if row.state == State.ENDED:
        raise refuse(Refusal.ENDED)
    if found.state != TransferState.OFFERED:
        raise refuse(Refusal.TRANSFER_OVER)
