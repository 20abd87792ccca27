"""A service chooses the metrics of its report (S000-43)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from reports.choices import ALWAYS_SHOWN
from reports.models import ReportSelection
from reports.permissions import may_choose, recipients_of
from reports.selection import offered
from services.models import Service


@transaction.atomic
def choose_metrics(
    *,
    by: Actor,
    service: Service,
    metrics: Collection[str],
    without_target: Collection[str],
    recipients: Collection[User],
    version: int | None,
    now: datetime,
) -> ReportSelection:
    """Who reads a service's figures says which of them its report shows, which need no target, and who gets the report.

    The metrics of the review's four topics are always in it. `version` is that of what was read; None: nobody had chosen yet.
    Raises PermissionDenied, ValidationError (unknown, not_a_reader, stale).
    """
    service = Service.objects.select_related("county").select_for_update(of=("self",), no_key=True).get(pk=service.pk)
    if not may_choose(by, county=service.county, service=service):
        raise PermissionDenied
    wanted = {*metrics, *ALWAYS_SHOWN}
    if unknown := (wanted | set(without_target)) - set(offered()):
        raise ValidationError(_("There is no metric %(codes)s."), code="unknown", params={"codes": ", ".join(sorted(unknown))})
    people = {user.pk for user in recipients}
    if people - set(recipients_of(county=service.county, service=service).values_list("pk", flat=True)):
        raise ValidationError(_("A recipient must be one who may read the figures of the service."), code="not_a_reader")
    row = ReportSelection.objects.filter(service=service).first()
    if (row.version if row else None) != version:
        raise ValidationError(_("Somebody else has saved a newer choice. Look at it and choose again."), code="stale")
    before = _told(row) if row else None
    row = row or ReportSelection(county=service.county, service=service, version=0)
    row.metrics = [code for code in offered() if code in wanted]
    row.without_target = [code for code in row.metrics if code in set(without_target)]
    row.saved_at, row.saved_by_id = now, by.user_id if isinstance(by, Staff) else None
    row.version += 1
    row.save()
    row.recipients.set(people)
    record_audit(
        by=by,
        action=AuditAction.CHANGE if before else AuditAction.CREATE,
        object_type="reports.reportselection",
        object_id=str(service.public_id),
        county=service.county.code,
        before=before,
        after=_told(row),
    )
    return row


def _told(row: ReportSelection) -> dict[str, object]:
    people = row.recipients.order_by("public_id").values_list("public_id", flat=True)
    return {"metrics": row.metrics, "without_target": row.without_target, "recipients": [str(each) for each in people]}
