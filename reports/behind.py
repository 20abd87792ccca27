"""From a figure to the conversations that it counts: ids, times, queue and outcome; never a word of anybody, nor who she is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from chat.choices import GIVEN_OUTCOMES, Status
from chat.models.conversations import ConversationQuerySet
from reports.metrics import Scope, columns
from reports.metrics.flags import with_flags
from reports.metrics.scope import with_identification
from reports.months import Period
from reports.rounding import persons

CODED = columns.ANSWERED & Q(outcome__in=GIVEN_OUTCOMES)


@dataclass(frozen=True, slots=True)
class Behind:
    """All that a figure looks at, and which of them it counts; without the latter it counts them all."""

    looks_at: Q
    counts: Q | None = None
    needs_flags: bool = False
    is_of_identity: bool = False


BEHIND: Mapping[str, Behind] = {
    "M01": Behind(columns.CONTACT),
    "M02": Behind(columns.CONTACT, columns.IDENTIFIED, is_of_identity=True),
    "M03": Behind(columns.CONTACT, columns.ANSWERED),
    "M04": Behind(columns.CONTACT, Q(status=Status.ABANDONED)),
    "M06": Behind(columns.ANSWERED & Q(wait_seconds__isnull=False)),
    "M07": Behind(columns.ANSWERED & Q(response_seconds__isnull=False)),
    "M08": Behind(columns.CONTACT, columns.WITHIN),
    "M09": Behind(columns.ANSWERED & Q(accepted_at__isnull=False, closed_at__isnull=False)),
    "M10": Behind(CODED, Q(outcome__in=columns.FIRST)),
    "M11": Behind(CODED, Q(outcome__in=columns.ONE)),
    "M12": Behind(CODED, Q(outcome__in=columns.TRADITIONAL)),
    "M13": Behind(columns.ANSWERED, Q(moved=True), needs_flags=True),
    "M14": Behind(columns.CONTACT & Q(feedback__satisfaction__isnull=False)),
    "M15": Behind(columns.CONTACT & Q(feedback__recommend__isnull=False)),
    "M16": Behind(columns.CONTACT & Q(feedback__answered_at__isnull=False)),
    "M18": Behind(columns.CONTACT, Q(wrong=True) | Q(repeats=True) | ~Q(failure_demand=""), needs_flags=True),
    "M19": Behind(columns.CONTACT, Q(repeats=True), needs_flags=True),
    "M24": Behind(columns.ANSWERED & Q(queue__is_doctor=True)),
}
LISTED = tuple(BEHIND)
SHOWN = ("public_id", "queued_at", "first_queue", "status", "state", "wait_seconds", "response_seconds", "closed_at", "outcome")
"""What is read of a row."""


@dataclass(slots=True)
class Found:
    """The rows behind a figure, and how many are counted and how many are not."""

    counted: ConversationQuerySet
    others: ConversationQuerySet | None
    n: int
    left_out: int
    is_hidden: bool
    """They would tell of one to four persons what they are (metrics 1.4)."""


def rows_behind(scope: Scope, period: Period, code: str) -> Found:
    """The rows of the figure: two counts, and two querysets that read nothing yet."""
    behind = BEHIND[code]
    rows: Any = scope.rows(period)
    if behind.is_of_identity:
        rows = rows.filter(first_queue__service__in=with_identification(scope, period))
    rows = (with_flags(rows) if behind.needs_flags else rows).filter(behind.looks_at)
    counted = rows if behind.counts is None else rows.filter(behind.counts)
    n = counted.count()
    if behind.counts is None:
        return Found(_in_order(counted), None, n, 0, is_hidden=False)
    left_out = rows.count() - n
    hidden = behind.is_of_identity and None in persons({True: n, False: left_out}).values()
    # Not `exclude`: what is null is neither, and would be in no list.
    others = _in_order(rows.exclude(pk__in=counted.order_by().values("pk")))
    return Found(_in_order(counted), others, n, left_out, is_hidden=hidden)


def _in_order(rows: Any) -> Any:
    return rows.only(*SHOWN).order_by("queued_at", "pk")
