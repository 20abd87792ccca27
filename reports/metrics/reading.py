"""Reads the numbers of a scope and a period: a fixed number of queries, from stamps and stored waits, never from messages.

One pass over the conversations counts every column, by the combinations of all breakdowns of few values; a breakdown of many is
the same pass, grouped by it. What needs a look at other rows
(transfers, repeats) is read once for those conversations only that it concerns, grouped by all breakdowns together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Case, CharField, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Substr

from chat.choices import FailureDemand, Outcome, TransferReason, TransferState
from chat.models import Conversation, Leg, Transfer
from chat.models.conversations import ConversationQuerySet, comes_again
from chat.models.transfers import TAKEN_WITHIN
from reports.metrics import columns
from reports.metrics.definition import Source
from reports.metrics.scope import Scope, with_identification
from reports.metrics.series import of_month
from reports.metrics.sql import Micros, UtcHour, instant_of
from reports.months import Period, local_hour
from services.models import Queue

REPEATED_WITHIN = timedelta(hours=168)
PASSED_ON = Q(state=TransferState.ACCEPTED) & ~Q(reason=TransferReason.OVERFLOW)
"""A transfer that reached somebody. What goes on by itself to an overflow queue is nobody's transfer (S002-44)."""
Key = Any
TOGETHER = frozenset({"service", "queue", "group", "language", "entry_channel", "identified", "contactor"})
"""Breakdowns of few values: their combinations are so few that one pass counts them all."""
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


def dimensions(scope: Scope) -> dict[str, Combinable]:
    """What contacts are broken down by (metrics 1.6): each by what it was when it was queued, but the topic."""
    return scope.once("dimensions", lambda: _dimensions(scope))


def _dimensions(scope: Scope) -> dict[str, Combinable]:
    return {
        "service": F("first_queue__service"),
        "queue": F("first_queue"),
        "group": _groups(scope),
        "language": Case(
            When(language__in=["fi", "sv", "en"], then=F("language")), default=Value("other"), output_field=CharField()
        ),
        "entry_channel": F("entry_channel"),
        "identified": Case(When(columns.IDENTIFIED, then=Value(True)), default=Value(False), output_field=BooleanField()),
        "entry_page": _pages(),
        "contactor": F("contactor"),
        "topic": F("topic"),
        "municipality": Coalesce("municipality__successor", "municipality"),  # the history of one that has ended (M25)
    }


def read(scope: Scope, period: Period, *, sources: Collection[Source], breakdowns: Collection[str] = ()) -> Reading:
    """The numbers of the scope, from the sources that are asked for."""
    reading = Reading(scope, period)
    if not {Source.CONVERSATIONS, Source.IDENTIFICATION, Source.FLAGS}.isdisjoint(sources):
        _read_conversations(reading, sources, breakdowns)
    if Source.FLAGS in sources:
        _read_flags(reading, breakdowns)
    if Source.TRANSFERS in sources:
        _read_transfers(reading)
    if Source.ATTEMPTS in sources:
        _read_attempts(reading)
    return reading


def _read_conversations(reading: Reading, sources: Collection[Source], breakdowns: Collection[str]) -> None:
    rows = reading.scope.rows(reading.period)
    if not {Source.IDENTIFICATION, Source.FLAGS}.isdisjoint(sources):
        reading.in_use = with_identification(reading.scope, reading.period)
    shared = {
        **columns.of_statuses(),
        **columns.of_waits(),
        **columns.of_outcomes(),
        **columns.of_doctors(),
        **columns.of_identification(reading.in_use),
    }
    whole = {
        **shared,
        **columns.of_lengths(),
        **columns.of_bands(),
        **columns.of_reasons(),
        **columns.of_opinions(whole=True),
    }
    each = {**shared, **columns.of_opinions(whole=False)}
    reading.total["tests"] = reading.scope.rows(reading.period, tests=True).count()
    together = [name for name in breakdowns if name in TOGETHER]
    by_all: list[dict[str, Any]] = []
    ways = dimensions(reading.scope)
    if together:
        by_all = _read_together(reading, {name: ways[name] for name in together}, whole, each)
    else:
        reading.total |= rows.aggregate(**whole)
    for name in breakdowns:
        if name in together:
            continue
        cells = rows.annotate(cell=ways[name]).values("cell").annotate(**each)
        found: Iterable[Any] = cells.order_by(F("contacts").desc(), "cell")[:MOST_PAGES] if name == "entry_page" else cells
        reading.cells[name] = {row.pop("cell"): row for row in found}
    _read_residents(reading, breakdowns, by_all)


