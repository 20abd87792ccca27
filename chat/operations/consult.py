"""A professional asks: she has signed in, tells nothing of her client, and goes before the others or into a line of her own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.actors import Actor, Staff
from accounts.models import User
from chat.availability import availabilities
from chat.broadcast import announce_board
from chat.choices import Contactor, State
from chat.models import Conversation
from chat.models.conversations import AWAY_AFTER
from chat.operations.messages import post_message
from chat.operations.start import REFUSAL_OF_REASON, create_conversation
from chat.permissions import may_consult
from chat.refusals import Refusal, refuse
from chat.residents import asking
from services.choices import ServiceStatus
from services.models import Queue, Service

BEFORE_OTHERS = 1


def professionals_queue(queues: Iterable[Queue], language: str) -> Queue | None:
    """The line of a service that professionals join: one that serves her language, else the first; none: it takes none.

    The main user marks the line `for_professionals`. A line that residents can't join is the professionals' own; in one
    that is shared with residents they go before them.
    """
    marked = [queue for queue in queues if queue.is_active and queue.for_professionals]
    marked.sort(key=lambda queue: (queue.is_entry, language not in queue.languages, queue.order, queue.key))
    return marked[0] if marked else None


def start_consultation(
    *, by: Actor, service: Service, token: UUID, client_present: bool, now: datetime, language: str = "fi", body: str = ""
) -> Conversation:
    """A signed-in professional of the county joins a service's line, without a word of who her client is (S001-57).

    She is bound to it: it opens for her alone, while she is signed in. Idempotent by the form's token; who already has a
    question open in the service comes back to it. Counted apart from residents. Raises PermissionDenied to anyone who has
    no role in the county, ValidationError (closed, full, paused, unstaffed, disrupted).
    """
    if not isinstance(by, Staff) or not may_consult(by, county=service.county.code):
        raise PermissionDenied
    try:
        return _start(by, service, token, client_present=client_present, now=now, language=language, body=body)
    except IntegrityError:
        # She pressed twice, or in two windows, at the same moment: the database let one through.
        return _start(by, service, token, client_present=client_present, now=now, language=language, body=body)


@transaction.atomic
def _start(
    by: Staff, service: Service, token: UUID, *, client_present: bool, now: datetime, language: str, body: str
) -> Conversation:
    asker = asking(by)
    hers = Conversation.objects.filter(resident_key=asker.key)
    existing = hers.filter(start_token=token).first() or hers.filter(service=service).open().first()
    if existing is not None:
        if body and existing.start_token != token:
            post_message(by=asker, conversation=existing.public_id, client_id=token, body=body, now=now)
        return existing
    open_service = service.status == ServiceStatus.OPEN and not service.is_test
    queue = professionals_queue(service.queues.select_related("service__county"), language) if open_service else None
    if queue is None:
        raise refuse(Refusal.CLOSED)
    state = availabilities([queue], now=now)[queue.pk]
    if not state.is_open:
        raise refuse(REFUSAL_OF_REASON.get(state.reason, Refusal.CLOSED))
    user = User.objects.get(pk=by.user_id)
    conversation = create_conversation(
        Conversation(
            county=service.county,
            service=service,
            first_queue=queue,
            queue=queue,
            resident_key=asker.key,
            start_token=token,
            contactor=Contactor.PROFESSIONAL,
            professional=user,
            client_present=client_present,
            priority=BEFORE_OTHERS if queue.is_entry else 0,
            language=language,
            queued_at=now,
            line_at=now,
            seen_at=now,
            last_message_at=now if body else None,
            state=State.WAITING,
            due_at=now + AWAY_AFTER,
        ),
        body=body,
        now=now,
        name=user.shown_name,
    )
    announce_board(queues=[queue.pk])
    return conversation
