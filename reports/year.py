"""The months of a year side by side, the same for the page and its files; a month without data says why (metrics 1.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.charts.trends import mark_of, shown
from reports.metrics import DEFINITIONS, Figure, Scope
from reports.models import ReportGroup
from reports.months import Month, Period
from reports.trend import Change, MonthPoint, trend_of
from services.models import County, Service

OF_YEAR: Sequence[str] = ("M01", "M02", "M03", "M04", "M07", "M08", "M09", "M10", "M11", "M12", "M13", "M14", "M15")


@dataclass(frozen=True, slots=True)
class YearRow:
    """One metric over the months of a year."""

    code: str
    figures: Sequence[Figure | None]
    """Of each month; none in a gap."""
    whole: Figure | None
    """Of all conversations of the year, never of the months’ averages; none when no month has data."""

    @property
    def name(self) -> str:
        """What it is called."""
        return DEFINITIONS[self.code].name

    @property
    def cells(self) -> list[str]:
        """Each month in words; a dash in a gap."""
        return [shown(figure) for figure in self.figures]

    @property
    def total(self) -> str:
        """The year in words."""
        return shown(self.whole)


@dataclass(frozen=True, slots=True)
class YearTable:
    """Twelve months, what has to be known of each, and the metrics over them."""

    points: Sequence[MonthPoint]
    rows: Sequence[YearRow]
    changes: Sequence[Change]
    gaps: Sequence[Month]

    @property
    def marks(self) -> list[str]:
        """Of each month: why there is no data, or that it is a part or not comparable."""
        return [mark_of(point) for point in self.points]


def year_of(
    county: County,
    service: Service | None,
    year: Period,
    total: Mapping[str, Figure],
    *,
    today: date,
    group: ReportGroup | None = None,
    scope: Scope | None = None,
) -> YearTable:
    """The table of a calendar year; `total` are the figures of the whole of it, as far as they are followed."""
    codes = [code for code in OF_YEAR if code in total]
    trend = trend_of(county, service, year.months, today=today, codes=codes, group=group, scope=scope)
    is_gap = len(trend.gaps) == len(trend.points)
    rows = [YearRow(code, [point.figure(code) for point in trend.points], None if is_gap else total[code]) for code in codes]
    return YearTable(trend.points, rows, trend.changes, trend.gaps)
