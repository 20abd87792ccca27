"""The columns that one pass over the conversations of a period counts (metrics 1.1–1.3, 3).

Conditions are asked of each row in the order in which they are written: what few rows have stands first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, F, Max, Q, Sum
from django.db.models.expressions import Combinable

from chat.choices import GIVEN_OUTCOMES, EndedBy, Outcome, OutcomeReason, Status, WhyChat
from reports.metrics.ranks import Ranks, Values, ranks_of
from reports.metrics.sql import Elapsed, Micros

# One that is still going on has been answered when a human has replied (metrics 1.1).
ANSWERED = Q(status=Status.ANSWERED) | Q(status="", first_reply_at__isnull=False)
CONTACT = ANSWERED | Q(status__in=[Status.ABANDONED, Status.SERVICE_CLOSED])
WITHIN = ANSWERED & Q(response_seconds__lte=F("first_queue__service__response_target_seconds"))
IDENTIFIED = Q(identified_at__isnull=False) & (Q(closed_at__isnull=True) | Q(identified_at__lt=F("closed_at")))

FIRST = (Outcome.R1, Outcome.R2)
ONE = (Outcome.R1, Outcome.R2, Outcome.R3, Outcome.R4, Outcome.R6, Outcome.R8)
TRADITIONAL = (Outcome.R3, Outcome.R4, Outcome.R5)
BANDS = ((0, 60), (60, 180), (180, 300), (300, 600), (600, 900), (900, 1800), (1800, None))
"""Queue time in seconds: the lower bound is inside, the upper one is not (M06)."""

Columns = dict[str, Any]
NUMBER, SUM, LONGEST, RANKS = "_n", "_sum", "_max", "_ranks"
OF_VALUES = (NUMBER, SUM, LONGEST)
"""What a series of durations tells beside its ranks, and what its values tell as well (`series`)."""
REASON = "reason_"
SILENT = "ended_for_silence"


def counted(condition: Q) -> Count:
    """How many rows of the pass."""
    return Count("pk", filter=condition)


def divided(columns: Columns, *, packed: bool = False) -> tuple[Columns, Columns]:
    """Those whose figure of a whole comes from the figures of its parts (counts, sums, longest), and the medians and ranks.

    Where the values of these are read (`packed`), their number, sum and longest come from them as well, and are not counted.
    """
    apart = {name: column for name, column in columns.items() if isinstance(column, Ranks)}
    spared = {f"{name.removesuffix(RANKS)}{end}" for name in apart for end in OF_VALUES} if packed else set()
    return {name: column for name, column in columns.items() if name not in apart and name not in spared}, apart


def add_up(total: dict[str, Any], part: Mapping[str, Any], names: Iterable[str]) -> None:
    """Add a part to the total: counts and sums are summed, of the longest the longer stays; nothing is no number."""
    for name in names:
        there, more = total[name], part[name]
        if more is None:
            continue
        if there is None:
            total[name] = more
        elif name.endswith(LONGEST):
            total[name] = max(there, more)
        else:
            total[name] = there + more


TOLD_BY: Mapping[str, str] = {"wait": "M06", "response": "M07", "length": "M09", "left": "M04"}
"""Which metric tells a series of durations: where it is not asked for, its medians need not be sorted out."""


def asked(columns: Columns, codes: Collection[str]) -> Columns:
    """The columns without the series of metrics that are not asked for."""
    spared = tuple(f"{name}_" for name, code in TOLD_BY.items() if code not in codes)
    return {name: column for name, column in columns.items() if not name.startswith(spared)}


def series(name: str, micros: Combinable, condition: Q) -> Columns:
    """A series of durations: how many, their sum, median and nine of ten, longest."""
    return {
        f"{name}{NUMBER}": Count(micros, filter=condition),
        f"{name}{SUM}": Sum(micros, filter=condition),
        f"{name}{RANKS}": Ranks(micros, filter=condition),
        f"{name}{LONGEST}": Max(micros, filter=condition),
    }


def of_values(name: str, parts: Sequence[Values]) -> dict[str, Any]:
    """What a series tells, of its values themselves: of none there is neither sum nor longest."""
    known = [part for part in parts if len(part)]
    return {
        f"{name}{NUMBER}": sum(len(part) for part in known),
        f"{name}{SUM}": sum(int(part.sum()) for part in known) if known else None,
        f"{name}{RANKS}": ranks_of(known),
        f"{name}{LONGEST}": max(int(part.max()) for part in known) if known else None,
    }


def of_statuses() -> Columns:
    """M01, M03, M04, M08: what came of the contacts."""
    return {
        "contacts": counted(CONTACT),
        "answered": counted(ANSWERED),
        "abandoned": counted(Q(status=Status.ABANDONED)),
        "service_closed": counted(Q(status=Status.SERVICE_CLOSED)),
        "short_abandon": counted(Q(status=Status.SHORT_ABANDON)),
        "within": counted(WITHIN),
    }


def of_waits() -> Columns:
    """M06 and M07, by the waits stored when they happened."""
    return {
        **series("wait", Micros("wait_seconds"), ANSWERED),
        **series("response", Micros("response_seconds"), ANSWERED),
    }


def of_lengths() -> Columns:
    """M09 with those that the portal ended for silence, a class of their own, and the waits of those who left, by their stamps."""
    return {
        SILENT: counted(Q(ended_by=EndedBy.SYSTEM) & ANSWERED),
        **series("length", Elapsed("accepted_at", "closed_at"), ANSWERED),
        **series("left", Elapsed("queued_at", "left_at"), Q(status=Status.ABANDONED)),
    }


def of_bands() -> Columns:
    """The histogram of queue times."""
    found = {}
    for low, high in BANDS:
        inside = Q(wait_seconds__gte=low) & (Q() if high is None else Q(wait_seconds__lt=high))
        found[f"band_{low}"] = counted(inside & ANSWERED)
    return found


def of_outcomes() -> Columns:
    """M10–M12: each code among the answered."""
    return {
        **{code: counted(Q(outcome=code) & ANSWERED) for code in Outcome.values},
        "coded": counted(ANSWERED & Q(outcome__in=GIVEN_OUTCOMES)),
    }


def of_reasons() -> Columns:
    """Why the matters of M12 went on to a traditional service (S004-4)."""
    gone_on = Q(outcome__in=TRADITIONAL) & ANSWERED
    return {f"{REASON}{code}": counted(Q(outcome_reason=code) & gone_on) for code in (*OutcomeReason.values, "")}


def of_opinions(*, whole: bool) -> Columns:
    """M14–M16 by contact; `whole` with each answer from 0 to 10 and from 1 to 5, and why they chose the chat."""
    satisfaction = Q(feedback__satisfaction__isnull=False) & CONTACT
    recommend = Q(feedback__recommend__isnull=False) & CONTACT
    found: Columns = {
        "satisfaction_n": counted(satisfaction),
        "satisfaction_sum": Sum("feedback__satisfaction", filter=CONTACT),
        "content": counted(Q(feedback__satisfaction__gte=4) & CONTACT),
        "recommend_n": counted(recommend),
        "promoters": counted(Q(feedback__recommend__gte=9) & CONTACT),
        "passives": counted(Q(feedback__recommend__range=(7, 8)) & CONTACT),
        "detractors": counted(Q(feedback__recommend__lte=6) & CONTACT),
        "with_feedback": counted(Q(feedback__answered_at__isnull=False) & CONTACT),
    }
    if whole:
        found |= {f"satisfaction_{mark}": counted(Q(feedback__satisfaction=mark) & CONTACT) for mark in range(1, 6)}
        found |= {f"recommend_{mark}": counted(Q(feedback__recommend=mark) & CONTACT) for mark in range(11)}
        found |= {f"why_{code}": counted(Q(feedback__why_chat=code) & CONTACT) for code in WhyChat.values}
    return found


def of_few() -> Columns:
    """On how many the figures of a cell rest (metrics 1.4)."""
    rated = CONTACT & Q(feedback__satisfaction__isnull=False)
    coded = ANSWERED & Q(outcome__in=GIVEN_OUTCOMES)
    return {"contacts": counted(CONTACT), "answered": counted(ANSWERED), "coded": counted(coded), "satisfaction_n": counted(rated)}


def of_identification(in_use: Collection[int]) -> Columns:
    """M02, and what the verified line of M10 divides by: only where identification is in use (metrics 1.7)."""
    here = Q(first_queue__service__in=list(in_use))
    return {
        "asked": counted(CONTACT & here),
        "identified": counted(CONTACT & here & IDENTIFIED),
        "first_asked": counted(ANSWERED & here & Q(outcome__in=FIRST)),
        "first_nameless": counted(ANSWERED & here & Q(outcome__in=FIRST, person="")),
        "coded_asked": counted(ANSWERED & here & Q(outcome__in=GIVEN_OUTCOMES)),
    }


def is_person(in_use: Collection[int]) -> Q:
    """Somebody known by name made the contact: of M02 the different persons are told, too."""
    return CONTACT & Q(first_queue__service__in=list(in_use)) & IDENTIFIED & ~Q(person="")


def of_doctors() -> Columns:
    """M24: answered contacts whose last leg was in a doctor's queue."""
    return {"doctor": counted(ANSWERED & Q(queue__is_doctor=True))}
