"""Which metrics a report shows: those that its service follows, and those of the review's topics always (metrics 7, S000-43)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from reports.choices import ALWAYS_SHOWN
from reports.metrics import DEFINITIONS, Figure, Figures
from reports.models import ReportSelection
from services.metric_names import METRICS
from services.models import Service, Target


def chosen_codes(service: Service | None) -> frozenset[str] | None:
    """The metrics that the service follows; None: nobody has chosen, and the county as a whole shows them all."""
    if service is None:
        return None
    row = ReportSelection.objects.filter(service=service).only("metrics").first()
    return None if row is None else frozenset((*row.metrics, *ALWAYS_SHOWN))


def narrowed(figures: Figures, codes: Collection[str] | None) -> Figures:
    """The same figures with only the metrics that are followed."""
    if codes is None:
        return figures
    return replace(figures, total=only(figures.total, codes))


def only(figures: Mapping[str, Figure], codes: Collection[str] | None) -> dict[str, Figure]:
    """The figures of the codes."""
    return {code: figure for code, figure in figures.items() if codes is None or code in codes}


def offered() -> list[str]:
    """The metrics that can be chosen: those that the portal computes, in the order of the reports."""
    return [code for code in METRICS if code in DEFINITIONS]


def undecided(row: ReportSelection, targets: Iterable[Target]) -> list[str]:
    """The chosen metrics that have neither a target nor the word that they need none."""
    decided = {target.metric for target in targets} | set(row.without_target)
    return [code for code in row.metrics if code not in decided]
