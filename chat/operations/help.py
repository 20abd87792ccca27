"""Help requests, “Pyydä apua”: sent with a service's form, answered in working days, read with a code (S003-12, S003-13).

A request is a conversation of its own medium: it stands in the queue's line after those who are at the other end, and is
claimed, answered, moved and ended by the same operations as any other. What is its own is here: how it begins, asking
further, and its contact detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident, Staff
from accounts.choices import AuditAction
from accounts.operations import forget_recipients, queue_mail, record_audit
from chat.broadcast import announce_board
from chat.choices import EndedBy, Medium, State
from chat.models import ContactDetail, Conversation, MailThread
from chat.operations.beside import Earlier, take_place
from chat.operations.endings import close_row
from chat.operations.log import lock_of_resident
from chat.operations.messages import Posted, post_message
from chat.operations.start import create_conversation, entry_queue
from chat.protocol import TEXT_LIMIT
from chat.refusals import Refusal, refuse
from services.choices import ServiceStatus
from services.holidays_fi import end_of_working_day
from services.hosts import address_of
from services.identity_codes import mask
from services.models import HelpForm, Queue, Service

AFTER_THE_LIVE = -1
"""The priority of a request: who is at the other end now goes before one who comes back for the answer another day."""
CONTACT_KEPT = timedelta(days=14)
ANSWERED_OPEN = timedelta(days=14)
"""So long after the last answer the resident may ask on in the same request."""
"""How long the contact detail is kept after the request is done (S001-6)."""

WITHOUT_A_PROMISE = 3
"""The working days of an answer when the form or the mailbox is there no more (S003-13)."""

Answered = Sequence[tuple[str, str]]
"""What each field asked and what was answered, in the resident's language."""


def row_of_line(
    queue: Queue, medium: Medium, *, key: UUID, token: UUID, language: str, origin: Conversation | None, now: datetime
) -> Conversation:
    """One that waits in the queue's line while nobody waits at its other end, not saved yet: by form, by letter, or for a call."""
    return Conversation(
        county=queue.service.county,
        service=queue.service,
        first_queue=queue,
        queue=queue,
        medium=medium,
        is_test=queue.service.is_test,
        resident_key=key,
        start_token=token,
        language=language,
        origin=origin,
        priority=AFTER_THE_LIVE,
        queued_at=now,
        line_at=now,
        seen_at=now,
        last_message_at=now,
        state=State.WAITING,
    )


@transaction.atomic
def send_help_request(
    *,
    by: Actor,
    service: Service,
    token: UUID,
    body: str,
    answers: Answered = (),
    contact: str = "",
    language: str = "fi",
    earlier: Conversation | None = None,
    instead_of: Sequence[Earlier] = (),
    now: datetime,
) -> Conversation:
    """A resident asks a service by its form, at any hour; nobody asks who she is, and her code opens the answer (S003-12).

    `by`: the holder of the code. Sending the same form twice is once. It stands in the service's line with the working day by which
    the answer is promised (S003-13); a contact detail stands apart. `earlier`: what she has open already, of
    which the responder is told; `instead_of`: those whose place this one takes, in the same transaction (S002-49).
    Raises ValidationError (closed, too_long, place_taken), PermissionDenied.
    """
    if not isinstance(by, Resident):
        raise PermissionDenied
    existing = Conversation.objects.filter(resident_key=by.key, start_token=token).first()
    if existing is not None:
        return existing
    form = HelpForm.objects.filter(service=service, is_on=True, service__status=ServiceStatus.OPEN).first()
    queue = entry_queue(service, language)
    if form is None or queue is None:
        raise refuse(Refusal.CLOSED)
    words = "\n\n".join([*(f"{asked}\n{answer}" for asked, answer in answers), body])
    if len(words) > TEXT_LIMIT:
        raise refuse(Refusal.TOO_LONG, limit=TEXT_LIMIT)
    row = row_of_line(queue, Medium.FORM, key=by.key, token=token, language=language, origin=earlier, now=now)
    row.started_beside = earlier is not None
    row.answer_due_at = end_of_working_day(now, form.days)
    try:
        with transaction.atomic():
            row = create_conversation(row, body=words, now=now)
            if contact:
                ContactDetail.objects.create(conversation=row, value=mask(contact, language)[0][:120], given_at=now)
            take_place(row, of=instead_of, now=now)
    except IntegrityError:  # pressed twice at the same instant: the database let one through
        return Conversation.objects.get(resident_key=by.key, start_token=token)
    announce_board(queues=[queue.pk])
    return row


@transaction.atomic
def ask_further(*, by: Actor, conversation: UUID, client_id: UUID, body: str, now: datetime) -> Posted:
    """The resident asks on in the same request until it is closed, and is promised an answer anew if she had one.

    Raises Conversation.DoesNotExist, ValidationError (ended).
    """
    row = lock_of_resident(by=by, conversation=conversation)
    if row.medium == Medium.CHAT or not row.is_written:
        raise Conversation.DoesNotExist
    posted = post_message(by=by, conversation=conversation, client_id=client_id, body=body, now=now)
    if row.answer_due_at is None and not posted.duplicate:
        due = end_of_working_day(now, _days_of(row))
        Conversation.objects.filter(pk=row.pk).update(answer_due_at=due)
    announce_board(queues=[row.queue_id], users=[row.responder_id])
    return posted


