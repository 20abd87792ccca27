"""Call requests and follow-ups: who is reached later, by what and by when, and what came of each attempt (S001-6, S002-38).

Each is a conversation of its own medium, so that it stands in a queue's line with one promise and is claimed, moved and ended
as any other (M33). What is its own is here: how it begins, the attempts, and the reminder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4, uuid5

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident, Staff, System
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import queue_mail, record_audit
from chat.broadcast import announce_board
from chat.choices import (
    AudienceChoice,
    DayPart,
    EndedBy,
    EventKind,
    LaterChannel,
    LaterKind,
    LaterResult,
    Medium,
    State,
    TransferReason,
    TryResult,
)
from chat.models import ContactDetail, ContactTry, Conversation, LaterContact, Leg, Transfer
from chat.models.later import MOST_TRIES
from chat.operations.beside import Earlier, take_place
from chat.operations.claims import take
from chat.operations.endings import close_row
from chat.operations.help import row_of_line
from chat.operations.log import Entry, append_events, lock_conversation, lock_of_responder
from chat.operations.start import create_conversation
from chat.protocol import TEXT_LIMIT
from chat.refusals import Refusal, refuse
from services.holidays_fi import is_working_day, working_day_after
from services.hosts import address_of
from services.identity_codes import mask
from services.models import Queue
from services.texts import pick, texts_of

WITHOUT_A_DAY = 3
"""A call request without an agreed day is due on this working day (M33)."""
FARTHEST = timedelta(days=31)
LATER_KEYS = UUID("5e9c6a1e-0f0b-4d8e-9a57-4f1c1a0d7b33")
PHONES = (LaterChannel.PHONE, LaterChannel.SMS)


@dataclass(frozen=True, slots=True)
class Wish:
    """By what, where and when she wishes to be reached. Without a day the third working day is promised."""

    value: str
    channel: str = LaterChannel.PHONE
    day: date | None = None
    part: str = DayPart.ANY


@transaction.atomic
def leave_call_request(
    *,
    by: Actor,
    queue: Queue,
    token: UUID,
    body: str,
    wish: Wish,
    language: str = "fi",
    earlier: Conversation | None = None,
    instead_of: Sequence[Earlier] = (),
    now: datetime,
) -> Conversation:
    """A resident asks the people of a unit to call her, at any hour, without telling who she is (S002-38).

    `by`: the holder of the code with which she sees how it goes and may cancel it. `earlier`: what she has open already;
    `instead_of`: those whose place this one takes, in the same transaction (S002-49). Sending the same form twice is once.
    Raises ValidationError (unit_closed, detail_invalid, day_invalid, too_long, place_taken), PermissionDenied.
    """
    if not isinstance(by, Resident):
        raise PermissionDenied
    existing = Conversation.objects.filter(resident_key=by.key, start_token=token).first()
    if existing is not None:
        return existing
    _check(wish, now=now)
    _check_unit(queue)
    row = row_of_line(queue, Medium.CALL, key=by.key, token=token, language=language, origin=earlier, now=now)
    row.started_beside = earlier is not None
    try:
        with transaction.atomic():
            row = _begin(row, LaterKind.CALL_REQUEST, wish, body=body, agreed_by=None, now=now)
            take_place(row, of=instead_of, now=now)
    except IntegrityError:  # pressed twice at the same instant: the database let one through
        return Conversation.objects.get(resident_key=by.key, start_token=token)
    return row


@transaction.atomic
def agree_later_contact(
    *,
    by: Actor,
    conversation: UUID,
    kind: str,
    wish: Wish,
    queue: UUID | None = None,
    body: str,
    token: UUID,
    agreed: bool,
    now: datetime,
) -> Conversation:
    """The responder agrees with the resident that she is reached later: a follow-up by the channel that the client picks, or
    a call request to her own unit (S001-6, S002-38).

    A follow-up stays with the responder herself, or waits in her queue's line when `queue` names it; a call request goes to the
    line of a unit that takes them. The resident is told in the conversation, without her number. Sending the same form twice is
    once. Raises Conversation.DoesNotExist, PermissionDenied, ValidationError (not_yours, consent_missing, detail_invalid,
    day_invalid, unit_closed, too_long).
    """
    row = lock_of_responder(by=by, conversation=conversation)
    key = uuid5(LATER_KEYS, f"{row.public_id}:{token}")
    existing = Conversation.objects.filter(resident_key=key, start_token=token).first()
    if existing is not None:
        return existing
    if kind not in LaterKind.values or row.professional_id is not None:
        raise refuse(Refusal.INVALID)
    if not agreed:
        raise refuse(Refusal.CONSENT_MISSING)
    _check(wish, now=now)
    user = User.objects.get(pk=by.user_id) if isinstance(by, Staff) else None
    target = _target(row, kind, queue)
    made = row_of_line(target, Medium.CALL, key=key, token=token, language=row.language, origin=row, now=now)
    made.contactor, made.topic = row.contactor, row.topic if target.service_id == row.service_id else None
    made.medium = Medium.MAIL if wish.channel == LaterChannel.EMAIL else Medium.CALL
    made = _begin(made, kind, wish, body=body, agreed_by=user, now=now)
    if kind == LaterKind.FOLLOW_UP and queue is None and user is not None:
        take(lock_conversation(made.public_id), user, now=now)
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type="chat.contactdetail",
        object_id=made.public_id,
        county=row.county.code,
        purpose=kind,
        source="console",
    )
    if row.state != State.ENDED:
        append_events(row, Entry(EventKind.NOTICE, body=_told(made.later_contact, target, row.language)), now=now)
        row.save(update_fields=["head_all", "head_staff"])
    return made


def leave_for_transfer(transfer: Transfer, *, value: str, wish: str, now: datetime) -> Conversation:
    """Instead of a transfer to a closed target, its people call the resident: a call request, agreed by the sender (S001-49).

    The conversation is locked. `wish`: when she wishes to be called, in her own words. Raises ValidationError (detail_invalid).
    """
    row, target = transfer.conversation, transfer.to_queue
    _check(Wish(value), now=now)
    made = row_of_line(target, Medium.CALL, key=uuid4(), token=uuid4(), language=row.language, origin=row, now=now)
    made.contactor, made.topic = row.contactor, row.topic if target.service_id == row.service_id else None
    sender = transfer.sender
    with translation.override(sender.language if sender else row.language):
        body = _("Instead of a transfer: %(reason)s.") % {"reason": TransferReason(transfer.reason).label}
        if wish:
            body += "\n" + _("When the resident wants to be called") + ": " + wish
    return _begin(made, LaterKind.CALL_REQUEST, Wish(value), body=body, agreed_by=sender, now=now)


@transaction.atomic
def record_try(*, by: Actor, conversation: UUID, result: str, token: UUID, now: datetime) -> LaterContact:
    """Whoever has the call request or follow-up records an attempt: reached, or why not; the third in vain ends the promise (M33).

    Pressing twice is one attempt. Raises Conversation.DoesNotExist, PermissionDenied, ValidationError (not_yours, ended, invalid).
    """
    row = lock_of_responder(by=by, conversation=conversation)
    later: LaterContact | None = LaterContact.objects.filter(conversation=row).first()
    if later is None or result not in TryResult.values:
        raise refuse(Refusal.INVALID)
    if later.tries.filter(token=token).exists():
        return later
    if row.state != State.ACTIVE or not later.is_open:
        raise refuse(Refusal.ENDED)
    user = User.objects.get(pk=by.user_id) if isinstance(by, Staff) else None
    ContactTry.objects.create(later=later, token=token, at=now, by=user, result=result)
    is_reached = result == TryResult.REACHED
    if is_reached or later.tries.count() >= MOST_TRIES:
        later.result = LaterResult.REACHED if is_reached else LaterResult.NOT_REACHED
        later.done_at, later.done_by = now, user
        later.save(update_fields=["result", "done_at", "done_by"])
        row.answer_due_at = None
        if is_reached:
            row.first_reply_at, row.response_seconds = now, (now - row.queued_at).total_seconds()
            Leg.objects.filter(pk=Leg.objects.present_of(row).pk).update(first_reply_at=now)
    row.last_message_at = now
    append_events(row, Entry(EventKind.NOTICE, audience=AudienceChoice.STAFF, payload={"code": "try", "name": result}), now=now)
    row.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="chat.contactdetail",
        object_id=row.public_id,
        county=row.county.code,
        purpose=f"try:{result}",
        source="console",
    )
    announce_board(queues=[row.queue_id], users=[row.responder_id])
    return later


@transaction.atomic
def cancel_later_contact(*, by: Actor, conversation: UUID, later: UUID, now: datetime) -> Conversation:
    """The resident, in whose conversation it was agreed, needs it no more; it is then outside the figures (M33).

    Cancelling twice is harmless. Raises Conversation.DoesNotExist.
    """
    origin = Conversation.objects.readable_by(by).get(public_id=conversation)
    if not isinstance(by, Resident):
        raise Conversation.DoesNotExist
    row = lock_conversation(later)
    if row.origin_id != origin.pk or not LaterContact.objects.filter(conversation=row).exists():
        raise Conversation.DoesNotExist
    if row.state != State.ENDED:
        close_row(row, ended_by=EndedBy.RESIDENT, left_at=now, now=now)
    return row


def remind_of_later_contacts(*, by: Actor, now: datetime, limit: int = 200) -> int:
    """Who has promised to reach somebody is reminded on the due day: a letter with a link, and nothing of whom or what (S001-6).

    Gives how many. Safe in any number of processes at once.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    today = timezone.localdate(now)
    rows = LaterContact.objects.filter(
        due_on__lte=today, done_at__isnull=True, reminded_at__isnull=True, conversation__responder__isnull=False
    ).select_related("conversation__county", "conversation__responder")
    done = 0
    for later in list(rows.order_by("due_on", "pk")[:limit]):
        if not LaterContact.objects.filter(pk=later.pk, reminded_at__isnull=True).update(reminded_at=now):
            continue
        row, user = later.conversation, later.conversation.responder
        if user is None or not user.email:
            continue
        with translation.override(user.language):
            subject = _("You have promised to contact a client today")
            body = "\n\n".join(
                [
                    _("The promised day is %(day)s. The matter and the contact detail are in the portal:")
                    % {"day": formats.date_format(later.due_on, "SHORT_DATE_FORMAT")},
                    address_of(row.county, reverse("chat:console_conversation", args=[row.public_id])),
                ]
            )
        queue_mail(key=f"later-contact:{row.public_id}", to=user.email, subject=subject, body=body, county=row.county.code)
        done += 1
    return done


