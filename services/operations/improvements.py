"""What should be better comes to one list, whoever noticed it and wherever: a rollout, a review of a report, feedback (S001-24)."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor
from accounts.choices import AuditAction, Role
from accounts.models import User
from accounts.operations import record_audit
from accounts.permissions import has_role_anywhere
from services.models import County, Improvement, Service
from services.operations.rules import Judge
from services.operations.snapshots import snapshot


@transaction.atomic
def add_improvement(
    *,
    by: Actor,
    county: County,
    service: Service | None,
    title: str,
    description: str = "",
    source: str = "",
    owner: User | None = None,
    due_on: date | None = None,
    now: datetime,
) -> Improvement:
    """Whoever works for the county may tell what should be better; how it goes on is decided by those who keep it."""
    if not has_role_anywhere(by, Role.values, county=county.code):
        raise PermissionDenied
    row = Improvement(
        county=county,
        service=service,
        title=title,
        description=description,
        source=source,
        owner=owner,
        due_on=due_on,
        created_at=now,
        moved_at=now,
    )
    Judge().row(row, before=None)
    row.save()
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type=row._meta.label_lower,
        object_id=row.public_id,
        county=county.code,
        after=snapshot(row),
    )
    return row
