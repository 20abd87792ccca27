"""One pass over many rows, for one scope or for several that are told of at once.

What adds up is read by service, once for all of them, and added here; medians and ranks do not add up, and are read once for the
services, each by itself, and once more for each scope of several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import F, QuerySet

from reports.metrics.columns import Columns, add_up
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
    """Medians, ranks and different persons, a row for each combination of the ways that is there; without ways there is one row."""
    ways = ways or {}
    if scope.is_one_of_many:
        kept = (*ways, *columns)
        found = [{column: row[column] for column in kept} for row in of_services(scope, name, rows, columns, ways, service=service)]
        return found or ([] if ways else [nothing(columns)])
    rest = rows(scope)
    return list(rest.annotate(**ways).values(*ways).annotate(**columns)) if ways else [rest.aggregate(**columns)]


def of_services(
    scope: Scope, name: str, rows: Rows, columns: Columns, ways: Ways | None = None, *, service: str = FIRST
) -> Iterable[Row]:
    """The same, of each service by itself (`of_service`)."""
    keys = {OF_SERVICE: F(service), **(ways or {})}
    return scope.by_service(name, lambda of: rows(of).annotate(**keys).values(*keys).annotate(**columns))


def nothing(columns: Columns) -> Row:
    """What the columns are of no rows."""
    return {name: column.empty_result_set_value for name, column in columns.items()}