def end_of_day(day: date) -> datetime:
    """The last instant of a local day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(microseconds=1)


def _target(row: Conversation, kind: str, queue: UUID | None) -> Queue:
    if kind == LaterKind.FOLLOW_UP:
        return row.queue
    units = Queue.objects.taking_calls().filter(service__county=row.county_id, service__is_test=row.is_test)
    found: Queue | None = units.select_related("service__county").filter(public_id=queue).first()
    if found is None:
        raise refuse(Refusal.UNIT_CLOSED)
    return found


def _check_unit(queue: Queue) -> None:
    if not Queue.objects.taking_calls().filter(pk=queue.pk).exists():
        raise refuse(Refusal.UNIT_CLOSED)


def _check(wish: Wish, *, now: datetime) -> None:
    today = timezone.localdate(now)
    if wish.channel not in LaterChannel.values or wish.part not in DayPart.values:
        raise refuse(Refusal.INVALID)
    if wish.day is not None and not (today <= wish.day <= today + FARTHEST and is_working_day(wish.day)):
        raise refuse(Refusal.DAY_INVALID)
    value = wish.value.strip()
    if wish.channel in PHONES and not 5 <= len(re.sub(r"\D", "", value)) <= 15:
        raise refuse(Refusal.DETAIL_INVALID)
    if wish.channel == LaterChannel.EMAIL:
        try:
            validate_email(value)
        except ValidationError:
            raise refuse(Refusal.DETAIL_INVALID) from None
    if not value or len(value) > 120:
        raise refuse(Refusal.DETAIL_INVALID)


def _begin(row: Conversation, kind: str, wish: Wish, *, body: str, agreed_by: User | None, now: datetime) -> Conversation:
    if not body.strip():
        raise refuse(Refusal.EMPTY)
    if len(body) > TEXT_LIMIT:
        raise refuse(Refusal.TOO_LONG, limit=TEXT_LIMIT)
    due = wish.day or working_day_after(timezone.localdate(now), WITHOUT_A_DAY)
    row.answer_due_at = end_of_day(due)
    row = create_conversation(row, body="" if agreed_by else body, now=now)
    if agreed_by is not None:  # the responder's own words, for those who go on with it
        append_events(row, Entry(EventKind.NOTICE, audience=AudienceChoice.STAFF, body=body), now=now)
        row.save(update_fields=["head_all", "head_staff"])
    row.later_contact = LaterContact.objects.create(
        conversation=row, kind=kind, channel=wish.channel, due_on=due, day_part=wish.part, agreed_by=agreed_by
    )
    value = wish.value.strip()[:120]
    ContactDetail.objects.create(conversation=row, value=mask(value, row.language)[0], given_at=now)
    announce_board(queues=[row.queue_id])
    return row


def _told(later: LaterContact, queue: Queue, language: str) -> str:
    with translation.override(language):
        facts = {
            "day": formats.date_format(later.due_on, "SHORT_DATE_FORMAT"),
            "unit": str(pick(texts_of(queue, "name"), language)),
            "channel": str(LaterChannel(later.channel).label).lower(),
        }
        if later.kind == LaterKind.CALL_REQUEST:
            return _("A call request was left for you: %(unit)s. You are called by %(day)s.") % facts
        return _("It was agreed that you are contacted later: %(channel)s, by %(day)s.") % facts


__all__ = [
    "Wish",
    "agree_later_contact",
    "cancel_later_contact",
    "leave_call_request",
    "record_try",
    "remind_of_later_contacts",
]
