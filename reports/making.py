"""How far the reports of a month are: waiting, being made, failed and why, and when the portal tries next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q

from reports.choices import Making, WhyNotMade
from reports.models import MonthlyReport, ReportGroup, ReportRun
from reports.months import DAY, REPORT_TIME, Month
from services.calendars import first_instant, local_date
from services.models import County, Service

CATCH_UP = 3
"""So many months back a report that was missed is still made by itself."""
CUT_OFF = timedelta(minutes=30)
"""What has been in the making for so long is not made by anybody: its process was ended."""
TIMEOUTS = frozenset({"QueryCanceled", "LockNotAvailable"})


@dataclass(frozen=True, slots=True)
class OfReport:
    """How far one report is that is not there yet."""

    run: ReportRun | None
    report_at: datetime
    next_at: datetime
    """When the portal itself makes it next."""
    is_due: bool
    is_by_itself: bool
    """The portal makes it without being asked; what is older and never was begun it does not."""
    is_running: bool
    """Somebody makes it, or another of the same month, right now."""
    is_cut_off: bool
    ready: int = 0
    total: int = 0

    @property
    def is_failed(self) -> bool:
        """It was tried in vain."""
        return self.run is not None and self.run.state == Making.FAILED

    @property
    def is_making(self) -> bool:
        """It is being made right now."""
        return self.run is not None and self.run.state == Making.MAKING and not self.is_cut_off

    @property
    def may_be_asked_for(self) -> bool:
        """It is due, and nobody makes it at this moment."""
        return self.is_due and not self.is_making


@dataclass(frozen=True, slots=True)
class OfMonth:
    """The report that the page tells of, when it is not made; and on the county's page all that have failed."""

    own: OfReport | None
    failed: Sequence[ReportRun]


def making_of(
    county: County, service: Service | None, group: ReportGroup | None, month: Month, *, has_report: bool, now: datetime
) -> OfMonth:
    """Of a scope whose figures the person may read: whoever calls has asked that. One query, and one more when something waits.

    It `has_report` when that is frozen, or when there is nothing of which one could be made.
    """
    is_whole = service is None and group is None
    rows: list[ReportRun] = []
    if is_whole or (not has_report and now >= month.report_at):
        rows = list(
            ReportRun.objects.filter(Q(month=month.first) | Q(state=Making.FAILED), county=county).select_related(
                "service", "group"
            )
        )
    failed = [row for row in rows if row.state == Making.FAILED and is_whole]
    over = local_date(now) > month.last
    if has_report or not over:
        return OfMonth(None, failed)
    scope = (service.pk if service else None, group.pk if group else None)
    own = next((row for row in rows if row.month == month.first and (row.service_id, row.group_id) == scope), None)
    return OfMonth(_of_report(own, [row for row in rows if row.month == month.first], month, now), failed)


def _of_report(own: ReportRun | None, rows: Sequence[ReportRun], month: Month, now: datetime) -> OfReport:
    going = [row for row in rows if row.state == Making.MAKING and not is_cut_off(row, now)]
    ready = total = 0
    if own is not None and own.state != Making.FAILED:
        ready = MonthlyReport.objects.filter(county=own.county_id, month=month.first, revision=1).count()
        total = ready + len(rows)
    return OfReport(
        run=own,
        report_at=month.report_at,
        next_at=next_run(now),
        is_due=now >= month.report_at,
        is_by_itself=own is not None or month in due_months(now),
        is_running=bool(going),
        is_cut_off=own is not None and is_cut_off(own, now),
        ready=ready,
        total=total,
    )


def is_cut_off(row: ReportRun, now: datetime) -> bool:
    """It was begun, and its process was ended before it was made."""
    return row.state == Making.MAKING and now - row.changed_at > CUT_OFF


def due_months(now: datetime) -> list[Month]:
    """The months whose reports the portal makes by itself, the latest first."""
    last = Month.of(local_date(now)).shifted(-1)
    return [month for n in range(CATCH_UP) if (month := last.shifted(-n)).report_at <= now]


def next_run(now: datetime) -> datetime:
    """The portal looks each morning at six what is missing."""
    today = first_instant(local_date(now), REPORT_TIME)
    return today if now < today else first_instant(local_date(now) + DAY, REPORT_TIME)


def why_not_made(error: BaseException) -> WhyNotMade:
    """The kind of the error, in words that tell nothing of any row."""
    if type(error.__cause__).__name__ in TIMEOUTS or isinstance(error, TimeoutError):
        return WhyNotMade.TOO_SLOW
    return WhyNotMade.DATABASE if isinstance(error, DatabaseError | ConnectionError) else WhyNotMade.FAULT