def _read_together(
    reading: Reading, ways: Mapping[str, Combinable], whole: columns.Columns, each: columns.Columns
) -> list[dict[str, Any]]:
    """One pass for the total and all of these breakdowns: what adds up is counted by their combinations, which are given, and
    added here.

    Medians, ranks and different persons do not add up: for them the rows are passed once more for each. No cursor is used where
    few rows come: PostgreSQL reads with several workers only what is fetched at once.
    """
    rows = reading.scope.rows(reading.period)
    adds, apart = columns.divided(whole)
    reading.total |= {name: column.empty_result_set_value for name, column in adds.items()}
    for name in ways:
        reading.cells[name] = {}
    by_all = rows.annotate(**{f"by_{name}": way for name, way in ways.items()}).values(*(f"by_{name}" for name in ways))
    shown = [name for name in adds if name in each]
    found = list(by_all.annotate(**adds))
    for row in found:
        columns.add_up(reading.total, row, adds)
        for name in ways:
            cells, key = reading.cells[name], row[f"by_{name}"]
            if key in cells:
                columns.add_up(cells[key], row, shown)
            else:
                cells[key] = {column: row[column] for column in shown}
    reading.total |= rows.aggregate(**apart)
    _adds, apart = columns.divided(each)
    alone = _alone(found) if {"service", "queue"} <= set(ways) else {}
    for name, way in ways.items():
        if len(reading.cells[name]) == 1:  # it has all rows, and what was read of them all is its own
            next(iter(reading.cells[name].values())).update({column: reading.total[column] for column in apart})
            continue
        of_name = rows.filter(first_queue__service__in=set(reading.cells[name]) - set(alone)) if name == "service" else rows
        of_cells: Iterable[Any] = of_name.annotate(cell=way).values("cell").annotate(**apart)
        for row in of_cells:
            if (cell := row.pop("cell")) in reading.cells[name]:  # a breakdown with one value has a row of its own of no contacts
                reading.cells[name][cell] |= row
    for service, queue in alone.items():
        reading.cells["service"][service] |= {column: reading.cells["queue"][queue][column] for column in apart}
    return found


