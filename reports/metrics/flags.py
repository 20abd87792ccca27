"""What only other rows tell of a contact: transfers, repeats, the wrong service (M10, M13, M18, M19).

It is read once, for those conversations only that it concerns, grouped by all breakdowns together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet

from chat.choices import FailureDemand, Outcome, TransferReason, TransferState
from chat.models import Conversation, Leg, Transfer
from chat.models.conversations import ConversationQuerySet, comes_again
from reports.metrics import columns
from reports.metrics.dimensions import dimensions, truth
from reports.metrics.passes import FIRST, OF_CONVERSATION, Ways, added
from reports.metrics.scope import Scope
from reports.months import Period

REPEATED_WITHIN = timedelta(hours=168)
PASSED_ON = Q(state=TransferState.ACCEPTED) & ~Q(reason=TransferReason.OVERFLOW)
"""A transfer that reached somebody. What goes on by itself to an overflow queue is nobody's transfer (S002-44)."""
Cells = dict[str, dict[Any, dict[str, Any]]]


def with_flags(rows: ConversationQuerySet) -> ConversationQuerySet:
    """Each with what only other rows tell: whether it was passed on, came to the wrong service, came again or asked again."""
    later = (
        Conversation.objects.counted()
        .of_residents()
        .annotate(of_county=F("county_id") + 0)  # not by the county's index, as in `comes_again`
        .filter(
            columns.CONTACT,  # who left at once has made no contact (metrics 1.1)
            of_county=OuterRef("county_id"),
            person=OuterRef("person"),
            topic__key=OuterRef("topic__key"),
            queued_at__gt=OuterRef("closed_at"),
            queued_at__lte=OuterRef("closed_at") + REPEATED_WITHIN,
        )
    )
    return rows.annotate(
        moved=passed_on(),
        wrong=came_wrong(),
        repeats=truth(comes_again()),
        asks_again=truth(columns.ANSWERED & Q(outcome__in=columns.FIRST) & ~Q(person="") & Exists(later)),
    )


def came_wrong() -> Case:
    """Whether a conversation came to the wrong service: it was marked, ended so, or was passed on as such (M18)."""
    wrong_leg = Leg.objects.filter(conversation=OuterRef("pk"), wrong_service=True)
    return truth(Q(wrong_service=True) | Q(outcome=Outcome.R7) | Exists(wrong_leg))


def passed_on() -> Exists:
    """Whether a conversation was passed on to somebody (M13)."""
    return Exists(Transfer.objects.filter(PASSED_ON, conversation=OuterRef("pk")))


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


def read_flags(scope: Scope, period: Period, breakdowns: Collection[str]) -> tuple[dict[str, Any], Cells]:
    """How many have each flag, in all and in the cells of each breakdown, and where they should have come: three queries."""
    ways = {name: way for name, way in dimensions(scope.among or scope).items() if name in breakdowns}
    total: dict[str, Any] = dict.fromkeys(FLAGS, 0)
    cells: Cells = {name: {} for name in ways}
    for row in scope.by_service(f"flags {sorted(ways)} {period}", lambda of: _flags_of(of, period, ways)):
        for (name, key), flags in row["flags"].items():
            cell = cells[name].setdefault(key, {}) if name else total
            for flag, n in flags.items():
                cell[flag] = cell.get(flag, 0) + n
    return total | {"right_services": _right_services(scope, period)}, cells


def _flags_of(scope: Scope, period: Period, ways: Ways) -> Iterable[Any]:
    """Of each service how many have each flag, in all (without a name) and in each cell of the breakdowns."""
    by_names = {"of_service": F(FIRST), **{f"by_{name}": way for name, way in ways.items()}}
    rows = flagged(scope.rows(period)).annotate(is_answered=truth(columns.ANSWERED), **by_names)
    names = ("moved", "wrong", "repeats", "asks_again", "failure_demand", "is_answered", *by_names)
    found: dict[int, dict[tuple[str, Any], Counter[str]]] = {}
    for row in rows.values(*names).annotate(n=Count("pk")).iterator():
        held = dict.fromkeys((flag for flag, holds in FLAGS.items() if holds(row)), row["n"])
        of_service = found.setdefault(row["of_service"], {})
        for cell in (("", None), *((name, row[f"by_{name}"]) for name in ways)):
            of_service.setdefault(cell, Counter()).update(held)
    return [{"of_service": service, "flags": flags} for service, flags in found.items()]


def _right_services(scope: Scope, period: Period) -> dict[int, int]:
    """To which services those who came to the wrong one should have come: as the responder told, else where they were passed on
    to last as such. Each contact once (M18).
    """

    def told(of: Scope) -> QuerySet[Any]:
        return of.rows(period).filter(columns.CONTACT, wrong_service_target__isnull=False)

    def moved(of: Scope) -> Iterable[Any]:
        rows = of.rows(period).filter(columns.CONTACT, wrong_service_target__isnull=True)
        moves = Transfer.objects.filter(PASSED_ON, reason=TransferReason.WRONG_SERVICE, conversation__in=rows)
        keys = {"of_service": F(OF_CONVERSATION), "to_service": F("to_queue__service")}
        return moves.order_by("ended_at", "pk").values("conversation", **keys)

    found: Counter[int] = Counter()
    for row in added(scope, f"told places {period}", told, {"n": Count("pk")}, {"place": F("wrong_service_target")}):
        found[row["place"]] += row["n"]
    last = {row["conversation"]: row["to_service"] for row in scope.by_service(f"right places {period}", moved)}
    found.update(last.values())
    return dict(found)
