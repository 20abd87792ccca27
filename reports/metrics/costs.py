"""M31: what a contact costs, by the costs of each service and by those that several services share.

A shared cost counts whole in the figure of all who share it, and so once in the county's. In the figure of some of them it counts
by their share of the answered contacts of that month, when the county has chosen so; else not at all. The choice is a note of the
figure, and is frozen with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.metrics import columns
from reports.metrics.by_month import of_month, of_months, told
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, unknown
from reports.metrics.scope import Scope
from reports.months import Month, Period
from services.choices import CostSplit
from services.models import CostRow, County, Service, SharedCost

Answered = Mapping[tuple[Month, int], int]
SPLIT, NOT_SPLIT, WHOLE, NOT_SPLITTABLE = "costs_split", "costs_not_split", "costs_whole", "costs_not_splittable"


@dataclass(frozen=True, slots=True)
class CostLine:
    """One entered cost that touches the scope, and how much of it the figure counts."""

    month: Month
    row: CostRow | SharedCost
    who: frozenset[int]
    """The services that pay it."""
    counted: Fraction | None
    """None: how shared costs are split leaves it out."""
    how: str = ""
    """How a shared one came in; empty: it is of one service."""

    @property
    def is_shared(self) -> bool:
        """Several services pay it."""
        return bool(self.how)


def read_costs(scope: Scope, period: Period) -> dict[str, Any]:
    """Costs of the whole months of the period, and the contacts of just those services and months (M31): five queries at most.

    A month of which the period has only some days has no cost of its own: it is told of as missing.
    """
    lines = cost_lines(scope, period)
    how = sorted({line.how for line in lines if line.is_shared})
    counted = [line for line in lines if line.counted is not None]
    if not counted:
        return {"costs_how": how}
    own, paying = set(scope.services), defaultdict[Month, set[int]](set)
    for line in counted:
        paying[line.month].update(line.who & own)
    counts = {"contacts": columns.counted(columns.CONTACT), "answered": columns.counted(columns.ANSWERED)}
    found = of_months(scope, period, _whole_months(period), "paid", counts)
    paid = [row for row in found if row["month"] in paying and row["service"] in paying[row["month"]]]
    return {
        "euros": sum((line.counted or 0 for line in counted), Fraction()),
        "shared_euros": sum((line.counted or 0 for line in counted if line.is_shared), Fraction()),
        "costs_how": how,
        "paid_contacts": sum(row["contacts"] for row in paid),
        "paid_answered": sum(row["answered"] for row in paid),
        "without_costs": [str(month) for month in period.months if month not in paying],
    }


def cost_lines(scope: Scope, period: Period) -> list[CostLine]:
    """Every entered cost of the whole months of the period that touches the services of the scope, by month."""
    within = {"month__in": [month.first for month in _whole_months(period)]}
    rows = (
        CostRow.objects.filter(service__in=scope.services, **within)
        .select_related("service")
        .order_by("month", "service", "kind", "pk")
    )
    lines = [CostLine(Month.of(row.month), row, frozenset([row.service_id]), Fraction(row.euros)) for row in rows]
    shared = (
        SharedCost.objects.filter(county=scope.county_id, **within).prefetch_related("services").order_by("month", "kind", "pk")
    )
    return sorted([*lines, *_shared_lines(scope, list(shared))], key=lambda line: line.month)


def _whole_months(period: Period) -> list[Month]:
    return [month for month in period.months if month.first >= period.first and month.last <= period.last]


def _shared_lines(scope: Scope, rows: Sequence[SharedCost]) -> list[CostLine]:
    """The shared costs that touch the services of the scope, by the choice of the county."""
    if not rows:
        return []
    own = set(scope.services)
    everyone = frozenset(Service.objects.filter(county=scope.county_id, is_test=False).values_list("pk", flat=True))
    sharers = {row.pk: (frozenset(each.pk for each in row.services.all()) or everyone) & everyone for row in rows}
    touching = [row for row in rows if sharers[row.pk] & own]
    partly = [row for row in touching if not sharers[row.pk] <= own]
    is_split = bool(partly) and _is_split(scope)
    answered = _answered(scope, everyone, {Month.of(row.month) for row in partly}) if is_split else {}
    found = []
    for row in touching:
        month, who = Month.of(row.month), sharers[row.pk]
        share, how = (Fraction(1), WHOLE) if who <= own else _share(answered, month, who, own) if is_split else (None, NOT_SPLIT)
        found.append(CostLine(month, row, who, None if share is None else Fraction(row.euros) * share, how))
    return found


def _share(answered: Answered, month: Month, who: Collection[int], own: Collection[int]) -> tuple[Fraction | None, str]:
    """The part of the answered contacts of those who share that is of the scope; none answered: there is nothing to split by."""
    of_all = sum(answered.get((month, service), 0) for service in who)
    if not of_all:
        return None, NOT_SPLITTABLE
    return Fraction(sum(answered.get((month, service), 0) for service in who if service in own), of_all), SPLIT


def _is_split(scope: Scope) -> bool:
    return County.objects.filter(pk=scope.county_id, cost_split=CostSplit.ANSWERED).exists()


def _answered(scope: Scope, services: Collection[int], months: Collection[Month]) -> Answered:
    """Answered contacts of each service of the county in each of the months: one query."""
    ordered = sorted(months)
    of_all = Scope(scope.county_id, tuple(sorted(services)))
    if scope.among is not None:
        return scope.among.once(f"answered {told(ordered)} {of_all.services}", lambda: _counted(of_all, ordered))
    return _counted(of_all, ordered)


def _counted(of_all: Scope, ordered: Sequence[Month]) -> Answered:
    rows = of_all.rows(Period(ordered[0].first, ordered[-1].last)).filter(columns.ANSWERED).annotate(cell=of_month(ordered))
    counts = (
        rows.filter(cell__isnull=False).values_list("cell", "first_queue__service").annotate(n=columns.counted(columns.ANSWERED))
    )
    return {(ordered[cell], service): n for cell, service, n in counts}


def cost(facts: Facts) -> Figure:
    """M31: no row of costs is no data, never 0,00; how shared costs are counted is told beside it."""
    how = list(facts.get("costs_how") or ())
    if facts.get("euros") is None:
        return Figure("M31", None, "€", 0, known=False, notes=how) if how else unknown("M31", "€")
    n, euros = number(facts, "paid_contacts"), Fraction(facts["euros"])
    answered = number(facts, "paid_answered")
    shared = {"shared_euros": Fraction(facts["shared_euros"])} if {SPLIT, WHOLE} & set(how) else {}
    beside = {"euros": euros, **shared, "per_answered": euros / answered if answered else None}
    missing = ["no_costs", *facts["without_costs"]] if facts["without_costs"] else []
    parts = [("contacts", n), ("answered", answered)]
    return Figure("M31", euros / n if n else None, "€", n, parts, beside, notes=[*how, *missing])


DEFINITIONS = (
    metric(
        "M31",
        "€",
        Better.LESS,
        _(
            "The costs entered for the whole months of the period, divided by the contacts of the same services and months. Costs"
            " that several services share count once in the figure of all of them; in the figure of one service by its share of"
            " the answered contacts of the month, if the county has chosen so, and else not at all. The choice is told beside."
        ),
        cost,
        Source.COSTS,
    ),
)