def _alone(found: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """The services all of whose contacts came to one queue, with that queue: it has their medians, and they are read once."""
    queues: dict[int, set[int]] = {}
    for row in found:
        queues.setdefault(row["by_service"], set()).add(row["by_queue"])
    return {service: each.pop() for service, each in queues.items() if len(each) == 1}


def _read_residents(reading: Reading, breakdowns: Collection[str], by_all: Iterable[Mapping[str, Any]]) -> None:
    """On how many the cells of what residents are rest: of one month what was counted by all breakdowns tells it, but of those
    that are not among them; these and several months together are one more query.
    """
    ways = {name: way for name, way in dimensions(reading.scope).items() if name in breakdowns and name in OF_RESIDENTS}
    if not ways:
        return
    months = reading.period.months
    reading.residents = [{name: {} for name in ways} for _month in months]
    if len(months) == 1 and "service" in breakdowns:
        known = [name for name in ways if name in TOGETHER]
        for row in by_all:
            if row["contacts"]:
                _add_residents(reading.residents[0], row["by_service"], row, known)
        ways = {name: way for name, way in ways.items() if name not in known}
    if not ways:
        return
    rows = reading.scope.rows(reading.period).filter(columns.CONTACT)
    rows = rows.annotate(of_month=of_month(months), **{f"by_{name}": way for name, way in ways.items()})
    rests = rows.values("of_month", "first_queue__service", *(f"by_{name}" for name in ways)).annotate(**columns.of_few())
    for row in rests:
        _add_residents(reading.residents[row["of_month"]], row["first_queue__service"], row, ways)


def _add_residents(
    month: dict[str, dict[Key, dict[int, dict[str, int]]]], service: int, row: Mapping[str, Any], names: Iterable[str]
) -> None:
    for name in names:
        counts = month[name].setdefault(row[f"by_{name}"], {}).setdefault(service, dict.fromkeys(columns.of_few(), 0))
        for number in counts:
            counts[number] += row[number]


def with_flags(rows: ConversationQuerySet) -> ConversationQuerySet:
    """Each with what only other rows tell: whether it was passed on, came to the wrong service, came again or asked again."""
    moved = Transfer.objects.filter(PASSED_ON, conversation=OuterRef("pk"))
    wrong_leg = Leg.objects.filter(conversation=OuterRef("pk"), wrong_service=True)
    later = (
        Conversation.objects.counted()
        .of_residents()
        .annotate(of_county=F("county_id") + 0)  # not by the county's index, as in `comes_again`
        .filter(
            of_county=OuterRef("county_id"),
            person=OuterRef("person"),
            topic__key=OuterRef("topic__key"),
            queued_at__gt=OuterRef("closed_at"),
            queued_at__lte=OuterRef("closed_at") + REPEATED_WITHIN,
        )
    )
    return rows.annotate(
        moved=Exists(moved),
        wrong=truth(Q(wrong_service=True) | Q(outcome=Outcome.R7) | Exists(wrong_leg)),
        repeats=truth(comes_again()),
        asks_again=truth(columns.ANSWERED & Q(outcome__in=columns.FIRST) & ~Q(person="") & Exists(later)),
    )


def flagged(rows: ConversationQuerySet) -> ConversationQuerySet:
    """Those with something that only other rows tell: a transfer, a repeat, a leg in the wrong service; or a reason of M18."""
    return with_flags(rows).filter(
        columns.CONTACT & (Q(moved=True) | Q(wrong=True) | Q(repeats=True) | Q(asks_again=True) | ~Q(failure_demand=""))
    )


FLAGS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "transferred": lambda row: row["moved"] and row["is_answered"],
    "moved_away": lambda row: row["moved"] and not row["is_answered"],
    "wrong_service": lambda row: row["wrong"],
    "repeats": lambda row: row["repeats"],
    "asks_again": lambda row: row["asks_again"],
    "needless": lambda row: row["wrong"] or row["repeats"] or bool(row["failure_demand"]),
    **{reason: lambda row, reason=reason: row["failure_demand"] == reason for reason in FailureDemand.values},  # type: ignore[misc]
}


def _read_flags(reading: Reading, breakdowns: Collection[str]) -> None:
    ways = {name: way for name, way in dimensions(reading.scope).items() if name in breakdowns}
    rows = flagged(reading.scope.rows(reading.period)).annotate(
        is_answered=truth(columns.ANSWERED), **{f"by_{name}": way for name, way in ways.items()}
    )
    names = ("moved", "wrong", "repeats", "asks_again", "failure_demand", "is_answered", *(f"by_{name}" for name in ways))
    total: Counter[str] = Counter()
    for row in rows.values(*names).annotate(n=Count("pk")).iterator():
        held = [flag for flag, holds in FLAGS.items() if holds(row)]
        total.update(dict.fromkeys(held, row["n"]))
        for name in ways:
            cell = reading.cell(name, row[f"by_{name}"])
            for flag in held:
                cell[flag] = cell.get(flag, 0) + row["n"]
    reading.total |= {flag: total[flag] for flag in FLAGS}
    reading.total["right_services"] = _read_right_services(reading)


def _read_right_services(reading: Reading) -> dict[int, int]:
    """To which services those who came to the wrong one should have come: as the responder told, else where they were passed on
    to last as such. Each contact once (M18).
    """
    rows = reading.scope.rows(reading.period).filter(columns.CONTACT)
    told = rows.filter(wrong_service_target__isnull=False).order_by().values_list("wrong_service_target").annotate(n=Count("pk"))
    found = Counter(dict(told))
    moves = Transfer.objects.filter(
        PASSED_ON, reason=TransferReason.WRONG_SERVICE, conversation__in=rows.filter(wrong_service_target__isnull=True)
    )
    found.update(dict(moves.order_by("ended_at", "pk").values_list("conversation", "to_queue__service")).values())
    return dict(found)


