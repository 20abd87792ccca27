"""One pass over many rows, for one scope or for several that are told of at once.

What adds up is read by service, once for all of them, and added here. Medians and ranks do not add up: of one scope the database
tells them; of several at once the values are read by service, once, and put in order here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet

from reports.metrics.columns import RANKS, Columns, add_up, of_values
from reports.metrics.scope import OF_SERVICE, Row, Scope

Rows = Callable[[Scope], QuerySet[Any]]
Ways = Mapping[str, Any]
FIRST = "first_queue__service"
OF_CONVERSATION = f"conversation__{FIRST}"
"""Where a conversation tells the service to which its figures belong, and where what belongs to a conversation does."""


def added(scope: Scope, name: str, rows: Rows, adds: Columns, ways: Ways | None = None, *, service: str = FIRST) -> list[Row]:
    """What adds up (counts, sums, the longest), a row for each combination of the ways that is there.

    `rows` gives the rows of a scope, `service` is their column of the service, and `name` tells what is read and of which days.
    """
    ways = ways or {}

    def read(of: Scope) -> Iterable[Any]:
        keys = {OF_SERVICE: F(service), **ways} if of is scope.among else dict(ways)
        found: Iterable[Any] = rows(of).annotate(**keys).values(*keys).annotate(**adds)
        return found

    found: dict[tuple[Any, ...], Row] = {}
    for row in scope.by_service(name, read):
        key = tuple(row[way] for way in ways)
        if key in found:
            add_up(found[key], row, adds)
        else:
            found[key] = {column: row[column] for column in (*ways, *adds)}
    return list(found.values())


def total(scope: Scope, name: str, rows: Rows, adds: Columns, *, service: str = FIRST) -> Row:
    """What adds up, of all the rows: without any, what the columns are of none."""
    if scope.among is None:
        return dict(rows(scope).aggregate(**adds))
    found = added(scope, name, rows, adds, service=service)
    return found[0] if found else nothing(adds)


def ordered(scope: Scope, name: str, rows: Rows, columns: Columns, ways: Ways | None = None, *, service: str = FIRST) -> list[Row]:
    """Medians and ranks, a row for each combination of the ways that is there; without ways there is one row."""
    ways = ways or {}
    if scope.among is None:
        rest = rows(scope)
        return list(rest.annotate(**ways).values(*ways).annotate(**columns)) if ways else [rest.aggregate(**columns)]
    return ranked(packed(scope, name, rows, columns, ways, service=service), columns, tuple(ways))


def packed(scope: Scope, name: str, rows: Rows, columns: Columns, ways: Ways, *, service: str = FIRST) -> Iterable[Row]:
    """The values of medians and ranks, of each service and each combination of the ways, read once for all scopes: 8 bytes each."""
    keys = {OF_SERVICE: F(service), **ways}
    return scope.by_service(name, lambda of: rows(of).annotate(**keys).values(*keys).annotate(**packs_of(columns)))


def packs_of(columns: Columns) -> Columns:
    """Instead of each median and rank the values of which it is made."""
    return {name: column.packed for name, column in columns.items()}


def ranked(found: Iterable[Row], columns: Iterable[str], ways: Sequence[str] = ()) -> list[Row]:
    """Medians and ranks of what was packed, a row for each combination of these ways; without ways there is one row. With them come
    the number, sum and longest of the same values.
    """
    series = [column.removesuffix(RANKS) for column in columns]
    parts: dict[tuple[Any, ...], list[Row]] = {} if ways else {(): []}
    for part in found:
        parts.setdefault(tuple(part[way] for way in ways), []).append(part)
    rows = []
    for key, of_key in parts.items():
        row: Row = dict(zip(ways, key, strict=True))
        for name in series:
            row |= of_values(name, [part[f"{name}{RANKS}"] for part in of_key])
        rows.append(row)
    return rows


def nothing(columns: Columns) -> Row:
    """What the columns are of no rows."""
    return {name: column.empty_result_set_value for name, column in columns.items()}
