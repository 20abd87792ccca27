"""Medians and nearest ranks on both databases.

PostgreSQL has ordered aggregates. SQLite has none: small ones are given to the connection when a query that needs them is made.
Their values are whole microseconds, so that both databases and plain Python come to the very same figure.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, FloatField

NOTHING = -9e18
"""Stands for nothing in SQLite's aggregates: shorter than anything that is measured."""
SORTED, CLASSES = 50_000, 4096
"""So many values are sorted as they are; of more, in how many classes they are counted."""
MEDIAN, P90 = (f"{name} WITHIN GROUP (ORDER BY %(expressions)s)" for name in ("percentile_cont(0.5)", "percentile_disc(0.9)"))


class _Values:
    """The values that an aggregate of SQLite has seen."""

    def __init__(self) -> None:
        self.values = array("d")  # a fourth of a list; whole microseconds are exact in it
        self.step = self.values.append  # called for each row: no Python stands between

    def known(self) -> array[float]:
        """The values without what stands for nothing."""
        return self.values if NOTHING not in self.values else array("d", (each for each in self.values if each != NOTHING))


class _MedianOfSqlite(_Values):
    def finalize(self) -> float | None:
        """The middle value, or the mean of the two middle ones."""
        return _middle(self.known())


class _RanksOfSqlite(_Values):
    def finalize(self) -> str | None:
        """The median and the ⌈0.9·n⌉-th smallest: SQLite takes one value from an aggregate."""
        values = self.known()
        return f"{_middle(values)!r} {_smallest(values, ceil(Fraction(9, 10) * len(values)) - 1)!r}" if values else None


def _middle(values: array[float]) -> float | None:
    n = len(values)
    if n % 2:
        return _smallest(values, n // 2)
    return (_smallest(values, n // 2 - 1) + _smallest(values, n // 2)) / 2 if n else None


def _smallest(values: array[float], rank: int) -> float:
    """The value of this rank, counted from 0. Many values are not sorted, which takes four times their memory: they are counted
    in classes of equal width, and only those in the class of the rank are looked at further.
    """
    while len(values) > SORTED:
        low, high = min(values), max(values)
        width = (high - low) / CLASSES
        if low + width <= low:  # all but the same
            break
        classes = Counter(int((each - low) // width) for each in values)
        chosen = 0
        for chosen in sorted(classes):
            if rank < classes[chosen]:
                break
            rank -= classes[chosen]
        values = array("d", (each for each in values if int((each - low) // width) == chosen))
    return sorted(values)[rank]


class _Ordered(Aggregate):
    """An aggregate of ordered values: PostgreSQL's own, or one that SQLite is given."""

    output_field = FloatField()
    sqlite: str
    own: type[_Values]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """SQLite's connection is given the aggregate if it has none yet."""
        _give(connection, self.sqlite, self.own)
        return self._written(f"{self.sqlite}(IFNULL(%(expressions)s, {NOTHING!r}))", compiler, connection, extra)

    def _written(self, template: str, compiler: Any, connection: Any, extra: dict[str, Any]) -> tuple[str, Any]:
        same = self.copy()
        same.template = template  # not as an argument: with a filter, Django gives that itself
        return super(_Ordered, same).as_sql(compiler, connection, **extra)


class Median(_Ordered):
    """The mean of the two middle values when their number is even (metrics 1.4)."""

    name = "Median"
    sqlite = "portal_median"
    own = _MedianOfSqlite

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """PostgreSQL's ordered-set aggregate."""
        return self._written(MEDIAN, compiler, connection, extra)


class Ranks(_Ordered):
    """The median, and by nearest rank the ⌈0.9·n⌉-th smallest (metrics 1.4), as a pair: both are of the same order."""

    name = "Ranks"
    sqlite = "portal_ranks"
    own = _RanksOfSqlite

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """PostgreSQL's ordered-set aggregates, which share their sorting."""
        (median, first), (p90, second) = (self._written(each, compiler, connection, extra) for each in (MEDIAN, P90))
        return f"ARRAY[{median}, {p90}]", [*first, *second]

    @property
    def convert_value(self) -> Callable[..., tuple[float, float] | None]:
        """What either database gives, as a pair; none of no values."""
        return lambda value, expression, connection: _pair(value)


def _pair(value: str | Sequence[float | None] | None) -> tuple[float, float] | None:
    if value is None:
        return None
    median, p90 = value.split() if isinstance(value, str) else value
    return None if median is None or p90 is None else (float(median), float(p90))


def _give(connection: BaseDatabaseWrapper, name: str, own: Callable[[], Any]) -> None:
    connection.ensure_connection()
    raw = connection.connection
    try:
        raw.execute(f"SELECT {name}(1)").fetchone()
    except sqlite3.OperationalError:
        raw.create_aggregate(name, 1, own)
