"""One figure of a period, and the numbers of which it is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reports.metrics.sql import seconds

FEW = 10
"""Fewer answers than this are shown with the mark “few answers” (M14)."""

Facts = Mapping[str, Any]
"""The numbers of one scope, or of one cell of a breakdown, by the names of their columns; a missing one is none."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of the period, unrounded.

    `value` is None when there is nothing to divide by; `known` is False where the source is not in use (“no data”, metrics 1.7);
    `parts` are what it was made of, by name; `based_on` are contacts out of contacts when some services lack the source.
    """

    metric: str
    value: Fraction | None
    unit: str
    n: int
    parts: Sequence[tuple[str, int]] = ()
    beside: Mapping[str, Fraction | None] = field(default_factory=dict)
    known: bool = True
    based_on: tuple[int, int] | None = None
    notes: Sequence[str] = ()

    @property
    def is_of_few(self) -> bool:
        """So few have answered that the figure is shown with a mark."""
        return self.metric in ("M14", "M15") and 0 < self.n < FEW


def unknown(metric: str, unit: str, parts: Sequence[tuple[str, int]] = ()) -> Figure:
    """The source is not in use: no data, never 0 and never 100 %."""
    return Figure(metric, None, unit, 0, parts, known=False)


def share(metric: str, part: int, whole: int, parts: Sequence[tuple[str, int]] = (), **more: Any) -> Figure:
    """A percentage; without a denominator there is no value."""
    return Figure(metric, ratio(part, whole), "%", whole, parts, **more)


def ratio(part: int, whole: int) -> Fraction | None:
    """So many of a hundred."""
    return Fraction(100 * part, whole) if whole else None


def count(metric: str, n: int, parts: Sequence[tuple[str, int]] = (), **more: Any) -> Figure:
    """A number of rows: none is 0."""
    return Figure(metric, Fraction(n), "n", n, parts, **more)


def times(metric: str, facts: Facts, series: str, parts: Sequence[tuple[str, int]] = ()) -> Figure:
    """A series of durations: its value is the median; mean, nine of ten and the longest stand beside it."""
    n = number(facts, f"{series}_n")
    total = number(facts, f"{series}_sum")
    median, p90 = ranks(facts, series)
    beside = {
        "mean": Fraction(total, n * 1_000_000) if n else None,
        "p90": seconds(p90),
        "longest": seconds(facts.get(f"{series}_max")),
    }
    return Figure(metric, seconds(median), "s", n, parts, beside)


def ranks(facts: Facts, series: str) -> tuple[float | None, float | None]:
    """The median and nine of ten of a series, in microseconds."""
    return facts.get(f"{series}_ranks") or (None, None)


def number(facts: Facts, name: str) -> int:
    """A counted column."""
    return int(facts.get(name) or 0)


def named(facts: Facts, names: Iterable[str]) -> list[tuple[str, int]]:
    """Counted columns with their names."""
    return [(name, number(facts, name)) for name in names]
