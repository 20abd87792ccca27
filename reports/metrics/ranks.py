"""Medians and nearest ranks on both databases.

PostgreSQL has ordered aggregates. SQLite has none: small ones are given to the connection when a query that needs them is made.
Their values are whole microseconds, so that both databases and plain Python come to the very same figure.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, BinaryField, FloatField

NOTHING = -(1 << 62)
"""Stands for nothing in SQLite's aggregates: shorter than anything that is measured."""
MEDIAN, P90 = (f"{name} WITHIN GROUP (ORDER BY %(expressions)s)" for name in ("percentile_cont(0.5)", "percentile_disc(0.9)"))
Values = np.ndarray[Any, np.dtype[np.int64]]
"""Durations in whole microseconds."""


def ranks_of(parts: Iterable[Values]) -> tuple[float, float] | None:
    """The median, the mean of the two middle values when their number is even, and the ⌈0.9·n⌉-th smallest (metrics 1.4) of the
    values of these parts together; none of no values.
    """
    return _ranks_within(np.concatenate([np.empty(0, np.int64), *parts]))


def _ranks_within(values: Values) -> tuple[float, float] | None:
    """The same of these values, which are moved about: a million of them are not copied."""
    if not (n := len(values)):
        return None
    low, high, ninth = (n - 1) // 2, n // 2, -(-9 * n // 10) - 1
    values.partition([low, high, ninth])
    return (int(values[low]) + int(values[high])) / 2, float(values[ninth])


class _Values:
    """The values that an aggregate of SQLite has seen."""

    def __init__(self) -> None:
        self.values = array("q")  # a fourth of a list
        self.step = self.values.append  # called for each row: no Python stands between

    def known(self) -> Values:
        """The values without what stands for nothing: a copy only where there is any."""
        values: Values = np.frombuffer(self.values, np.int64) if self.values else np.empty(0, np.int64)
        if len(values) and int(values.min()) == NOTHING:
            values = values[values != NOTHING]
        return values


class _MedianOfSqlite(_Values):
    def finalize(self) -> float | None:
        """The middle value, or the mean of the two middle ones."""
        found = _ranks_within(self.known())
        return found[0] if found else None


class _RanksOfSqlite(_Values):
    def finalize(self) -> str | None:
        """Both of `ranks_of`: SQLite takes one value from an aggregate."""
        found = _ranks_within(self.known())
        return f"{found[0]!r} {found[1]!r}" if found else None


class _PackedOfSqlite(_Values):
    def finalize(self) -> bytes | None:
        """The values themselves, as PostgreSQL sends them: eight bytes each, the high one first."""
        return self.known().astype(">i8").tobytes() or None


class _Ordered(Aggregate):
    """An aggregate of ordered values: PostgreSQL's own, or one that SQLite is given."""

    output_field = FloatField()
    sqlite: str
    own: type[_Values]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """SQLite's connection is given the aggregate if it has none yet."""
        _give(connection, self.sqlite, self.own)
        return self._written(f"{self.sqlite}(IFNULL(%(expressions)s, {NOTHING}))", compiler, connection, extra)

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

    @property
    def packed(self) -> Packed:
        """The values of which this is made, so that it can be told of several groups together (`ranks_of`)."""
        return Packed(*self.get_source_expressions()[:1], filter=self.filter)


class Packed(_Ordered):
    """All the values, unordered: eight bytes each."""

    name = "Packed"
    sqlite = "portal_packed"
    own = _PackedOfSqlite
    output_field = BinaryField()  # type: ignore[assignment]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """PostgreSQL leaves out what is nothing by itself."""
        return self._written("string_agg(int8send(%(expressions)s), ''::bytea)", compiler, connection, extra)

    @property
    def convert_value(self) -> Callable[..., Values]:
        """What either database gives, as numbers."""
        return lambda value, expression, connection: np.frombuffer(value or b"", ">i8").astype(np.int64)


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
