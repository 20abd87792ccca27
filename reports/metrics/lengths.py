"""How many conversations were how long (M09)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from django.db.models import Count, QuerySet

from reports.metrics.columns import ANSWERED
from reports.metrics.passes import added
from reports.metrics.ranks import Values
from reports.metrics.scope import Scope
from reports.metrics.sql import MILLION, Elapsed
from reports.months import Period

FIVE_MINUTES = 300
LENGTHS: Mapping[str, int] = {f"length_{low}": low for low in (0, 300, 600, 900, 1200, 1800, 2700, 3600)}
"""From where each class begins, in seconds: the lower bound is inside. All are whole five minutes."""


def read_lengths(scope: Scope, period: Period) -> dict[str, int]:
    """How many conversations of answered contacts are in each class: one query, by whole five minutes."""

    def ended(of: Scope) -> QuerySet[Any]:
        return of.rows(period).filter(ANSWERED, accepted_at__isnull=False, closed_at__isnull=False)

    fives = Elapsed("accepted_at", "closed_at") / (FIVE_MINUTES * MILLION)
    found: Counter[str] = Counter()
    for row in added(scope, f"lengths {period}", ended, {"n": Count("pk")}, {"fives": fives}):
        seconds = max(row["fives"], 0) * FIVE_MINUTES
        found[max(LENGTHS, key=lambda name: LENGTHS[name] if LENGTHS[name] <= seconds else -1)] += row["n"]
    return {name: found[name] for name in LENGTHS}


def classes_of(parts: Iterable[Values]) -> dict[str, int]:
    """The same, of the lengths themselves in microseconds."""
    begins, found = np.array([*LENGTHS.values()][1:]) * MILLION, np.zeros(len(LENGTHS), np.int64)
    for part in parts:
        found += np.bincount(np.searchsorted(begins, part, "right"), minlength=len(LENGTHS))
    return {name: int(n) for name, n in zip(LENGTHS, found, strict=True)}
