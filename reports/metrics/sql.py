"""Expressions that both databases understand: whole microseconds, and the hour of UTC.

Times are summed and ordered as whole microseconds, so that both databases and plain Python come to the very same figure.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import BigIntegerField, Func, IntegerField

MILLION = 1_000_000
LONG_READING_MS = 60_000
LONG_READING_MEMORY = "64MB"
"""For each sorting of a million waits: PostgreSQL’s own 4 MB would sort them on the disk."""
SETTINGS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "postgresql": (
        (f"SET statement_timeout = {LONG_READING_MS}", f"SET work_mem = '{LONG_READING_MEMORY}'"),
        ("RESET statement_timeout", "RESET work_mem"),
    ),
    "sqlite": (
        ("PRAGMA temp_store = FILE", "PRAGMA cache_size = -4000"),
        ("PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -16000"),
    ),
}
"""What a long reading sets, and sets back to what `config.settings` says."""
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
    SQLite sorts on the disk meanwhile, as its memory would have to hold every row of a month.

    A year of a large county is read in one query. What is read inside another long reading belongs to that one.
    """
    if _is_long.get():
        yield
        return
    outer = _is_long.set(True)
    begin, end = SETTINGS[connection.vendor]
    try:
        _set(begin)
        yield
    finally:
        _is_long.reset(outer)
        _set(end)


def _set(statements: Sequence[str]) -> None:
    """A transaction that failed takes a setting back by itself, and SQLite changes none of where it sorts inside of one."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        for statement in statements:
            with suppress(sqlite3.Error):
                connection.connection.execute(statement)
        return
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("; ".join(statements))


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


def seconds(micros: float | None) -> Fraction | None:
    """Microseconds of the database, halves of a median among them, as exact seconds."""
    return None if micros is None else Fraction(round(micros * 2), 2 * MILLION)
