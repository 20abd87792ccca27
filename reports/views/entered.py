"""What has been entered of a service or of the county, and what of it the report counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Q
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from reports.choices import CountKind, ExternalKind
from reports.external import OF_METRIC
from reports.metrics.elsewhere import Rows, has_own_mails, read_rows, residents
from reports.metrics.entered import MONTH, Counter, counters_of, why_not
from reports.metrics.offer import directory_population
from reports.metrics.scope import Scope
from reports.models import DayCount, ExternalFigure
from reports.months import Month
from reports.rounding import number, written
from reports.views.places import Place
from services.models import Service

ON_PAGE = 60
COUNTED = {"M20": (CountKind.MAILS,), "M21": (CountKind.CALLS,), "": tuple(CountKind)}
"""Which daily counters are told of with a metric, or with all."""
MOST_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure in force with the revisions before it."""

    row: ExternalFigure
    earlier: list[ExternalFigure]
    why_not: Promise | str = ""
    """Why the report does not count it; empty: it does."""

    @property
    def value(self) -> str:
        """The number without needless zeros."""
        return _written(self.row)

    @property
    def history(self) -> list[tuple[ExternalFigure, str]]:
        """The older ones, the newest first."""
        return [(row, _written(row)) for row in self.earlier]


@dataclass(frozen=True, slots=True)
class ShownCounter:
    """The sum of the daily counter of a service in the month."""

    counter: Counter
    service: Service

    @property
    def value(self) -> str:
        """As people read it."""
        return number(self.counter.n)

    @property
    def why_not(self) -> Promise | str:
        """Why the report does not count it; empty: it does."""
        return "" if self.counter.is_counted else MONTH


@dataclass(frozen=True, slots=True)
class Listed:
    """What is listed of a place, of one month and metric or of all."""

    page: Page[ExternalFigure]
    rows: list[Shown]
    counters: list[ShownCounter]
    months: list[Month] = field(default_factory=list)
    """The months of which the daily counter tells, when none was chosen."""
    directory: str = ""
    """How many residents the directory knows, when that is what the report uses."""
    empty: str = ""
    """What is said when nothing has been entered."""


def listed_of(place: Place, month: Month | None, code: str, page: str | None) -> Listed:
    """The figures of the place by their last revisions; with the county's own also those of its services, of which it is made."""
    readable = ExternalFigure.objects.readable_by(place.actor)
    if place.service is None:
        rows = readable.filter(Q(service__isnull=True) | Q(service__is_test=False), county=place.county)
    else:
        rows = readable.of_scope(county=place.county, service=place.service)
    scope = Scope.told(place.county, place.service)
    in_force: Rows = read_rows(scope, month, month) if month else {}
    own_first = F("service__order").asc(nulls_first=True)
    wanted = rows.last_revisions().order_by("-month", "kind", own_first, "service__key", "pk")
    if month is not None:
        # Of the residents the last number that is known is meant.
        known = [row.pk for row in residents(in_force, month).values()] if code == "M25" else []
        wanted = wanted.filter(Q(month=month.first) | Q(pk__in=known))
    if code:
        wanted = wanted.filter(kind__in=OF_METRIC[code])
    found = Paginator(wanted.select_related("entered_by", "service"), ON_PAGE).get_page(page)
    on_page = list(found.object_list)
    if month is None and on_page:
        in_force = read_rows(scope, Month.of(on_page[-1].month), Month.of(on_page[0].month))
    asks = code == "M25" or any(row.kind == ExternalKind.POPULATION for row in on_page)
    living = (directory_population(scope) or 0) if asks else 0
    counters = _counters(in_force, month, code) if month else []
    return Listed(
        found,
        _with_history(rows, on_page, in_force, month, directory=bool(living)),
        counters,
        _counted_months(scope, code) if month is None and code in COUNTED and code else [],
        number(living) if living and code == "M25" else "",
        "" if on_page or counters else _empty(scope, month, code, directory=bool(living)),
    )


def _counters(in_force: Rows, month: Month, code: str) -> list[ShownCounter]:
    counters = [each for each in counters_of(in_force, month) if each.kind in COUNTED.get(code, ())]
    services = Service.objects.in_bulk([each.service for each in counters]) if counters else {}
    found = [ShownCounter(each, services[each.service]) for each in counters]
    return sorted(found, key=lambda each: (each.counter.kind, each.service.order, each.service.key))


def _counted_months(scope: Scope, code: str) -> list[Month]:
    rows = DayCount.objects.standing().filter(service__in=scope.services, kind__in=COUNTED[code]).order_by()
    days = rows.annotate(month=TruncMonth("day")).values_list("month", flat=True).distinct().order_by("-month")
    return [Month.of(day) for day in days[:MOST_MONTHS]]


def _empty(scope: Scope, month: Month | None, code: str, *, directory: bool) -> str:
    """What is true when there is nothing: some figures the report has all the same."""
    if directory:
        return _("Nothing has been entered, and need not be.")
    if month is None or not code:
        return _("Nothing has been entered.")
    if code == "M20" and has_own_mails(scope, month.period):
        return _("Nothing has been entered. The report tells only of the e-mails to the portal’s own mailboxes.")
    return _("Nothing has been entered. The report says “no data” of these figures.")


def _with_history(
    rows: Any, page: Sequence[ExternalFigure], in_force: Rows, month: Month | None, *, directory: bool
) -> list[Shown]:
    wanted = {(row.service_id, row.month, row.kind): row.revision for row in page}
    older: dict[tuple[Any, Any, str], list[ExternalFigure]] = {}
    of_page = rows.filter(month__in={row.month for row in page}, kind__in={row.kind for row in page})
    for row in of_page.select_related("entered_by").order_by("-revision") if page else ():
        cell = (row.service_id, row.month, row.kind)
        if row.revision < wanted.get(cell, 0):
            older.setdefault(cell, []).append(row)
    found = []
    for row in page:
        left = why_not(in_force, row, month or Month.of(row.month), directory=directory)
        found.append(Shown(row, older.get((row.service_id, row.month, row.kind), []), left))
    return found


def _written(row: ExternalFigure) -> str:
    return _("taken away") if row.value is None else written(row.value)