def _read_transfers(reading: Reading) -> None:
    """Who moved whom where, and how long the moved ones waited: each by the instant at which the contact was queued (M13, M06)."""
    of_rows = reading.scope.rows(reading.period).filter(columns.CONTACT)
    moves = Transfer.objects.filter(conversation__in=of_rows).order_by()
    quick = PASSED_ON & Q(ended_at__lte=F("offered_at") + TAKEN_WITHIN)
    found = moves.values("from_queue", "to_queue", "state", "reason").annotate(n=Count("pk"), quick=Count("pk", filter=quick))
    matrix: Counter[tuple[int, int]] = Counter()
    by_state: Counter[str] = Counter()
    for row in found:
        if row["reason"] == TransferReason.OVERFLOW:
            by_state["overflow"] += row["n"]
            continue
        by_state[row["state"]] += row["n"]
        by_state["quick"] += row["quick"]
        if row["state"] == TransferState.ACCEPTED:
            matrix[row["from_queue"], row["to_queue"]] += row["n"]
    passed_on = Transfer.objects.filter(PASSED_ON, to_leg=OuterRef("pk"))
    legs = Leg.objects.filter(Exists(passed_on), conversation__in=of_rows, number__gte=2)
    waits = columns.series("leg", Micros("wait_seconds"), Q(wait_seconds__isnull=False))
    reading.total |= legs.order_by().aggregate(**waits)
    reading.total |= {
        "matrix": dict(matrix),
        "moves": by_state[TransferState.ACCEPTED],
        "quick_moves": by_state["quick"],
        "failed_moves": by_state[TransferState.DECLINED] + by_state[TransferState.EXPIRED],
        "overflows": by_state["overflow"],
    }


def _read_attempts(reading: Reading) -> None:
    rows = reading.scope.attempts(reading.period)
    names = {"service": "service", "language": "language", "entry_channel": "entry_channel"}
    went: Counter[str] = Counter()
    for row in rows.values("went_to", *names.values()).annotate(n=Count("pk")):
        went[row["went_to"]] += row["n"]
        for breakdown, column in names.items():
            if breakdown in reading.cells:
                cell = reading.cell(breakdown, row[column])
                cell["attempts"] = cell.get("attempts", 0) + row["n"]
    hours: Counter[tuple[int, int]] = Counter()
    for row in rows.annotate(hour=UtcHour("at")).values("hour").annotate(n=Count("pk")):
        hours[local_hour(instant_of(row["hour"]))] += row["n"]
    reading.total |= {"attempts": sum(went.values()), "went_to": dict(went), "attempt_hours": dict(hours)}


def truth(condition: Combinable | Q) -> Case:
    """The condition as a column."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _pages() -> Combinable:
    """The page without its language: a page in each language would tell of small numbers by language (metrics 1.4)."""
    in_language = Q(entry_page__startswith="/fi/") | Q(entry_page__startswith="/sv/") | Q(entry_page__startswith="/en/")
    return Case(When(in_language, then=Substr("entry_page", 4)), default=F("entry_page"), output_field=CharField())


def _groups(scope: Scope) -> Combinable:
    """The groups that answer the first queue, as the text of their keys: a queue with two groups is one cell of both."""
    groups: dict[int, list[str]] = {}
    pairs = Queue.objects.filter(service__in=scope.services, groups__isnull=False).order_by("groups__key")
    for queue, group in pairs.values_list("pk", "groups__key"):
        groups.setdefault(queue, []).append(group)
    by_text: dict[str, list[int]] = {}
    for queue, keys in groups.items():
        by_text.setdefault(" ".join(keys), []).append(queue)
    cases = [When(first_queue__in=queues, then=Value(text)) for text, queues in by_text.items()]
    return Case(*cases, default=Value(""), output_field=CharField())
