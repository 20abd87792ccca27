"""Starting a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.actors import Actor, Resident
from chat.availability import availabilities
from chat.broadcast import announce_board
from chat.choices import EntryChannel, EventKind, Medium, ParticipantKind, State
from chat.models import Conversation, Leg, Participant
from chat.models.conversations import AWAY_AFTER
from chat.operations.beside import Earlier, take_place
from chat.operations.identity import ask_at_start
from chat.operations.ladder import first_rung
from chat.operations.log import Entry, append_events, lock_conversation
from chat.operations.messages import post_message
from chat.operations.promises import promise
from chat.refusals import Refusal, refuse
from services.hours import Availability, Reason
from services.models import Municipality, Queue, Service, Topic

PREFACE = "preface"
"""The notice that tells what a guidance path has asked already."""

REFUSAL_OF_REASON = {
    Reason.FULL: Refusal.FULL,
    Reason.UNSTAFFED: Refusal.UNSTAFFED,
    Reason.SERVICE_PAUSED: Refusal.PAUSED,
    Reason.DISRUPTION: Refusal.DISRUPTED,
}


def entry_queue(service: Service, language: str) -> Queue | None:
    """The queue that a newcomer joins: the first active entry queue that serves her language, else the first of all."""
    queues = list(service.queues.filter(is_active=True, is_entry=True).select_related("service__county"))
    return next((queue for queue in queues if language in queue.languages), queues[0] if queues else None)


def takes_in(queue: Queue, service: Service, language: str) -> bool:
    """A newcomer who speaks the language may join this line of the service."""
    return queue.service_id == service.pk and queue.is_active and queue.is_entry and language in queue.languages


@transaction.atomic
def start_conversation(
    *,
    by: Actor,
    service: Service,
    token: UUID,
    now: datetime,
    language: str = "fi",
    contactor: str = "",
    topic: Topic | None = None,
    municipality: Municipality | None = None,
    entry_channel: str = EntryChannel.WEB,
    entry_page: str = "",
    body: str = "",
    another: bool = True,
    into: Queue | None = None,
    preface: str = "",
    earlier: Conversation | None = None,
    instead_of: Sequence[Earlier] = (),
) -> Conversation:
    """A resident joins the line of a service, in her own words if she likes, when it takes conversations (S001-4).

    Idempotent by the form's token. A resident who already waits or talks in the service comes back to that conversation,
    and her words go there (S002-49). One who has another open in some other service is asked first: `another` is her yes,
    and that she chose it is stored (M19). `body` is clean text (`protocol.clean_text`) or empty. What she is told of the
    wait is stored beside what it will be. `into`: the line that a guidance path names, if it is one of the service's that take
    newcomers; `preface`: what the path has asked and she has answered, which both see first (S003-20, S003-22). `earlier`:
    a question or a call request of hers that is open, of which she is asked in the same way, and of which the responder is
    told; `instead_of`: those whose place this one takes, in the same transaction. Raises
    ValidationError (closed, full, paused, unstaffed, disrupted, other_open, place_taken) and PermissionDenied to anyone but a
    resident.
    """
    if not isinstance(by, Resident):
        raise PermissionDenied
    existing = _existing(by, service, token)
    if existing is not None:
        return _come_back(existing, by=by, token=token, body=body, preface=preface, now=now)
    queue = into if into is not None and takes_in(into, service, language) else entry_queue(service, language)
    if queue is None:
        raise refuse(Refusal.CLOSED)
    state: Availability = availabilities([queue], now=now)[queue.pk]
    if not state.is_open:
        raise refuse(REFUSAL_OF_REASON.get(state.reason, Refusal.CLOSED))
    beside = Conversation.objects.filter(resident_key=by.key, county=service.county_id).open().exists() or earlier is not None
    if beside and not another:
        raise refuse(Refusal.OTHER_OPEN)
    try:
        with transaction.atomic():
            conversation = create_conversation(
                Conversation(
                    county=service.county,
                    service=service,
                    first_queue=queue,
                    queue=queue,
                    is_test=service.is_test,
                    resident_key=by.key,
                    start_token=token,
                    started_beside=beside,
                    origin=earlier,
                    contactor=contactor,
                    language=language,
                    entry_channel=entry_channel,
                    entry_page=entry_page[:200],
                    topic=topic if topic is not None and topic.service_id == service.pk else None,
                    municipality=municipality,
                    queued_at=now,
                    line_at=now,
                    seen_at=now,
                    last_message_at=now if body else None,
                    state=State.WAITING,
                    due_at=min(now + AWAY_AFTER, first_rung(queue, now=now) or now + AWAY_AFTER),
                ),
                body=body,
                now=now,
                preface=preface,
            )
            take_place(conversation, of=instead_of, now=now)
    except IntegrityError:
        # The same person pressed twice, or in two windows, at the same moment: the database let one through.
        existing = _existing(by, service, token)
        if existing is None:
            raise
        return _come_back(existing, by=by, token=token, body=body, preface=preface, now=now)
    announce_board(queues=[queue.pk])
    return conversation


def _existing(by: Resident, service: Service, token: UUID) -> Conversation | None:
    """What this form has started already, or the conversation that she has open in the service."""
    hers = Conversation.objects.filter(resident_key=by.key)
    return hers.filter(start_token=token).first() or hers.filter(service=service).open().first()


def _come_back(existing: Conversation, *, by: Resident, token: UUID, body: str, preface: str, now: datetime) -> Conversation:
    if preface and existing.start_token != token:
        row = lock_conversation(existing.public_id)
        if row.state != State.ENDED:
            append_events(row, _told(preface), now=now)
            row.save(update_fields=["head_all", "head_staff"])
    if body and existing.start_token != token:
        post_message(by=by, conversation=existing.public_id, client_id=token, body=body, now=now)
    return existing


def _told(preface: str) -> Entry:
    return Entry(EventKind.NOTICE, body=preface, payload={"code": PREFACE})


def create_conversation(conversation: Conversation, *, body: str, now: datetime, name: str = "", preface: str = "") -> Conversation:
    """The row, its first leg, the one who asks (by `name` only if she is a professional) and the first events."""
    conversation.save()
    leg = Leg.objects.create(conversation=conversation, queue=conversation.queue, queued_at=now)
    resident = Participant.objects.create(conversation=conversation, kind=ParticipantKind.RESIDENT, name=name, joined_at=now)
    entries = [Entry(EventKind.JOINED, resident, payload={"role": ParticipantKind.RESIDENT, **({"name": name} if name else {})})]
    if preface:
        entries.append(_told(preface))
    if body:
        entries.append(Entry(EventKind.MESSAGE, resident, body=body, client_id=uuid4()))
    append_events(conversation, *entries, now=now)
    if conversation.medium == Medium.CHAT:  # a form asks for no identification (S003-12)
        ask_at_start(conversation, now=now)
    promise(conversation, leg, now=now)
    conversation.save(update_fields=["head_all", "head_staff", "must_identify"])
    return conversation
