"""A queue's mailbox is set up and tried by its county's main user, and fetched from by one process at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from accounts.choices import AuditAction
from accounts.operations import record_audit
from accounts.sealing import MAILBOX, seal
from services.choices import MailTrouble
from services.models import Mailbox
from services.operations.rows import change_row, create_row
from services.postbox import try_incoming, try_outgoing

CLAIM_LASTS = timedelta(minutes=10)
TO_WHOM = ("username", "imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security")
"""To whom the password goes: when one of these changes it is given anew, so that nobody is sent it who has not had it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What hinders each way, if anything."""

    incoming: MailTrouble | None
    outgoing: MailTrouble | None


@transaction.atomic
def make_mailbox(*, by: Actor, mailbox: Mailbox, password: str = "", source: str = "") -> Mailbox:
    """A queue gets a mailbox, which is out of use until it is switched on."""
    row = create_row(by=by, row=mailbox, source=source)
    return _with_password(row, password, by=by, source=source)


@transaction.atomic
def change_mailbox(
    *, by: Actor, mailbox: Mailbox, values: Mapping[str, Any], password: str = "", version: int | None = None, source: str = ""
) -> Mailbox:
    """Its settings change; the password stays when none is given, unless another server or user would get it.

    Raises ValidationError (password_missing, password_again, stale), PermissionDenied.
    """
    before = Mailbox.objects.get(pk=mailbox.pk)
    row = change_row(by=by, row=mailbox, values=values, version=version, source=source)
    moved = any(getattr(before, name) != getattr(row, name) for name in TO_WHOM)
    if moved and before.sealed_password and row.username and not password:
        words = _("Give the password again: the server or the user has changed.")
        raise ValidationError({"password": ValidationError(words, code="password_again")})
    return _with_password(row, password, by=by, source=source)


def try_mailbox(*, by: Actor, mailbox: Mailbox) -> Trial:
    """The main user tries both ways before the mailbox is in use; nothing is fetched and nothing is sent."""
    row: Mailbox | None = Mailbox.objects.editable_by(by).filter(pk=mailbox.pk).first()
    if row is None:
        raise PermissionDenied
    return Trial(try_incoming(row), try_outgoing(row))


def claim_mailbox(*, by: Actor, mailbox: Mailbox, now: datetime) -> bool:
    """One process at a time fetches from a mailbox; a process that dies gives it free in ten minutes. Raises PermissionDenied."""
    if not isinstance(by, System):
        raise PermissionDenied
    return bool(Mailbox.objects.in_use().free(now=now).filter(pk=mailbox.pk).update(claimed_until=now + CLAIM_LASTS))


def note_fetch(*, by: Actor, mailbox: Mailbox, trouble: MailTrouble | None, left: int, now: datetime) -> None:
    """How the fetching went is shown on the mailbox's page, and others may fetch again. Raises PermissionDenied."""
    if not isinstance(by, System):
        raise PermissionDenied
    rows = Mailbox.objects.filter(pk=mailbox.pk)
    if trouble is None:
        rows.update(claimed_until=None, fetched_at=now, trouble="", trouble_at=None, left_count=F("left_count") + left)
    else:
        rows.update(claimed_until=None, trouble=trouble, trouble_at=now, left_count=F("left_count") + left)


def _with_password(row: Mailbox, password: str, *, by: Actor, source: str) -> Mailbox:
    if password:
        row.sealed_password = seal(password, purpose=MAILBOX)
        Mailbox.objects.filter(pk=row.pk).update(sealed_password=row.sealed_password)
        record_audit(
            by=by,
            action=AuditAction.CHANGE,
            object_type=Mailbox._meta.label_lower,
            object_id=str(row.public_id),
            county=row.queue.service.county.code,
            purpose="password",
            source=source,
        )
    if row.is_on and row.username and not row.sealed_password:
        words = _("Give the password before you switch the mailbox on.")
        raise ValidationError({"password": ValidationError(words, code="password_missing")})
    return row


__all__ = ["Trial", "change_mailbox", "claim_mailbox", "make_mailbox", "note_fetch", "try_mailbox"]
