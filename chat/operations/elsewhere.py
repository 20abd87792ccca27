"""When the target of a transfer is closed, full or unstaffed: a call back, a place in its next line, or its contact details.

Never an error: each is one press of the responder, in the target's name, and counts as a transfer that went another way (M13).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from chat.availability import availabilities
from chat.broadcast import announce_board
from chat.choices import EventKind, State, TransferState
from chat.models import ContactDetail, Conversation, Leg, Transfer
from chat.operations.log import Entry, append_events, lock_conversation, lock_of_resident
from chat.operations.messages import post_message
from chat.operations.moving import (
    ask,
    begin,
    check_double,
    crossing_of,
    hold,
    open_transfer,
    replaced,
)
from chat.refusals import Refusal, refuse
from services.choices import Audience
from services.identity_codes import mask
from services.models import Channel, Queue
from services.texts import pick, texts_of


@transaction.atomic
def agree_call_back(
    *, by: Actor, conversation: UUID, queue: UUID, reason: str, value: str = "", wish: str = "", now: datetime
) -> ContactDetail:
    """The people of the closed target call the resident when they are there: her number is written here, or she is asked for it.

    It stands apart from the log, is audited, and is blanked when the call is done (S001-6). Raises as a transfer does.
    """
    row, target, user = _begin(by=by, conversation=conversation, queue=queue, reason=reason)
    detail, _made = ContactDetail.objects.update_or_create(
        conversation=row,
        defaults={
            "queue": target,
            "value": mask(value, row.language)[0],
            "wish": mask(wish, row.language)[0],
            "asked_at": now,
            "given_at": now if value else None,
            "done_at": None,
            "done_by": None,
            "erased_at": None,
        },
    )
    _audit(by, row, AuditAction.CREATE, purpose="call_back")
    replaced(row, _transfer(row, target, user, reason, now=now), told="call_back" if value else "call_back_asked", now=now)
    announce_board(queues=[target.pk])
    return detail


@transaction.atomic
def give_contact_detail(*, by: Actor, conversation: UUID, value: str, wish: str = "", now: datetime) -> ContactDetail:
    """The resident, who was asked for it, gives the number at which she is called; she may correct it until the call is done.

    Raises Conversation.DoesNotExist, ValidationError (invalid) when she was not asked.
    """
    row = lock_of_resident(by=by, conversation=conversation)
    waiting = ContactDetail.objects.filter(conversation=row, done_at__isnull=True, asked_at__isnull=False)
    detail: ContactDetail | None = waiting.select_related("queue__service").first()
    if detail is None or not value:
        raise refuse(Refusal.INVALID)
    detail.value, detail.wish, detail.given_at = mask(value, row.language)[0], mask(wish, row.language)[0], now
    detail.save(update_fields=["value", "wish", "given_at"])
    _audit(by, row, AuditAction.CHANGE, purpose="call_back")
    if detail.queue is not None:
        payload = {"state": "call_back", "service": texts_of(detail.queue.service, "name")}
        append_events(row, Entry(EventKind.TRANSFERRED, payload=payload), now=now)
        row.save(update_fields=["head_all", "head_staff"])
        announce_board(queues=[detail.queue_id or 0], users=[row.responder_id])
    return detail


@transaction.atomic
def open_contact_detail(*, by: Actor, conversation: UUID, now: datetime) -> ContactDetail:
    """One who answers the target opens the number in order to call; each opening is audited.

    Raises ContactDetail.DoesNotExist.
    """
    detail = _callable_by(by, conversation)
    _audit(by, detail.conversation, AuditAction.READ, purpose="call_back")
    return detail


@transaction.atomic
def finish_call_back(*, by: Actor, conversation: UUID, now: datetime) -> ContactDetail:
    """The call is done: the number and the wish are blanked, and that it was done stays. Doing it twice is harmless."""
    row = lock_conversation(conversation)
    detail = _callable_by(by, conversation)
    if detail.done_at is None and isinstance(by, Staff):
        detail.value, detail.wish, detail.done_at, detail.erased_at = "", "", now, now
        detail.done_by = User.objects.get(pk=by.user_id)
        detail.save()
        _audit(by, row, AuditAction.CHANGE, purpose="call_back_done")
        announce_board(queues=[detail.queue_id or 0])
    return detail


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


def _callable_by(by: Actor, conversation: UUID) -> ContactDetail:
    if not isinstance(by, Staff):
        raise PermissionDenied
    queues = Queue.objects.answerable_by(by).values("pk")
    detail: ContactDetail = ContactDetail.objects.select_related("conversation__county", "queue__service").get(
        conversation__public_id=conversation, queue__in=queues, given_at__isnull=False
    )
    return detail


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
