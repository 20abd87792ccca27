"""A supervisor decides about the letters that were kept apart: into the line, or away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from chat.broadcast import announce_board
from chat.choices import LetterKind
from chat.letters import Letter
from chat.models import KeptLetter
from chat.operations.mail_in import begin_thread
from services.models import County, Mailbox

SHOWN = 300
KIND = KeptLetter._meta.label_lower


@transaction.atomic
def open_kept_letters(*, by: Actor, county: County) -> Sequence[KeptLetter]:
    """The supervisor looks at what was kept apart in her services' mailboxes, at most 300 at once; the look is recorded."""
    if not isinstance(by, Staff):
        raise PermissionDenied
    rows = KeptLetter.objects.readable_by(by).filter(mailbox__queue__service__county=county)
    found = list(rows.select_related("mailbox__queue__service").order_by("mailbox", "sender", "received_at", "pk")[:SHOWN])
    _record(found, by=by, action=AuditAction.READ, county=county)
    return found


@transaction.atomic
def take_kept_letters(*, by: Actor, county: County, letters: Iterable[UUID], now: datetime) -> int:
    """Each chosen letter becomes a conversation in its queue's line, promised from when it came; its sender is sent nothing until
    she is answered. What another has decided about meanwhile is passed over. Gives how many. Raises PermissionDenied."""
    rows = _chosen(by, county, letters)
    _record(rows, by=by, action=AuditAction.CREATE, county=county)
    for row in rows:
        begin_thread(row.mailbox, _letter_of(row), origin=None, came_at=row.received_at, is_told=False, now=now)
    return _let_go(rows)


@transaction.atomic
def dismiss_kept_letters(*, by: Actor, county: County, letters: Iterable[UUID]) -> int:
    """The chosen letters go from the portal, and lie in the mailbox still, marked as read. Gives how many.

    Raises PermissionDenied.
    """
    rows = _chosen(by, county, letters)
    _record(rows, by=by, action=AuditAction.DELETE, county=county)
    return _let_go(rows)


def _chosen(by: Actor, county: County, letters: Iterable[UUID]) -> list[KeptLetter]:
    if not isinstance(by, Staff):
        raise PermissionDenied
    chosen = KeptLetter.objects.filter(public_id__in=list(letters)[:SHOWN])
    rows = chosen.readable_by(by).filter(mailbox__queue__service__county=county)
    if chosen.exclude(pk__in=rows.values("pk")).exists():
        raise PermissionDenied
    return list(rows.select_for_update(no_key=True, of=("self",)).select_related("mailbox__queue__service__county").order_by("pk"))


def _let_go(rows: Sequence[KeptLetter]) -> int:
    KeptLetter.objects.filter(pk__in=[row.pk for row in rows]).delete()
    announce_board(queues=sorted({row.mailbox.queue_id for row in rows}))
    return len(rows)


def _record(rows: Iterable[KeptLetter], *, by: Actor, action: AuditAction, county: County) -> None:
    of: dict[Mailbox, int] = defaultdict(int)
    for row in rows:
        of[row.mailbox] += 1
    for mailbox, count in of.items():
        record_audit(
            by=by, action=action, object_type=KIND, object_id=mailbox.public_id, county=county.code, count=count, source="board"
        )


def _letter_of(row: KeptLetter) -> Letter:
    return Letter(
        key=row.key,
        message_id=row.message_id,
        sender=row.sender,
        subject=row.subject,
        text=row.text,
        quoted=row.quoted,
        files=tuple(row.files),
        marks=tuple(row.marks),
        returned=(),
        kind=LetterKind.PERSON,
        is_partial=row.is_partial,
    )


__all__ = ["dismiss_kept_letters", "open_kept_letters", "take_kept_letters"]
