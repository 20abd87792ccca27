"""Each metric has one definition here, and one way of reading what it is made of (metrics.md 3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from reports.metrics import (
    change,
    costs,
    demand,
    elsewhere,
    guide,
    load,
    offer,
    opinions,
    outcomes,
    requests,
    rollouts,
    sample,
    volume,
    waits,
    work,
)
from reports.metrics.definition import Better, Metric, Source
from reports.metrics.figure import FEW, Facts, Figure
from reports.metrics.flags import read_flags
from reports.metrics.hours import HourCount, facts_of, read_hours
from reports.metrics.reading import OF_RESIDENTS, Reading, read
from reports.metrics.scope import Scope
from reports.metrics.sql import long_reading
from reports.months import Period
from services.metric_names import METRICS
from services.models import Service

FORMULAS = "2026.12"
"""Changed whenever a definition changes what it counts; a frozen report keeps the one it was made by (metrics 1.5)."""

_FOUND = {
    each.code: each
    for part in (
        volume,
        waits,
        outcomes,
        opinions,
        demand,
        offer,
        costs,
        elsewhere,
        load,
        work,
        change,
        guide,
        requests,
        rollouts,
        sample,
    )
    for each in part.DEFINITIONS
}
DEFINITIONS: Mapping[str, Metric] = {code: _FOUND[code] for code in METRICS if code in _FOUND}
AVAILABLE = tuple(DEFINITIONS)

# Sources of their own beside the conversations, by what reads them.
_OTHERS: Mapping[Source, Callable[[Scope, Period, datetime], dict[str, Any]]] = {
    Source.SAME_DAY: lambda scope, period, now: dict(work.read_same_day(scope, period)),
    Source.PRESENCE: lambda scope, period, now: load.read_presence(scope, period, now=now),
    Source.CALLS: lambda scope, period, now: dict(work.read_calls(scope, period, now=now)),
    Source.REQUESTS: lambda scope, period, now: requests.read_requests(scope, period, now=now),
    Source.DIRECTORY: lambda scope, period, now: offer.read_directory(scope, period, now=now),
    Source.COSTS: lambda scope, period, now: costs.read_costs(scope, period),
    Source.KINDS: lambda scope, period, now: change.read_kinds(scope, period),
    Source.GROWTH: lambda scope, period, now: change.read_growth(scope, period, now=now),
    Source.WORDS: lambda scope, period, now: dict(opinions.read_words(scope, period)),
    Source.MEDIA: lambda scope, period, now: dict(opinions.read_media(scope, period)),
    Source.GUIDE: lambda scope, period, now: guide.read_guide(scope, period, now=now),
    Source.IMPORTED: lambda scope, period, now: elsewhere.read_elsewhere(scope, period),
    Source.ROLLOUTS: lambda scope, period, now: rollouts.read_rollouts(scope, period),
    Source.QUALITY: lambda scope, period, now: sample.read_quality(scope, period),
    Source.TOPICS: lambda scope, period, now: change.read_topics(scope, period),
}


@dataclass(slots=True)
class Figures:
    """The figures of a scope and a period: of all together, and of each cell of the breakdowns that were asked for."""

    scope: Scope
    period: Period
    total: dict[str, Figure]
    cells: dict[str, dict[Any, dict[str, Figure]]] = field(default_factory=dict)
    hours: list[HourCount] = field(default_factory=list)
    facts: Facts = field(default_factory=dict)
    residents: list[dict[str, dict[Any, dict[int, dict[str, int]]]]] = field(default_factory=list)


CELL_METRICS = ("M01", "M03", "M04", "M06", "M07", "M08", "M10", "M11", "M12", "M13", "M14", "M15", "M16", "M18", "M19")
"""What a cell of a breakdown can tell."""


@long_reading()
def figures_of(
    scope: Scope,
    period: Period,
    *,
    codes: Collection[str] = AVAILABLE,
    breakdowns: Collection[str] = (),
    now: datetime | None = None,
    discreet: bool = True,
) -> Figures:
    """The figures by their definitions, in a number of queries that does not grow with the rows.

    What residents are is told of whole months only: of other days, two periods that overlap would tell of a few (decision 0012).
    What would tell of a single responder is left out (M26, decision 0016), unless all is asked for what is shown to nobody.
    """
    now = now or timezone.now()
    if not period.is_of_months:
        breakdowns = [name for name in breakdowns if name not in OF_RESIDENTS]
    wanted = [DEFINITIONS[code] for code in codes if code in DEFINITIONS]
    sources = {source for each in wanted for source in each.sources}
    if breakdowns:
        sources |= {source for code in CELL_METRICS for source in DEFINITIONS[code].sources if code in codes}
    reading: Reading = read(scope, period, sources=sources, breakdowns=breakdowns)
    facts: dict[str, Any] = {**reading.total, "in_use": list(reading.in_use)}
    hours = read_hours(scope, period) if Source.HOURS in sources else []
    if Source.HOURS in sources:
        facts |= facts_of(hours)
    for source, reader in _OTHERS.items():
        if source in sources:
            facts |= reader(scope, period, now)
    cells = {
        name: {
            key: {code: DEFINITIONS[code].compute({**found, "in_use": facts["in_use"]}) for code in CELL_METRICS}
            for key, found in of.items()
        }
        for name, of in reading.cells.items()
    }
    if "municipality" in cells and "M25" in codes:
        for place, n in offer.residents_of(cells["municipality"]).items():
            cells["municipality"][place]["M25"] = offer.per_resident(reading.cells["municipality"][place] | {"population": n})
    total = {each.code: each.compute(facts) for each in wanted}
    if discreet and "M26" in total:
        total["M26"] = load.discreetly(facts, total["M26"])
    return Figures(scope, period, total, cells, hours, facts, reading.residents)


def read_ahead(scope: Scope, period: Period, breakdowns: Collection[str], *, now: datetime) -> None:
    """What the figures of scopes that are read at once ask after the conversations, from its end, to have it at hand by then.

    It only saves time.
    """
    read_flags(scope, period, breakdowns)
    read_hours(scope, period)
    for reader in reversed([*_OTHERS.values()]):
        reader(scope, period, now)


def read_figures(services: Collection[Service], period: Period, *, codes: Collection[str] = AVAILABLE) -> dict[str, Figure]:
    """The figures of these services of one county together: computed from the rows, never from averages (metrics 1.4)."""
    return figures_of(Scope.of(services), period, codes=codes).total


__all__ = [
    "AVAILABLE",
    "CELL_METRICS",
    "DEFINITIONS",
    "FEW",
    "FORMULAS",
    "Better",
    "Figure",
    "Figures",
    "HourCount",
    "Metric",
    "Period",
    "Scope",
    "Source",
    "figures_of",
    "read_ahead",
    "read_figures",
]
