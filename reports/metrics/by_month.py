"""Contacts of several months in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from chat.models import Conversation
from reports.metrics.columns import Columns
from reports.metrics.passes import FIRST, added
from reports.metrics.scope import Row, Scope
from reports.months import Month, Period


def of_months(scope: Scope, period: Period, months: Sequence[Month], name: str, adds: Columns) -> list[Row]:
    """What adds up, of each service (`service`) in each of these months of the period (`month`): one query."""

    def rows(of: Scope) -> QuerySet[Conversation]:
        return of.rows(period).alias(of_month=of_month(months)).filter(of_month__isnull=False)

    found = added(scope, f"{name} {told(months)}", rows, adds, {"cell": of_month(months), "by_service": F(FIRST)})
    return [{**row, "month": months[row["cell"]], "service": row["by_service"]} for row in found]


def told(months: Sequence[Month]) -> str:
    """Which months, in words by which what was read of them is found again."""
    return " ".join(map(str, months))


def of_month(months: Sequence[Month]) -> Case:
    """The number of the month among these, which are in order; none in another. By halves: there may be dozens."""
    return _halved([month.period.interval for month in months], 0)


def _halved(intervals: Sequence[tuple[datetime, datetime]], first: int) -> Case:
    if len(intervals) == 1:
        starts, ends = intervals[0]
        return Case(When(queued_at__gte=starts, queued_at__lt=ends, then=Value(first)), output_field=IntegerField())
    half = len(intervals) // 2
    return Case(
        When(queued_at__lt=intervals[half][0], then=_halved(intervals[:half], first)),
        default=_halved(intervals[half:], first + half),
        output_field=IntegerField(),
    )
