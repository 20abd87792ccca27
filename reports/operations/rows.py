"""Rows behind figures are shown and taken along only by those who read the figures, and each time is written down first (P-3)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from reports.models import ReportGroup
from reports.months import Period
from reports.permissions import may_read
from services.models import County, Service

CONVERSATION = "chat.conversation"


def open_rows(
    *,
    by: Actor,
    county: County,
    service: Service | None,
    period: Period,
    metric: str,
    count: int,
    group: ReportGroup | None = None,
    kind: str = CONVERSATION,
) -> None:
    """Whoever reads the figures opens the list behind one of them; every opening leaves an audit row before anything is shown.

    `kind` is the type of the rows. Raises PermissionDenied.
    """
    _record(by, AuditAction.READ, county, service, group, f"report rows {metric} {period.first} {period.last}", count, kind)


def export_rows(
    *, by: Actor, county: County, service: Service | None, period: Period, count: int, group: ReportGroup | None = None
) -> None:
    """The same of the file with a row for each conversation. Raises PermissionDenied."""
    _record(by, AuditAction.EXPORT, county, service, group, f"report rows {period.first} {period.last}", count)


def _record(
    by: Actor,
    action: AuditAction,
    county: County,
    service: Service | None,
    group: ReportGroup | None,
    purpose: str,
    count: int,
    kind: str = CONVERSATION,
) -> None:
    if not isinstance(by, Staff) or not may_read(by, county=county, service=service, group=group):
        raise PermissionDenied
    told = service or group
    record_audit(
        by=by,
        action=action,
        object_type=kind,
        object_id=str(told.public_id) if told else "",
        county=county.code,
        purpose=purpose,
        source="reports",
        count=count,
    )
