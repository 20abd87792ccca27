"""When the target of a transfer is closed, full or unstaffed: a call back, a place in its next line, or its contact details.

Never an error: each is one press of the responder, in the target's name, and counts as a transfer that went another way (M13).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from chat.availability import availabilities
from chat.broadcast import announce_board
from chat.choices import State, TransferState
from chat.models import ContactDetail, Conversation, Leg, Transfer
from chat.operations.later import leave_for_transfer
from chat.operations.log import append_events, lock_of_resident
from chat.operations.messages import post_message
from chat.operations.moving import (
    ask,
    begin,
    check_double,
    crossing_of,
    hold,
    open_transfer,
    replaced,
    told_of,
)
from chat.refusals import Refusal, refuse
from services.choices import Audience
from services.models import Channel, Queue
from services.texts import pick, texts_of


@transaction.atomic
def agree_call_back(
    *, by: Actor, conversation: UUID, queue: UUID, reason: str, value: str = "", wish: str = "", now: datetime
) -> Conversation:
    """The people of the closed target call the resident: a call request in their line, as any other (S001-6, M33).

    Her number is written here, or she is asked for it in her conversation, and the request is left when she gives it. Gives the
    conversation. Raises as a transfer does, and ValidationError (detail_invalid).
    """
    row, target, user = _begin(by=by, conversation=conversation, queue=queue, reason=reason)
    transfer = _transfer(row, target, user, reason, now=now)
    if value:
        leave_for_transfer(transfer, value=value, wish=wish, now=now)
        ContactDetail.objects.filter(conversation=row, given_at__isnull=True).update(given_at=now)
    else:
        asked = {"queue": target, "asked_at": now, "given_at": None}
        ContactDetail.objects.update_or_create(conversation=row, defaults=asked)
    _audit(by, row, AuditAction.CREATE, purpose="call_back")
    replaced(row, transfer, told="call_back" if value else "call_back_asked", now=now)
    return row


@transaction.atomic
def give_contact_detail(*, by: Actor, conversation: UUID, value: str, wish: str = "", now: datetime) -> Conversation:
    """The resident, who was asked for it, gives the number at which she is called, once: the call request is left.

    Gives the call request. Raises Conversation.DoesNotExist, ValidationError (invalid) when she was not asked, (detail_invalid).
    """
    row = lock_of_resident(by=by, conversation=conversation)
    detail = ContactDetail.objects.filter(conversation=row, asked_at__isnull=False, given_at__isnull=True).first()
    if detail is None:
        raise refuse(Refusal.INVALID)
    found = Transfer.objects.select_related("to_queue__service__county", "from_queue__service", "sender")
    transfer = found.filter(conversation=row, to_queue=detail.queue_id, state=TransferState.REPLACED).latest("asked_at")
    made = leave_for_transfer(transfer, value=value, wish=wish, now=now)
    detail.given_at = now
    detail.save(update_fields=["given_at"])
    _audit(by, row, AuditAction.CHANGE, purpose="call_back")
    append_events(row, told_of(transfer, "call_back", None), now=now)
    row.save(update_fields=["head_all", "head_staff"])
    announce_board(users=[row.responder_id])
    return made


@transaction.atomic
def keep_place(*, by: Actor, conversation: UUID, queue: UUID, reason: str, now: datetime) -> Transfer:
    """The resident gets a place in the closed target's next line, before later ones, and may close the page meanwhile.

    When it leaves the service or its register she is asked first. Raises as a transfer does.
    """
    row, target, user = _begin(by=by, conversation=conversation, queue=queue, reason=reason)
    opens = availabilities([target], now=now)[target.pk].opens_at
    if opens is None or open_transfer(row) is not None:
        raise refuse(Refusal.TARGET_UNAVAILABLE if opens is None else Refusal.TRANSFER_OPEN)
    check_double(row, target)
    transfer = _transfer(row, target, user, reason, now=now)
    transfer.held_until, transfer.crossing = opens, crossing_of(row, target)
    if transfer.crossing:
        ask(row, transfer, now=now)
    else:
        hold(row, transfer, actor=by, now=now)
    return transfer


@transaction.atomic
def send_contact_details(*, by: Actor, conversation: UUID, queue: UUID, reason: str, token: UUID, now: datetime) -> Transfer:
    """The responder sends the target service's public contact details as her message: from the directory, never typed (S001-51).

    Pressing twice is once. Raises as a transfer does, and `target_unavailable` when the service has none.
    """
    row, target, user = _begin(by=by, conversation=conversation, queue=queue, reason=reason)
    words = contact_words(target, row.language)
    if not words or row.responder_id != user.pk:
        raise refuse(Refusal.TARGET_UNAVAILABLE if not words else Refusal.NOT_YOURS)
    posted = post_message(by=by, conversation=conversation, client_id=token, body=words, now=now)
    row.refresh_from_db(fields=["head_all", "head_staff", "first_reply_at", "response_seconds", "last_message_at"])
    transfer = _transfer(row, target, user, reason, now=now)
    if not posted.duplicate:
        replaced(row, transfer, told="contacts", now=now)
    return transfer


def contact_words(queue: Queue, language: str) -> str:
    """The public contact details of the queue's service, in the resident's language; empty when there are none."""
    channels = Channel.objects.filter(service=queue.service, contact_point__audience=Audience.PUBLIC).select_related(
        "contact_point"
    )
    lines = []
    for channel in channels:
        point = channel.contact_point
        if point.value:
            note = pick(texts_of(point, "note"), language)
            lines.append(f"{pick(texts_of(point, 'name'), language)}: {point.value}" + (f" ({note})" if note else ""))
    if not lines:
        return ""
    with translation.override(language):
        name = str(pick(texts_of(queue.service, "name"), language))
        head = _("You can reach %(service)s like this:") % {"service": name}
    return "\n".join([head, *dict.fromkeys(lines)])


def _begin(*, by: Actor, conversation: UUID, queue: UUID, reason: str) -> tuple[Conversation, Queue, User]:
    row, target, user = begin(by=by, conversation=conversation, queue=queue, reason=reason)
    if row.state != State.ACTIVE:
        raise refuse(Refusal.NOT_YOURS)
    return row, target, user


def _transfer(row: Conversation, target: Queue, user: User, reason: str, *, now: datetime) -> Transfer:
    return Transfer(
        conversation=row,
        from_leg=Leg.objects.present_of(row),
        from_queue=row.queue,
        to_queue=target,
        sender=user,
        reason=reason,
        state=TransferState.ASKED,
        asked_at=now,
    )


def _audit(by: Actor, row: Conversation, action: AuditAction, *, purpose: str) -> None:
    record_audit(
        by=by,
        action=action,
        object_type="chat.contactdetail",
        object_id=row.public_id,
        county=row.county.code,
        purpose=purpose,
        source="transfer",
    )
