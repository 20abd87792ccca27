"""A person's calendar feed: made, renewed and revoked by herself."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Staff
from accounts.choices import AuditAction, Role
from accounts.operations import record_audit
from accounts.permissions import has_role_anywhere
from adoption.models import CalendarKey


@transaction.atomic
def make_calendar(*, by: Staff, now: datetime) -> CalendarKey:
    """A professional gets an address for her calendar; a new one makes the old one open nothing."""
    if not has_role_anywhere(by, Role.values):
        raise PermissionDenied
    row, _made = CalendarKey.objects.update_or_create(user_id=by.user_id, defaults={"key": uuid.uuid4(), "made_at": now})
    _audit(by, AuditAction.CREATE, row)
    return row


@transaction.atomic
def revoke_calendar(*, by: Staff) -> None:
    """She closes it: the address opens nothing any more."""
    row = CalendarKey.objects.filter(user_id=by.user_id).first()
    if row is not None:
        _audit(by, AuditAction.DELETE, row)
        row.delete()


def _audit(by: Staff, action: AuditAction, row: CalendarKey) -> None:
    record_audit(by=by, action=action, object_type=row._meta.label_lower, object_id=row.pk)
