"""Contacts of several months in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Case, DateTimeField, F, Field, Func, IntegerField, QuerySet, Value, When
from django.db.models.expressions import Combinable

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


class LocalMonth(Func):
    """The month on the wall at a stamp, as PostgreSQL cuts it. Its statistics `conversation_month` (chat’s migration 0023) are of
    the very same words, and let it count by month without sorting.
    """

    template = "date_trunc('month', %(expressions)s AT TIME ZONE 'Europe/Helsinki')"
    output_field = DateTimeField()


def month_of(months: Sequence[Month]) -> Combinable:
    """The month as the database in use tells it best: `number_of` reads it."""
    return LocalMonth("queued_at") if connection.vendor == "postgresql" else of_month(months)


def number_of(cell: Any, months: Sequence[Month]) -> int | None:
    """The number among the months of what `month_of` gave; none of another month."""
    if not isinstance(cell, datetime):
        return int(cell) if cell is not None else None
    month = Month(cell.year, cell.month)
    return months.index(month) if month in months else None


def told(months: Sequence[Month]) -> str:
    """Which months, in words by which what was read of them is found again."""
    return " ".join(map(str, months))


def of_month(months: Sequence[Month]) -> Case:
    """The number of the month among these, which are in order; none in another. By halves: there may be dozens."""
    return by_interval([month.period.interval for month in months], range(len(months)), IntegerField())


def by_interval(intervals: Sequence[tuple[datetime, datetime]], values: Sequence[Any], kind: Field[Any, Any]) -> Case:
    """The value of the one of these intervals, which are in order and apart, in which a contact was queued; none of another moment.

    By halves: no database follows a thousand alternatives, one inside the other.
    """
    if len(intervals) == 1:
        starts, ends = intervals[0]
        return Case(When(queued_at__gte=starts, queued_at__lt=ends, then=Value(values[0], output_field=kind)), output_field=kind)
    half = len(intervals) // 2
    return Case(
        When(queued_at__lt=intervals[half][0], then=by_interval(intervals[:half], values[:half], kind)),
        default=by_interval(intervals[half:], values[half:], kind),
        output_field=kind,
    )
