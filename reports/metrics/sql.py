"""Expressions that both databases understand: whole microseconds, medians, nearest ranks, and the hour of UTC.

Times are summed and ordered as whole microseconds, so that both databases and plain Python come to the very same figure.
SQLite has no ordered aggregates: two small ones are given to the connection when a query that needs them is made.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil
from typing import Any

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, BigIntegerField, FloatField, Func, IntegerField

MILLION = 1_000_000
LONG_READING_MS = 60_000
LONG_READING_MEMORY = "64MB"
"""For each sorting of a million waits: PostgreSQL’s own 4 MB would sort them on the disk."""
NOTHING = -9e18
"""Stands for nothing in SQLite's aggregates: shorter than anything that is measured."""
MEDIAN, P90 = (f"{name} WITHIN GROUP (ORDER BY %(expressions)s)" for name in ("percentile_cont(0.5)", "percentile_disc(0.9)"))
_is_long: ContextVar[bool] = ContextVar("is_long", default=False)


class Micros(Func):
    """A stored duration in seconds as whole microseconds."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """The same, as SQLite writes it."""
        return super().as_sql(compiler, connection, template="CAST(ROUND((%(expressions)s) * 1000000.0) AS INTEGER)", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """The same, as PostgreSQL writes it."""
        return super().as_sql(compiler, connection, template="ROUND((%(expressions)s) * 1000000.0)::bigint", **extra)


class Elapsed(Func):
    """From the first stamp to the second, in whole microseconds. SQLite keeps stamps as texts of UTC."""

    output_field = BigIntegerField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """Whole seconds and the six digits after them, missing when they are all zero: SQLite itself rounds to a thousandth."""
        (start, first), (end, second) = (compiler.compile(each) for each in self.get_source_expressions())
        part = "(CAST(strftime('%%s', substr({0}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({0}, 21, 6) AS INTEGER))"
        return f"({part.format(end)} - {part.format(start)})", [*second, *second, *first, *first]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """`date_part` gives a double, much faster than the exact number of `EXTRACT`: rounded, it is exact for decades."""
        (start, first), (end, second) = (compiler.compile(each) for each in self.get_source_expressions())
        return f"ROUND(date_part('epoch', {end} - {start}) * 1000000)::bigint", [*second, *first]


@contextmanager
def long_reading() -> Iterator[None]:
    """A query of a report may take a minute on PostgreSQL, and more memory; a page of the chat is given up after five seconds.

    A year of a large county is read in one query. What is read inside another long reading belongs to that one.
    """
    if connection.vendor != "postgresql" or _is_long.get():
        yield
        return
    outer = _is_long.set(True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {LONG_READING_MS}; SET work_mem = '{LONG_READING_MEMORY}'")
        yield
    finally:
        _is_long.reset(outer)
        with suppress(DatabaseError), connection.cursor() as cursor:  # a transaction that failed takes the setting back by itself
            cursor.execute("RESET statement_timeout; RESET work_mem")


def instant_of(hour: int) -> datetime:
    """The first instant of an hour that `UtcHour` gave."""
    return datetime.fromtimestamp(hour * 3600, UTC)


class UtcHour(Func):
    """The hour of a stamp, counted from 1970 in UTC. A local hour is such an hour too, since Finland's offset is a whole one."""

    output_field = IntegerField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """SQLite keeps stamps as texts of UTC."""
        template = "(CAST(strftime('%%%%s', substr(%(expressions)s, 1, 13) || ':00') AS INTEGER) / 3600)"
        return super().as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """`date_part` gives a double, which is much faster than the exact number of `EXTRACT`, and exact for whole seconds."""
        return super().as_sql(compiler, connection, template="floor(date_part('epoch', %(expressions)s) / 3600)::int", **extra)


class _Values:
    """The values that an aggregate of SQLite has seen."""

    def __init__(self) -> None:
        self.values = array("d")  # a fourth of a list; whole microseconds are exact in it
        self.step = self.values.append  # called for each row: no Python stands between

    @property
    def ordered(self) -> list[float]:
        """The values in order, without what stands for nothing."""
        ordered = sorted(self.values)
        return ordered[bisect_right(ordered, NOTHING) :]


class _MedianOfSqlite(_Values):
    def finalize(self) -> float | None:
        """The middle value, or the mean of the two middle ones."""
        return _middle(self.ordered)


class _RanksOfSqlite(_Values):
    def finalize(self) -> str | None:
        """The median and the ⌈0.9·n⌉-th smallest: SQLite takes one value from an aggregate."""
        ordered = self.ordered
        return f"{_middle(ordered)!r} {ordered[ceil(Fraction(9, 10) * len(ordered)) - 1]!r}" if ordered else None


def _middle(ordered: Sequence[float]) -> float | None:
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2 if n else None


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


def seconds(micros: float | None) -> Fraction | None:
    """Microseconds of the database, halves of a median among them, as exact seconds."""
    return None if micros is None else Fraction(round(micros * 2), 2 * MILLION)


def _give(connection: BaseDatabaseWrapper, name: str, own: Callable[[], Any]) -> None:
    connection.ensure_connection()
    raw = connection.connection
    try:
        raw.execute(f"SELECT {name}(1)").fetchone()
    except sqlite3.OperationalError:
        raw.create_aggregate(name, 1, own)
