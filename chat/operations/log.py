"""Appending to a conversation's event log under its lock: the only place that gives out numbers one by one.

Words are masked here: no identity code is stored (P-6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, Resident, Staff
from chat.broadcast import announce
from chat.choices import AudienceChoice, EventKind, ParticipantKind
from chat.models import Conversation, Event, Participant
from chat.operations.masking import notice_in, told_lately
from chat.refusals import Refusal, refuse
from services.identity_codes import mask


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to be written; words only in `body`."""

    kind: EventKind
    participant: Participant | None = None
    audience: AudienceChoice = AudienceChoice.ALL
    body: str = ""
    client_id: UUID | None = None
    payload: dict[str, Any] = field(default_factory=dict)


def lock_conversation(public_id: UUID) -> Conversation:
    """The conversation, locked until the transaction ends (no-key lock: child rows are not hindered).

    Raises Conversation.DoesNotExist.
    """
    return Conversation.objects.select_for_update(no_key=True).get(public_id=public_id)


def lock_of_resident(*, by: Actor, conversation: UUID) -> Conversation:
    """The resident's own conversation, locked; anyone else's is as if there were none. Raises Conversation.DoesNotExist."""
    row = lock_conversation(conversation)
    if not isinstance(by, Resident) or row.resident_key != by.key:
        raise Conversation.DoesNotExist
    return row


def lock_of_responder(*, by: Actor, conversation: UUID) -> Conversation:
    """The conversation that the person has or had, locked.

    Raises PermissionDenied to others than staff, Conversation.DoesNotExist when she may not see it, ValidationError (not_yours).
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    row = lock_conversation(conversation)
    if not Conversation.objects.readable_by(by).filter(pk=row.pk).exists():
        raise Conversation.DoesNotExist
    if row.responder_id != by.user_id:
        raise refuse(Refusal.NOT_YOURS)
    return row


def append_events(conversation: Conversation, *entries: Entry, now: datetime) -> list[Event]:
    """Write the entries with the next numbers of their audiences, and announce them after the commit.

    Identity codes in their words are masked; of a resident's own message she is told why (P-6). The caller holds the
    conversation's lock and saves the row, whose heads this moves.
    """
    events = []
    for entry in _masked(conversation, entries, now=now):
        if entry.audience == AudienceChoice.ALL:
            conversation.head_all += 1
            seq = conversation.head_all
        else:
            conversation.head_staff += 1
            seq = conversation.head_staff
        events.append(
            Event(
                conversation=conversation,
                audience=entry.audience,
                seq=seq,
                kind=entry.kind,
                participant=entry.participant,
                client_id=entry.client_id,
                body=entry.body,
                payload=entry.payload,
                created_at=now,
            )
        )
    Event.objects.bulk_create(events)
    announce(conversation, events)
    return events


def _masked(conversation: Conversation, entries: Iterable[Entry], *, now: datetime) -> Iterator[Entry]:
    told = False
    for entry in entries:
        body, count = mask(entry.body, conversation.language) if entry.body else ("", 0)
        if not count:
            yield entry
            continue
        yield replace(entry, body=body)
        if not told and _is_hers(entry) and not told_lately([conversation.pk], now=now):
            told = True
            yield Entry(EventKind.NOTICE, body=notice_in(conversation.language))


def _is_hers(entry: Entry) -> bool:
    writer = entry.participant
    return entry.kind == EventKind.MESSAGE and writer is not None and writer.kind == ParticipantKind.RESIDENT
