"""Reads the numbers of a scope and a period: a fixed number of queries, from stamps and stored waits, never from messages.

One pass over the conversations counts every column, by the combinations of all breakdowns of few values; a breakdown of many is
the same pass, grouped by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import RowNumber

from chat.choices import TransferReason, TransferState
from chat.models import Leg, Transfer
from chat.models.transfers import TAKEN_WITHIN
from reports.metrics import columns
from reports.metrics.by_month import of_month
from reports.metrics.definition import Source
from reports.metrics.dimensions import OfQueue, dimensions, queues_of
from reports.metrics.flags import PASSED_ON, read_flags
from reports.metrics.lengths import LENGTHS, classes_of, read_lengths
from reports.metrics.passes import FIRST, OF_CONVERSATION, Ways, added, nothing, ordered, packs_of, ranked, total
from reports.metrics.scope import Row, Scope, with_identification
from reports.metrics.sql import Micros, UtcHour, instant_of
from reports.months import Period, local_hour

Key = Any
TOGETHER = frozenset({"service", "queue", "group", "language", "entry_channel", "identified", "contactor"})
"""Breakdowns of few values: their combinations are so few that one pass counts them all."""
UNTOLD: Mapping[str, tuple[Count, Any]] = {
    "entry_page": (Count("pk", filter=~Q(entry_page="")), ""),
    "topic": (Count("topic"), None),
    "municipality": (Count("municipality"), None),
}
"""Of the breakdowns of many values: in how many rows there is one, and the cell of those without."""
MOST_PAGES = 20
"""Of the pages from which residents came: those from which most did."""
OF_RESIDENTS = ("language", "identified", "municipality")
"""Breakdowns that tell what residents are: small numbers are hidden (metrics 1.4)."""


@dataclass(slots=True)
class Reading:
    """What was read: the numbers of all together, and of each cell of each breakdown."""

    scope: Scope
    period: Period
    total: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, dict[Key, dict[str, Any]]] = field(default_factory=dict)
    in_use: Sequence[int] = ()
    residents: list[dict[str, dict[Key, dict[int, dict[str, int]]]]] = field(default_factory=list)
    """Of each month: by breakdown and cell of what residents are, on how many of each service figures rest, so that no table
    solves another.
    """

    def cell(self, breakdown: str, key: Key) -> dict[str, Any]:
        """The numbers of one cell; one that was not there has none."""
        return self.cells.setdefault(breakdown, {}).setdefault(key, {})


def read(scope: Scope, period: Period, *, sources: Collection[Source], breakdowns: Collection[str] = ()) -> Reading:
    """The numbers of the scope, from the sources that are asked for."""
    reading = Reading(scope, period)
    if not {Source.CONVERSATIONS, Source.IDENTIFICATION, Source.FLAGS}.isdisjoint(sources):
        _read_conversations(reading, sources, breakdowns)
    if Source.FLAGS in sources:
        found, cells = read_flags(scope, period, breakdowns)
        reading.total |= found
        for name, of_name in cells.items():
            for key, flags in of_name.items():
                reading.cell(name, key).update(flags)
    if Source.LENGTHS in sources and not reading.total.keys() >= LENGTHS.keys():
        reading.total |= read_lengths(scope, period)
    if Source.TRANSFERS in sources:
        _read_transfers(reading)
    if Source.ATTEMPTS in sources:
        _read_attempts(reading)
    return reading


def _read_conversations(reading: Reading, sources: Collection[Source], breakdowns: Collection[str]) -> None:
    scope, period = reading.scope, reading.period
    wide, in_use = scope.among or scope, list[int]()
    if not {Source.IDENTIFICATION, Source.FLAGS}.isdisjoint(sources):
        reading.in_use = in_use = with_identification(scope, period)
        if wide is not scope:  # the same columns for all that are told of at once: of each service only its own rows count
            in_use = wide.once(f"in use {period}", lambda: with_identification(wide, period))
    shared = {
        **columns.of_statuses(),
        **columns.of_waits(),
        **columns.of_outcomes(),
        **columns.of_doctors(),
        **columns.of_identification(in_use),
    }
    whole = {
        **shared,
        **columns.of_lengths(),
        **columns.of_bands(),
        **columns.of_reasons(),
        **columns.of_opinions(whole=True),
    }
    each = {**shared, **columns.of_opinions(whole=False)}

    def rows(of: Scope) -> QuerySet[Any]:
        return of.rows(period)

    def tests(of: Scope) -> QuerySet[Any]:
        return of.rows(period, tests=True)

    reading.total |= total(scope, f"tests {period}", tests, {"tests": Count("pk")})
    if in_use:
        reading.total["persons"] = _persons(scope, period, in_use)
    together = [name for name in breakdowns if name in TOGETHER]
    by_all: list[Row] = []
    ways = dimensions(wide)
    if together:
        by_all = _read_together(reading, {name: ways[name] for name in together}, whole, each)
    elif scope.among is None:
        reading.total |= scope.rows(period).aggregate(**whole)
    else:
        adds, apart = columns.divided(whole)
        reading.total |= total(scope, f"counted {period}", rows, adds) | ordered(scope, f"in order {period}", rows, apart)[0]
    for name in breakdowns:
        if name not in together:
            reading.cells[name] = _cells_of_many(reading, name, ways[name], each)
    _read_residents(reading, breakdowns, by_all)


def _read_together(reading: Reading, ways: Ways, whole: columns.Columns, each: columns.Columns) -> list[Row]:
    """One pass for the total and all of these breakdowns: what adds up is counted by their combinations, which are given, and
    added here.

    Medians and ranks do not add up: for them the rows are passed once more for each. No cursor is used where few rows come:
    PostgreSQL reads with several workers only what is fetched at once.
    """
    scope, period = reading.scope, reading.period

    def rows(of: Scope) -> QuerySet[Any]:
        return of.rows(period)

    adds, apart = columns.divided(whole, packed=scope.among is not None)
    adds |= {"rows": Count("pk"), **{f"told_{name}": column for name, (column, _key) in UNTOLD.items()}}
    reading.total |= nothing(adds)
    for name in ways:
        reading.cells[name] = {}
    shown = [name for name in adds if name in each]
    found = list(scope.by_service(f"by all {sorted(ways)} {period}", lambda of: _by_all(of, period, ways, adds)))
    for row in found:
        columns.add_up(reading.total, row, adds)
        for name in ways:
            cells, key = reading.cells[name], row[f"by_{name}"]
            if key in cells:
                columns.add_up(cells[key], row, shown)
            else:
                cells[key] = {column: row[column] for column in shown}
    of_cells = columns.divided(each)[1]
    if scope.among is None:
        reading.total |= ordered(scope, f"in order {period}", rows, apart)[0]
        _read_ordered(reading, ways, apart=of_cells, found=found)
    else:
        packs = packs_of(apart)
        values = list(scope.by_service(f"values by all {sorted(ways)} {period}", lambda of: _by_all(of, period, ways, packs)))
        reading.total |= ranked(values, apart)[0] | classes_of([row["length_ranks"] for row in values])
        for name in ways:
            for row in ranked(values, of_cells, [f"by_{name}"]):
                if (cell := row.pop(f"by_{name}")) in reading.cells[name]:
                    reading.cells[name][cell] |= row
    return found


def _by_all(scope: Scope, period: Period, ways: Ways, asked: columns.Columns) -> Iterable[Row]:
    """The columns by the combinations of the breakdowns. What a queue tells by itself is not grouped by: PostgreSQL would expect
    as many combinations as if each queue were in each service, and sort the rows.
    """
    by_names = {f"by_{name}": way for name, way in ways.items() if name not in OfQueue._fields} | {"by_queue": F("first_queue")}
    queues = queues_of(scope)
    for row in scope.rows(period).annotate(**by_names).values(*by_names).annotate(**asked):
        if (of_queue := queues.get(row["by_queue"])) is not None:  # one that was made a moment ago is in the next reading
            yield row | {"of_service": of_queue.service, "by_service": of_queue.service, "by_group": of_queue.group}


def _read_ordered(reading: Reading, ways: Ways, *, apart: columns.Columns, found: Iterable[Row]) -> None:
    """The medians and ranks of each cell, as the database tells them. A cell that has all rows has what was read of them all, and
    the queue of a service that has no other what its service has.
    """
    rows = reading.scope.rows(reading.period)
    alone = _alone(found) if {"service", "queue"} <= set(ways) else {}
    for name, way in ways.items():
        cells = reading.cells[name]
        if len(cells) == 1:
            next(iter(cells.values())).update({column: reading.total[column] for column in apart})
        elif not (name == "queue" and alone and len(alone) == len(reading.cells["service"])):
            of_name = rows.exclude(first_queue__service__in=set(alone)) if name == "queue" and alone else rows
            by_cell: Iterable[Any] = of_name.annotate(cell=way).values("cell").annotate(**apart)
            for row in by_cell:
                if (cell := row.pop("cell")) in cells:  # a breakdown with one value has a row of its own of no contacts
                    cells[cell] |= row
    for service, queue in alone.items():
        reading.cells["queue"][queue] |= {column: reading.cells["service"][service][column] for column in apart}


def _persons(scope: Scope, period: Period, in_use: Collection[int]) -> int:
    """How many different persons were known by name (M02): those of two services may be the same."""
    persons = {"persons": Count("person", distinct=True)}

    def known(of: Scope) -> QuerySet[Any]:
        return of.rows(period).filter(columns.is_person(in_use))

    if not scope.is_one_of_many:
        return int(known(scope).aggregate(**persons)["persons"])
    found = scope.by_service(f"persons {period}", lambda of: known(of).values(of_service=F(FIRST)).annotate(**persons))
    return sum(row["persons"] for row in found)


def _cells_of_many(reading: Reading, name: str, way: Combinable, each: columns.Columns) -> dict[Key, Row]:
    """A breakdown of many values: a pass of its own, but where nobody has told anything, and all are one cell."""
    scope, period = reading.scope, reading.period
    if reading.total.get(f"told_{name}") == 0:
        return {UNTOLD[name][1]: {column: reading.total[column] for column in each}} if reading.total["rows"] else {}

    def rows(of: Scope) -> QuerySet[Any]:
        return of.rows(period)

    if name == "entry_page":
        return _cells_of_pages(scope, period, way, each)
    if scope.among is None:
        found: Iterable[Any] = rows(scope).annotate(cell=way).values("cell").annotate(**each)
        return {row.pop("cell"): row for row in found}
    adds, apart = columns.divided(each)
    counts = added(scope, f"cells {name} {period}", rows, adds, {"cell": way})
    in_order = {row.pop("cell"): row for row in ordered(scope, f"cells {name} in order {period}", rows, apart, {"cell": way})}
    # Of a month that goes on the last contact of a cell may have got another topic between the two.
    return {(cell := row.pop("cell")): row | in_order.get(cell, {}) for row in counts}


def _cells_of_pages(scope: Scope, period: Period, way: Combinable, each: columns.Columns) -> dict[Key, Row]:
    """The pages from which most came: there may be very many."""
    if not scope.is_one_of_many:
        cells = scope.rows(period).annotate(cell=way).values("cell").annotate(**each)
        most: Iterable[Any] = cells.order_by(F("contacts").desc(), "cell")[:MOST_PAGES]
        return {row.pop("cell"): row for row in most}

    def read(of: Scope) -> Iterable[Any]:
        rank = Window(RowNumber(), partition_by="of_service", order_by=[F("contacts").desc(), "cell"])
        cells = of.rows(period).annotate(of_service=F(FIRST), cell=way).values("of_service", "cell").annotate(**each)
        return cells.annotate(rank=rank).filter(rank__lte=MOST_PAGES)

    found = scope.by_service(f"pages {period}", read)
    return {row["cell"]: {column: row[column] for column in each} for row in found}


def _alone(found: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """The services all of whose contacts came to one queue, with that queue: it has their medians, which are read once."""
    queues: dict[int, set[int]] = {}
    for row in found:
        queues.setdefault(row["by_service"], set()).add(row["by_queue"])
    return {service: each.pop() for service, each in queues.items() if len(each) == 1}


def _read_residents(reading: Reading, breakdowns: Collection[str], by_all: Iterable[Row]) -> None:
    """On how many the cells of what residents are rest: of one month what was counted by all breakdowns tells it, but of those
    of many values that somebody has told; these and several months together are one more query.
    """
    ways = {name: way for name, way in dimensions(reading.scope).items() if name in breakdowns and name in OF_RESIDENTS}
    if not ways:
        return
    months = reading.period.months
    reading.residents = [{name: {} for name in ways} for _month in months]
    if len(months) == 1 and "service" in breakdowns:
        untold = [name for name in ways if reading.total.get(f"told_{name}") == 0]
        known = [name for name in ways if name in TOGETHER or name in untold]
        for row in by_all:
            if row["contacts"]:
                _add_residents(
                    reading.residents[0], row["by_service"], row | {f"by_{name}": UNTOLD[name][1] for name in untold}, known
                )
        ways = {name: way for name, way in ways.items() if name not in known}
    if not ways:
        return

    def contacts(of: Scope) -> QuerySet[Any]:
        return of.rows(reading.period).filter(columns.CONTACT)

    by_names = {"of_month": of_month(months), "by_service": F(FIRST), **{f"by_{name}": way for name, way in ways.items()}}
    for row in added(reading.scope, f"residents {sorted(ways)} {reading.period}", contacts, columns.of_few(), by_names):
        _add_residents(reading.residents[row["of_month"]], row["by_service"], row, ways)


def _add_residents(
    month: dict[str, dict[Key, dict[int, dict[str, int]]]], service: int, row: Mapping[str, Any], names: Iterable[str]
) -> None:
    for name in names:
        counts = month[name].setdefault(row[f"by_{name}"], {}).setdefault(service, dict.fromkeys(columns.of_few(), 0))
        for number in counts:
            counts[number] += row[number]


def _read_transfers(reading: Reading) -> None:
    """Who moved whom where, and how long the moved ones waited: each by the instant at which the contact was queued (M13, M06)."""
    scope, period = reading.scope, reading.period

    def moves(of: Scope) -> QuerySet[Any]:
        return Transfer.objects.filter(conversation__in=of.rows(period).filter(columns.CONTACT)).order_by()

    def legs(of: Scope) -> QuerySet[Any]:
        passed_on = Transfer.objects.filter(PASSED_ON, to_leg=OuterRef("pk"))
        of_rows = of.rows(period).filter(columns.CONTACT)
        return Leg.objects.filter(Exists(passed_on), conversation__in=of_rows, number__gte=2).order_by()

    quick = PASSED_ON & Q(ended_at__lte=F("offered_at") + TAKEN_WITHIN)
    counts = {"n": Count("pk"), "quick": Count("pk", filter=quick)}
    ways = {name: F(name) for name in ("from_queue", "to_queue", "state", "reason")}
    found = added(
        scope, f"moves {period}", moves, counts, {f"by_{name}": way for name, way in ways.items()}, service=OF_CONVERSATION
    )
    matrix: Counter[tuple[int, int]] = Counter()
    by_state: Counter[str] = Counter()
    for row in found:
        if row["by_reason"] == TransferReason.OVERFLOW:
            by_state["overflow"] += row["n"]
            continue
        by_state[row["by_state"]] += row["n"]
        by_state["quick"] += row["quick"]
        if row["by_state"] == TransferState.ACCEPTED:
            matrix[row["by_from_queue"], row["by_to_queue"]] += row["n"]
    adds, apart = columns.divided(columns.series("leg", Micros("wait_seconds"), Q(wait_seconds__isnull=False)))
    reading.total |= total(scope, f"legs {period}", legs, adds, service=OF_CONVERSATION)
    reading.total |= ordered(scope, f"legs in order {period}", legs, apart, service=OF_CONVERSATION)[0]
    reading.total |= {
        "matrix": dict(matrix),
        "moves": by_state[TransferState.ACCEPTED],
        "quick_moves": by_state["quick"],
        "failed_moves": by_state[TransferState.DECLINED] + by_state[TransferState.EXPIRED],
        "overflows": by_state["overflow"],
    }


def _read_attempts(reading: Reading) -> None:
    scope, period = reading.scope, reading.period

    def rows(of: Scope) -> QuerySet[Any]:
        return of.attempts(period)

    names = ("service", "language", "entry_channel")
    went: Counter[str] = Counter()
    ways = {f"by_{name}": F(name) for name in ("went_to", *names)}
    for row in added(scope, f"attempts {period}", rows, {"n": Count("pk")}, ways, service="service"):
        went[row["by_went_to"]] += row["n"]
        for breakdown in names:
            if breakdown in reading.cells:
                cell = reading.cell(breakdown, row[f"by_{breakdown}"])
                cell["attempts"] = cell.get("attempts", 0) + row["n"]
    hours: Counter[tuple[int, int]] = Counter()
    by_hour = {"hour": UtcHour("at")}
    for row in added(scope, f"hours of attempts {period}", rows, {"n": Count("pk")}, by_hour, service="service"):
        hours[local_hour(instant_of(row["hour"]))] += row["n"]
    reading.total |= {"attempts": sum(went.values()), "went_to": dict(went), "attempt_hours": dict(hours)}
