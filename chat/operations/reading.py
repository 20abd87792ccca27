"""Staff opening a conversation (audited), and how far anyone has read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.actors import Actor, Resident, Staff
from accounts.choices import AuditAction
from accounts.models import AuditEntry, User
from accounts.operations import record_audit
from chat.broadcast import announce_board
from chat.models import Conversation, Participant

_SOCKET_FIELDS = ("public_id", "queue_id", "responder_id", "state", "county__code", "service__public_id")
OPENING_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """What the opener may follow: the conversation, and whether the notes of staff too."""

    conversation: Conversation
    participant: Participant | None
    staff: bool


def open_conversation(
    *, by: Actor, conversation: UUID, now: datetime, source: str = "", whole: bool = True, purpose: str = ""
) -> Opened:
    """Someone opens a conversation to read it: a resident her own, staff where a grant reaches.

    A member of staff leaves an audit row before anything is shown, once an hour while she keeps it open; when the audit
    can't be written nothing is shown. Raises Conversation.DoesNotExist to everyone else. With `whole` false only what a
    socket needs is read. `purpose`: why, where it is more than answering or serving.
    No transaction: the audit row is one insert of its own, and SQLite would lock out every writer.
    """
    readable = Conversation.objects.readable_by(by)
    if whole:
        readable = readable.select_related("county", "service", "queue", "topic", "responder", "professional")
    else:
        readable = readable.select_related("county", "service").only(*_SOCKET_FIELDS)
    row = readable.get(public_id=conversation)
    if isinstance(by, Staff):
        reason = purpose or ("responding" if row.responder_id == by.user_id else "service")
        _audit_hourly(by, row, AuditAction.READ, now=now, purpose=reason, source=source)
        return Opened(row, Participant.objects.filter(conversation=row, user_id=by.user_id).first(), staff=True)
    return Opened(row, Participant.objects.filter(conversation=row, user__isnull=True).first(), staff=False)


def earlier_conversations(*, by: Actor, conversation: UUID, now: datetime, limit: int = 20) -> list[Conversation]:
    """The identified person's other conversations that the reader's own grants reach, the newest first; audited.

    Nothing is told of those beyond her grants, not even how many. Who is not identified has none. A list that is shown
    leaves one audit row an hour, before it is shown. Raises Conversation.DoesNotExist.
    """
    readable = Conversation.objects.readable_by(by)
    row = readable.select_related("county").get(public_id=conversation)
    if not row.person or not isinstance(by, Staff):
        return []
    others = readable.filter(person=row.person, county=row.county).exclude(pk=row.pk)
    found = list(others.select_related("service", "topic", "responder").order_by("-queued_at")[:limit])
    if found:
        _audit_hourly(by, row, AuditAction.SEARCH, now=now, purpose="earlier", source="console", count=len(found))
    return found


LINKED_DAYS = timedelta(days=14)


def linked_conversations(*, by: Actor, conversation: UUID, now: datetime, limit: int = 20) -> list[Conversation]:
    """What the same resident has asked beside this one, by any medium, in the last two weeks: she may have asked twice (S002-49).

    Only what the reader's own grants reach; a list that is shown leaves one audit row an hour. Raises Conversation.DoesNotExist.
    """
    readable = Conversation.objects.readable_by(by)
    row = readable.select_related("county").get(public_id=conversation)
    if not isinstance(by, Staff) or row.professional_id is not None:
        return []
    others = readable.linked_with(row).filter(queued_at__gte=now - LINKED_DAYS)
    found = list(others.select_related("service", "topic", "responder").order_by("-queued_at")[:limit])
    if found:
        _audit_hourly(by, row, AuditAction.SEARCH, now=now, purpose="linked", source="console", count=len(found))
    return found


def _audit_hourly(
    by: Staff, row: Conversation, action: AuditAction, *, now: datetime, purpose: str, source: str, count: int | None = None
) -> None:
    """One audit row an hour for the same person, conversation and action."""
    reader = User.objects.values_list("public_id", flat=True).get(pk=by.user_id)
    about: dict[str, Any] = {"object_type": "chat.conversation", "object_id": str(row.public_id), "action": action}
    if not AuditEntry.objects.filter(**about, actor_id=str(reader), at__gt=now - OPENING_LASTS).exists():
        record_audit(by=by, **about, county=row.county.code, purpose=purpose, source=source, count=count)


def export_record(*, by: Actor, conversation: UUID, whole: bool = False) -> Conversation:
    """Staff take the text for the client record, with the whole log or without; each time leaves an audit row first.

    Raises Conversation.DoesNotExist to those whose grants do not reach it, and to residents.
    """
    if not isinstance(by, Staff):
        raise Conversation.DoesNotExist
    readable = Conversation.objects.readable_by(by)
    row = readable.select_related("county", "service", "topic", "responder", "wrong_service_target").get(public_id=conversation)
    record_audit(
        by=by,
        action=AuditAction.EXPORT,
        object_type="chat.conversation",
        object_id=str(row.public_id),
        county=row.county.code,
        purpose="client record with the log" if whole else "client record",
        source="console",
    )
    return row


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a participant has been shown each audience."""

    participant: UUID
    seen_all: int
    seen_staff: int = 0


def mark_seen(*, by: Actor, marks: Collection[Mark]) -> None:
    """Note how far people have read; marks never go back and never beyond what there is.

    The beat, which has collected the marks of sockets that were let in, acts as System; others move their own marks only.
    Announces the boards of the responders concerned.
    """
    rows = Participant.objects.filter(public_id__in=[mark.participant for mark in marks])
    if isinstance(by, Staff):
        rows = rows.filter(user_id=by.user_id)
    elif isinstance(by, Resident):
        rows = rows.filter(user__isnull=True, conversation__resident_key=by.key)
    wanted = {mark.participant: mark for mark in marks}
    changed = []
    for pk, public_id, user_id, head_all, head_staff in rows.values_list(
        "pk", "public_id", "user_id", "conversation__head_all", "conversation__head_staff"
    ):
        mark = wanted[public_id]
        changed.append((pk, min(mark.seen_all, head_all), min(mark.seen_staff, head_staff), user_id))
    if changed:
        Participant.objects.write_seen([(pk, seen_all, seen_staff) for pk, seen_all, seen_staff, _ in sorted(changed)])
        announce_board(users={user_id for *_, user_id in changed})
