"""M29: how far the rollouts were at the end of the period. Adoption writes it down; here it is read only."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, ratio, unknown
from reports.metrics.scope import Scope
from reports.metrics.words import PHASE, ROLLOUT
from reports.models import RolloutMonth
from reports.months import Month, Period


def read_rollouts(scope: Scope, period: Period) -> dict[str, Any]:
    """The rollouts of the scope's services, and all of the county when it is the scope, at the end of the last month: one query."""
    own = Q(service__in=scope.services)
    rows = RolloutMonth.objects.filter(Q() if scope.is_whole else own, county=scope.county_id)
    return {"rollouts": list(rows.filter(month=Month.of(period.last).first).order_by("name", "rollout"))}


def adoption(facts: Facts) -> Figure:
    """M29: done ÷ applicable of a single rollout; of several one row each, never an average of them. Nothing applicable: –."""
    rows: list[RolloutMonth] = facts.get("rollouts") or []
    if not rows:
        return unknown("M29", "%")
    beside: dict[str, Fraction | None] = {}
    for row in rows:
        beside[f"{ROLLOUT}{row.name}"] = ratio(row.done, row.applicable)
        for phase in row.phases:
            beside[f"{ROLLOUT}{row.name}{PHASE}{phase['key']}"] = ratio(phase["done"], phase["applicable"])
    parts = [(f"rollout_{name}", sum(getattr(row, name) for row in rows)) for name in ("overdue", "risks", "proven")]
    alone = rows[0] if len(rows) == 1 else None
    value = ratio(alone.done, alone.applicable) if alone else None
    return Figure("M29", value, "%", sum(row.applicable for row in rows), parts, beside)


DEFINITIONS = (
    metric(
        "M29",
        "%",
        Better.MORE,
        _(
            "Items of the adoption model that are done, of those that apply, at the last moment of the month: each rollout and"
            " phase alone, never an average of rollouts."
        ),
        adoption,
        Source.ROLLOUTS,
    ),
)
