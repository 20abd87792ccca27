"""The last thirteen months beside the year before: frozen figures where a month is frozen, else computed from the rows.

A month without data is a gap; an area that has changed is told of, and is no growth (metrics 1.9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chat.models import Conversation
from reports.frozen import figures_from
from reports.gaps import Area, Extent, Fullness, are_comparable, extent_of
from reports.metrics import DEFINITIONS, Figure, Scope
from reports.metrics.change import read_areas
from reports.metrics.offer import read_offer_months
from reports.metrics.sample import read_quality_months
from reports.metrics.scope import opened_days
from reports.metrics.series import read_series
from reports.metrics.sql import long_reading
from reports.models import MonthlyReport, ReportGroup
from reports.months import Month, Period
from services.calendars import local_date
from services.models import County, Service

PAPER = ("M01", "M02", "M07", "M08", "M09", "M10", "M11", "M14", "M15", "M20", "M21", "M24", "M32", "M35")
"""What is drawn: how many came, who they were, how long it took, what came of it, what they thought, and what came elsewhere."""
KEPT = frozenset({"M08b", "M19", "M31"})
"""Of what a pass over the months does not read: known of frozen months and the one at hand, and drawn when a line can be."""
MORE = KEPT | {"M03", "M04", "M06", "M16"}
"""Drawn on the page and in the workbook only: papers of thirty-one reports have to be laid out within a minute."""
KEYS = tuple(sorted({*PAPER, *MORE}))
BROUGHT = frozenset({"M20", "M21", "M24", "M35"})
"""Entered or gone through by people: drawn only when there is something."""
LENGTH, MOST_MONTHS = 13, 60
OfMonth = Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class MonthPoint:
    """One month of a series."""

    month: Month
    figures: OfMonth
    extent: Extent
    compares: bool = True
    """With the month before: the areas of the services are the same."""

    @property
    def fullness(self) -> Fullness:
        """Whether it is whole, a part of a month, or a gap."""
        return self.extent.fullness

    def figure(self, code: str) -> Figure | None:
        """The figure; none in a gap."""
        return None if self.extent.is_gap else self.figures.get(code)


@dataclass(frozen=True, slots=True)
class Change:
    """An area that began in a month of the series, when the service had another one before."""

    month: Month
    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A series of months, the same months a year before, and where areas have changed."""

    points: Sequence[MonthPoint]
    before: Sequence[MonthPoint]
    changes: Sequence[Change]

    @property
    def gaps(self) -> list[Month]:
        """The months without data, of those that have come."""
        return [point.month for point in self.points if point.extent.is_gap]


@long_reading()
def trend_of(
    county: County,
    service: Service | None,
    months: Sequence[Month],
    *,
    today: date,
    live: Mapping[Month, OfMonth] | None = None,
    codes: Sequence[str] = KEYS,
    group: ReportGroup | None = None,
    scope: Scope | None = None,
) -> Trend:
    """The series of these months; `live` has figures that are already at hand."""
    scope = scope or Scope.told(county, service, group)
    earlier = [month.shifted(-12) for month in months]
    wanted = {*months, *earlier}
    found: dict[Month, OfMonth] = {**_frozen(county, service, group, wanted), **(live or {})}
    missing = [month for month in wanted if month not in found and month.first <= today]
    found |= read_series(scope, missing, {code: DEFINITIONS[code] for code in codes if code not in KEPT})
    if "M32" in codes and missing:
        for month, figure in read_offer_months(scope, missing).items():
            found[month] = {**found[month], "M32": figure}
    if "M35" in codes:
        for month, figure in read_quality_months(scope, wanted).items():
            found[month] = {**found.get(month, {}), "M35": figure}
    areas = read_areas(scope)
    opened = opened_days(scope)
    points = [_point(month, found, opened, areas, today) for month in months]
    return Trend(points, [_point(month, found, opened, areas, today) for month in earlier], _changes(areas, months))


def last_months(last: Month, length: int = LENGTH) -> list[Month]:
    """So many months up to this one."""
    return [last.shifted(n - length + 1) for n in range(length)]


def first_month(county: County, this: Month) -> Month:
    """The month of the first conversation, at most five years back."""
    first = Conversation.objects.filter(county=county).order_by("queued_at").values_list("queued_at", flat=True).first()
    return this if first is None else max(Month.of(local_date(first)), this.shifted(1 - MOST_MONTHS))


def _point(
    month: Month, found: Mapping[Month, OfMonth], opened: Sequence[Period], areas: Sequence[Area], today: date
) -> MonthPoint:
    figures = found.get(month, {})
    contacts = figures["M01"].n if "M01" in figures else 0
    extent = extent_of(month, opened=opened, contacts=contacts, today=today)
    return MonthPoint(month, figures, extent, are_comparable(areas, month.period, month.shifted(-1).period))


def _frozen(county: County, service: Service | None, group: ReportGroup | None, months: set[Month]) -> dict[Month, OfMonth]:
    of_scope = MonthlyReport.objects.of_scope(county=county, service=service, group=group)
    rows = of_scope.filter(month__in=[month.first for month in months])
    # The latest revision of a month is the last to be put in.
    return {Month.of(row.month): figures_from(row.values) for row in rows.order_by("revision")}


def _changes(areas: Sequence[Area], months: Sequence[Month]) -> list[Change]:
    begun: set[int] = set()
    found = []
    for area in sorted(areas, key=lambda each: each.starts_on):
        month = Month.of(area.starts_on)
        if area.service in begun and months[0] <= month <= months[-1]:
            found.append(Change(month, area.starts_on, area.name))
        begun.add(area.service)
    return found