def _days_of(row: Conversation) -> int:
    """In how many working days an answer is promised: by the mailbox that the letter came to, or by the service's form."""
    thread = MailThread.objects.select_related("mailbox").filter(conversation=row).first()
    if thread is not None:
        return thread.mailbox.promise_days if thread.mailbox is not None else WITHOUT_A_PROMISE
    form = HelpForm.objects.filter(service=row.service_id).first()
    return form.days if form is not None else WITHOUT_A_PROMISE


def request_of(*, by: Actor, county: int) -> Conversation:
    """The help request or call request of the holder of a code, in this county.

    Anybody else's, and an erased one, is as if there were none. Raises Conversation.DoesNotExist.
    """
    if not isinstance(by, Resident):
        raise Conversation.DoesNotExist
    rows = Conversation.objects.readable_by(by).later().filter(county=county, erased_at__isnull=True)
    return rows.select_related("service", "county").get()


@transaction.atomic
def open_left_contact(*, by: Actor, conversation: UUID, now: datetime) -> ContactDetail:
    """The responder of a help request, a call request or a follow-up looks at the phone number or address that was left with it.

    Each look is audited.
    Raises ContactDetail.DoesNotExist to everybody else, and when none was left.
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    rows = ContactDetail.objects.readable_by(by).select_related("conversation__county", "conversation__service")
    hers = rows.filter(conversation__responder_id=by.user_id).exclude(conversation__medium=Medium.CHAT)
    detail: ContactDetail = hers.exclude(value="").get(conversation__public_id=conversation)
    record_audit(
        by=by,
        action=AuditAction.READ,
        object_type="chat.contactdetail",
        object_id=detail.conversation.public_id,
        county=detail.conversation.county.code,
        purpose="help_request" if detail.conversation.is_written else "later_contact",
        source="console",
    )
    return detail


def has_left_contact(row: Conversation) -> bool:
    """A contact detail was left with the request and is still kept."""
    return row.medium != Medium.CHAT and ContactDetail.objects.filter(conversation=row).exclude(value="").exists()


def close_answered(*, now: datetime, limit: int = 200) -> int:
    """End the requests whose last answer is two weeks old, and that nobody took further: so that their time of keeping begins.

    Gives how many. Safe in any number of processes at once.
    """
    old = Conversation.objects.later().filter(
        state=State.ACTIVE, answer_due_at__isnull=True, last_message_at__lte=now - ANSWERED_OPEN
    )
    done = 0
    for key in list(old.order_by("pk").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            row = (
                old.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related("service").filter(pk=key).first()
            )
            if row is not None:
                close_row(row, ended_by=EndedBy.SYSTEM, left_at=None, now=now)
                done += 1
    return done


def tell_answered(*, now: datetime, limit: int = 200) -> int:
    """Tell by e-mail, to who left an address, that the answer of her question has come: a link, and nothing of the matter.

    Gives how many letters were queued. Safe in any number of processes at once.
    """
    fresh = Q(told_at__isnull=True) | Q(told_at__lt=F("conversation__last_message_at"))
    rows = ContactDetail.objects.filter(fresh, value__contains="@", conversation__medium=Medium.FORM).filter(
        conversation__first_reply_at__isnull=False, conversation__answer_due_at__isnull=True, conversation__state=State.ACTIVE
    )
    done = 0
    for detail in list(rows.select_related("conversation__county").order_by("pk")[:limit]):
        row, address = detail.conversation, detail.value.strip()
        if not ContactDetail.objects.filter(fresh, pk=detail.pk).update(told_at=now):
            continue
        try:
            validate_email(address)
        except ValidationError:
            continue
        with translation.override(row.language):
            subject = _("Your question has been answered")
            link = address_of(row.county, reverse("chat:help_look_up"))
            body = "\n\n".join([_("Read the answer with the code that you got when you sent your question:"), link])
        last = int((row.last_message_at or now).timestamp())
        queue_mail(key=f"{_letters(row)}{last}", to=address, subject=subject, body=body, county=row.county.code)
        done += 1
    return done


def _letters(row: Conversation) -> str:
    return f"help-answered:{row.public_id}:"


def erase_contacts(*, now: datetime) -> int:
    """Blank the contact details of requests, calls and follow-ups that were done two weeks ago; gives how many (S001-6)."""
    until = now - CONTACT_KEPT
    done = Q(conversation__closed_at__lte=until) | Q(conversation__later_contact__done_at__lte=until)
    due = ContactDetail.objects.filter(done, erased_at__isnull=True).exclude(conversation__medium=Medium.CHAT)
    gone = list(due.select_related("conversation"))
    if gone:
        forget_recipients(keys=[_letters(detail.conversation) for detail in gone if detail.told_at is not None])
    due = ContactDetail.objects.filter(pk__in=[detail.pk for detail in gone])
    return due.update(value="", erased_at=now)


__all__ = [
    "ask_further",
    "erase_contacts",
    "has_left_contact",
    "open_left_contact",
    "request_of",
    "send_help_request",
]
