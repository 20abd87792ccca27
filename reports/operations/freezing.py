"""Freezing a month: once, not before its third working day; a correction when a person asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from reports.frozen import differences, digest_of, kept
from reports.gaps import extent_of
from reports.metrics import FORMULAS, Scope, figures_of
from reports.metrics.scope import opened_days
from reports.models import MonthlyReport, ReportGroup
from reports.months import Month
from reports.operations.letters import tell_recipients
from reports.permissions import may_read
from reports.selection import chosen_codes, only
from services.calendars import local_date
from services.models import County, Service


def freeze_month(
    *,
    by: Actor,
    county: County,
    service: Service | None,
    month: Month,
    now: datetime,
    group: ReportGroup | None = None,
    scope: Scope | None = None,
) -> MonthlyReport:
    """A month is frozen once as revision 1, not before six on the third working day after it; asked again, the same one comes back.

    A `scope` that is at hand already is of the same services.

    Raises PermissionDenied to who does not read the figures, ValidationError (too_early, no_data).
    """
    if not may_read(by, county=county, service=service, group=group):
        raise PermissionDenied
    rows = MonthlyReport.objects.of_scope(county=county, service=service, group=group).filter(month=month.first)
    first: MonthlyReport | None = rows.filter(revision=1).first()
    if first is not None:
        return first
    if now < month.report_at:
        raise ValidationError(_("The month is not over yet, or its corrections are still awaited."), code="too_early")
    scope = scope or Scope.told(county, service, group)
    figures = _figures(scope, service, month, now)
    if _is_gap(scope, month, contacts=figures["M01"]["n"], now=now):
        raise ValidationError(_("There is no data of this month."), code="no_data")
    row = _row(by, county, service, group, month, figures, revision=1, now=now)
    with transaction.atomic():
        MonthlyReport.objects.bulk_create([row], ignore_conflicts=True)  # two who freeze at once make one
        report: MonthlyReport = rows.select_related("county", "service", "group").get(revision=1)
        tell_recipients(report)
    return report


@transaction.atomic
def revise_month(
    *,
    by: Actor,
    county: County,
    service: Service | None,
    month: Month,
    reason: str,
    now: datetime,
    group: ReportGroup | None = None,
) -> MonthlyReport:
    """A new revision is made only when a person asks for it and says why; the old one stays, and what differs is listed.

    Raises PermissionDenied, MonthlyReport.DoesNotExist (nothing is frozen), ValidationError (reason_missing, unchanged).
    """
    if not isinstance(by, Staff) or not may_read(by, county=county, service=service, group=group):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError(_("Say why a new revision is needed."), code="reason_missing")
    County.objects.select_for_update(no_key=True).get(pk=county.pk)
    rows = MonthlyReport.objects.of_scope(county=county, service=service, group=group).filter(month=month.first)
    last = rows.order_by("-revision").first()
    if last is None:
        raise MonthlyReport.DoesNotExist
    figures = _figures(Scope.told(county, service, group), service, month, now)
    found = differences(last.values, figures)
    if not found and last.formulas == FORMULAS:
        raise ValidationError(_("Nothing has changed since the last revision."), code="unchanged")
    row = _row(by, county, service, group, month, figures, revision=last.revision + 1, now=now)
    row.reason, row.differences = reason.strip()[:200], found
    row.save()
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type="reports.monthlyreport",
        object_id=str(row.pk),
        county=county.code,
        before={"digest": last.digest},
        after={"digest": row.digest, "revision": row.revision},
    )
    return row


def _figures(scope: Scope, service: Service | None, month: Month, now: datetime) -> dict[str, Any]:
    return kept(only(figures_of(scope, month.period, now=now).total, chosen_codes(service)))


def _is_gap(scope: Scope, month: Month, *, contacts: int, now: datetime) -> bool:
    return extent_of(month, opened=opened_days(scope), contacts=contacts, today=local_date(now)).is_gap


def _row(
    by: Actor,
    county: County,
    service: Service | None,
    group: ReportGroup | None,
    month: Month,
    figures: dict[str, Any],
    *,
    revision: int,
    now: datetime,
) -> MonthlyReport:
    return MonthlyReport(
        county=county,
        service=service,
        group=group,
        month=month.first,
        revision=revision,
        formulas=FORMULAS,
        figures=figures,
        digest=digest_of(figures, formulas=FORMULAS),
        made_at=now,
        made_by_id=by.user_id if isinstance(by, Staff) else None,
    )
