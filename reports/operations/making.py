"""Making the reports that are due: by the portal each morning, or when a person asks; what fails is kept with its reason."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.actors import Actor, Staff, System
from accounts.choices import AuditAction
from accounts.operations import record_audit
from reports.choices import Making, WhyNotMade
from reports.making import due_months, why_not_made
from reports.metrics import Scope
from reports.metrics.scope import Told, scopes_of
from reports.models import MonthlyReport, QualitySample, ReportGroup, ReportRun
from reports.models.runs import ReportRunQuerySet
from reports.months import Month
from reports.operations.freezing import freeze_month
from reports.operations.quality import draw_sample
from reports.permissions import may_read
from services.models import County, Service

log = logging.getLogger(__name__)
NO_REPORT = frozenset({"too_early", "no_data"})
"""A month that is not over has no report yet, and one without data is a gap and never has."""
Key = tuple[int | None, int | None, date]
"""A service, a group, or the county when there is neither; and the first day of a month."""


class NotMadeError(Exception):
    """The report could not be made now; the reason is kept, and the next morning tries again."""

    def __init__(self, reason: WhyNotMade) -> None:
        super().__init__(reason.value)
        self.reason = reason


def make_report(
    *,
    by: Actor,
    county: County,
    service: Service | None,
    month: Month,
    now: datetime,
    group: ReportGroup | None = None,
    scope: Scope | None = None,
) -> MonthlyReport:
    """A due report is made now, of whatever month; made already, the same one comes back. That it is in the making is seen.

    No transaction: others see how far it is, and a failure stays written. A process that is ended on the way leaves the row of
    the making, which keeps nobody from making it again: the report itself is one by its constraint.
    Raises PermissionDenied, ValidationError (too_early, no_data), NotMadeError from what made it fail.
    """
    if not may_read(by, county=county, service=service, group=group):
        raise PermissionDenied
    runs = ReportRun.objects.of_scope(county=county, service=service, group=group).filter(month=month.first)
    was_there = MonthlyReport.objects.of_scope(county=county, service=service, group=group).filter(month=month.first).exists()
    try:
        if now >= month.report_at and not was_there:
            _begin(runs, ReportRun(county=county, service=service, group=group, month=month.first))
        report = freeze_month(by=by, county=county, service=service, group=group, month=month, now=now, scope=scope)
    except Exception as error:
        if isinstance(error, ValidationError) and error.code in NO_REPORT:
            runs.delete()
            raise
        reason = why_not_made(error)
        log.exception("report not made: county %s, service %s, group %s, month %s", county.code, _pk(service), _pk(group), month)
        with suppress(DatabaseError):  # when the database is gone, what is told of the failure cannot be kept either
            _fail(runs, error, reason)
        raise NotMadeError(reason) from error
    runs.delete()
    if isinstance(by, Staff) and not was_there:
        record_audit(
            by=by,
            action=AuditAction.CREATE,
            object_type="reports.monthlyreport",
            object_id=str(report.pk),
            county=county.code,
            after={"digest": report.digest, "revision": report.revision},
        )
    return report


def freeze_due_months(*, by: System, now: datetime) -> int:
    """Every scope of every county has the reports of its last months; what was missed is made now. Gives the number made.

    All that is missing waits from the beginning, so that people see how far it is; what has failed before is tried again, however
    old. A service's quality sample is drawn when its month is frozen.
    Raises what the first scope raised that could not be made, when all others have been: the next morning tries it again.
    """
    months = due_months(now)
    made = 0
    failed: list[Exception] = []
    missing = {county: _missing(county, months) for county in County.objects.filter(is_active=True).order_by("pk")}
    for county, found in missing.items():
        _plan(county, found)
    for county, found in missing.items():
        for month, scopes in found.items():
            made += _make_all(by, county, scopes, month, now, failed)
        _draw_samples(by, county, months, now, failed)
    if failed:
        raise failed[0]
    return made


def _missing(county: County, months: Sequence[Month]) -> dict[Month, list[Told]]:
    """What has no report of the months, and what was begun or failed of any other."""
    scopes = scopes_of(county)
    open_runs = set(ReportRun.objects.filter(county=county).values_list("service", "group", "month"))
    days = {month.first for month in months} | {day for _service, _group, day in open_runs}
    have = set(MonthlyReport.objects.filter(county=county, revision=1, month__in=days).values_list("service", "group", "month"))
    others = sorted({Month.of(day) for day in days} - set(months), reverse=True)
    found = {month: [told for told in scopes if _key(told, month) not in have] for month in months}
    for month in others:
        found[month] = [told for told in scopes if _key(told, month) in open_runs - have]
    return found


def _plan(county: County, missing: dict[Month, list[Told]]) -> None:
    """All that is missing waits; what waits no longer, because it is there or out of use, goes."""
    keys = {_key(told, month) for month, scopes in missing.items() for told in scopes}
    rows = ReportRun.objects.filter(county=county)
    held: dict[Key, int] = {(row.service_id, row.group_id, row.month): row.pk for row in rows}
    rows.filter(pk__in=[pk for key, pk in held.items() if key not in keys]).delete()
    ReportRun.objects.bulk_create(
        [
            ReportRun(county=county, service_id=service, group_id=group, month=day, changed_at=timezone.now())
            for service, group, day in _in_order(keys - held.keys())
        ],
        ignore_conflicts=True,  # two who plan at once plan the same
    )


def _make_all(by: System, county: County, scopes: Sequence[Told], month: Month, now: datetime, failed: list[Exception]) -> int:
    """The month of each of these scopes; what several of them ask is read once. Each stands as soon as it is made, and one that
    fails keeps no other from theirs.
    """
    at_once = Scope.at_once([Scope.told(county, *told) for told in scopes]) if scopes else []
    made = 0
    for (service, group), scope in zip(scopes, at_once, strict=True):
        try:
            make_report(by=by, county=county, service=service, group=group, month=month, now=now, scope=scope)
            made += 1
        except ValidationError:
            continue
        except Exception as error:  # noqa: BLE001  (one that fails must not keep the others from theirs)
            failed.append(error.__cause__ if isinstance(error, NotMadeError) and isinstance(error.__cause__, Exception) else error)
    return made


def _draw_samples(by: System, county: County, months: Sequence[Month], now: datetime, failed: list[Exception]) -> None:
    """Each frozen month of a service has its quality sample; where nobody answered there is none to draw (M35)."""
    days = [month.first for month in months]
    rows = MonthlyReport.objects.filter(county=county, revision=1, service__is_test=False, month__in=days)
    drawn = QualitySample.objects.filter(service=OuterRef("service"), month=OuterRef("month"))
    for row in rows.exclude(Exists(drawn)).select_related("service").order_by("pk"):
        try:
            draw_sample(by=by, county=county, service=row.service, month=Month.of(row.month), now=now)
        except ValidationError:
            continue
        except Exception as error:  # noqa: BLE001  (one that fails must not keep the others from theirs)
            failed.append(error)


@transaction.atomic
def _begin(runs: ReportRunQuerySet, row: ReportRun) -> None:
    at = timezone.now()
    row.changed_at = at
    ReportRun.objects.bulk_create([row], ignore_conflicts=True)
    runs.update(state=Making.MAKING, reason="", error="", began_at=at, changed_at=at, tries=F("tries") + 1)


def _fail(runs: ReportRunQuerySet, error: Exception, reason: WhyNotMade) -> None:
    """Only of what is in the making: what another has made meanwhile has no row any more."""
    runs.filter(state=Making.MAKING).update(
        state=Making.FAILED, reason=reason, error=type(error).__name__[:60], changed_at=timezone.now()
    )


def _key(told: Told, month: Month) -> Key:
    return (_pk(told[0]), _pk(told[1]), month.first)


def _pk(row: Service | ReportGroup | None) -> int | None:
    return row.pk if row else None


def _in_order(keys: Collection[Key]) -> list[Key]:
    """Always in the same order, so that two who plan at once wait for each other in none but that."""
    return sorted(keys, key=lambda key: (key[2], key[0] or 0, key[1] or 0))
