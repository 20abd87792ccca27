"""From a figure to the rows that it counts: ids, times, queue and outcome; never a word of anybody, nor who she is.

The rows are found by the same conditions by which the figure counts them, so that a list has as many as its figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.choices import GIVEN_OUTCOMES, Status
from guidance import usage
from reports.metrics import Figure, Scope, columns
from reports.metrics.elsewhere import own_mails_of
from reports.metrics.flags import with_flags
from reports.metrics.requests import is_in_time, requests_of
from reports.metrics.scope import with_identification
from reports.metrics.work import in_primary_care, kept_promise, promises, same_day_of
from reports.months import Period
from reports.rounding import persons
from services.calendars import local_date

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
SHOWN = ("public_id", "queued_at", "first_queue", "status", "state", "wait_seconds", "response_seconds", "closed_at", "outcome")
"""What is read of a conversation."""
OF_WALK = ("began_at", "outcome", "outcome_at", "handed_over_at", "first__title")


class Kind(StrEnum):
    """What the rows of a list are, as the audit log names them."""

    CONVERSATIONS = "chat.conversation"
    ATTEMPTS = "chat.attempt"
    LATER = "chat.latercontact"
    SESSIONS = "guidance.pathsession"


class Picked:
    """Rows that were picked one by one, in order; only those of a page are read."""

    ordered = True

    def __init__(self, rows: QuerySet[Any], keys: Sequence[int]) -> None:
        self.rows, self.keys = rows, keys

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, part: slice) -> list[Any]:
        found = self.rows.in_bulk(self.keys[part])
        return [found[key] for key in self.keys[part] if key in found]


@dataclass(slots=True)
class Found:
    """The rows behind a figure, and how many are counted and how many are not."""

    counted: Any
    others: Any
    """None: it counts all that it looks at."""
    n: int
    left_out: int
    is_hidden: bool = False
    """They would tell of one to four persons what they are (metrics 1.4)."""
    kind: Kind = Kind.CONVERSATIONS
    is_later: bool = False
    """Conversations in which nobody waited at the other end: of them the answer is told in place of the waits."""


def rows_behind(scope: Scope, period: Period, code: str, *, now: datetime | None = None) -> Found:
    """The rows of the figure, with how many there are: the rows themselves are read when they are shown."""
    if code in READERS:
        return READERS[code](scope, period, now or timezone.now())
    behind = BEHIND[code]
    rows: Any = scope.rows(period)
    if behind.is_of_identity:
        rows = rows.filter(first_queue__service__in=with_identification(scope, period))
    rows = (with_flags(rows) if behind.needs_flags else rows).filter(behind.looks_at)
    counted = rows if behind.counts is None else rows.filter(behind.counts)
    n = counted.count()
    if behind.counts is None:
        return Found(_in_order(counted), None, n, 0)
    left_out = rows.count() - n
    hidden = behind.is_of_identity and None in persons({True: n, False: left_out}).values()
    # Not `exclude`: what is null is neither, and would be in no list.
    others = _in_order(rows.exclude(pk__in=counted.order_by().values("pk")))
    return Found(_in_order(counted), others, n, left_out, is_hidden=hidden)


def is_listed(figure: Figure) -> bool:
    """The figure has a list, and there is something in it: of M20 only what came to the portal’s own mailboxes."""
    n = dict(figure.parts).get("own_mails", 0) if figure.metric == "M20" else figure.n
    return figure.metric in LISTED and bool(n)


def _attempts(scope: Scope, period: Period, _now: datetime) -> Found:
    """M05."""
    rows = scope.attempts(period)
    return Found(rows.order_by("at", "pk"), None, rows.count(), 0, kind=Kind.ATTEMPTS)


def _same_day(scope: Scope, period: Period, _now: datetime) -> Found:
    """M08b."""
    asked, reached = same_day_of(scope, period)
    rows: Any = in_primary_care(scope, period).filter(asked)
    counted = rows.filter(reached)
    n = counted.count()
    others = rows.exclude(pk__in=counted.values("pk"))
    return Found(_in_order(counted), _in_order(others), n, rows.count() - n)


def _mails(scope: Scope, period: Period, _now: datetime) -> Found:
    """M20: what came to the portal’s own mailboxes; of the numbers that people have entered there are no rows."""
    rows: Any = own_mails_of(scope, period)
    return Found(_later_in_order(rows), None, rows.count(), 0, is_later=True)


def _sessions(scope: Scope, period: Period, _now: datetime) -> Found:
    """M22: the guide is the whole county’s, and a part of its services has no rows."""
    rows: Any = usage.sessions_of(scope.county_id, *period.interval)
    rows = rows if scope.is_whole else rows.none()
    counted, n = rows.filter(usage.SERVED), rows.filter(usage.SERVED).count()
    others = rows.exclude(pk__in=counted.values("pk"))
    done, rest = (each.select_related("first").only(*OF_WALK).order_by("began_at", "pk") for each in (counted, others))
    return Found(done, rest, n, rows.count() - n, kind=Kind.SESSIONS)


def _requests(scope: Scope, period: Period, now: datetime) -> Found:
    """M23."""
    rows, today = requests_of(scope, period), local_date(now)
    stamps = rows.order_by("queued_at", "pk").values_list("pk", "queued_at", "first_reply_at", "ended_by")
    judged = ((key, is_in_time(queued, replied, by, today)) for key, queued, replied, by in stamps.iterator())
    return _picked(_later_in_order(rows), judged, is_later=True)


def _promises(scope: Scope, period: Period, now: datetime) -> Found:
    """M33."""
    rows, today = promises(scope, period), local_date(now)
    stamps = rows.order_by("due_on", "pk").values_list("pk", "due_on", "done_at").iterator()
    hows = ((key, kept_promise(due, done, today)) for key, due, done in stamps)
    judged = ((key, how == "in_time" if how else None) for key, how in hows)
    return _picked(rows.select_related("conversation"), judged, kind=Kind.LATER)


def _picked(rows: QuerySet[Any], judged: Iterable[tuple[int, bool | None]], **told: Any) -> Found:
    """Those that are counted and those that are not; what is not judged is not looked at."""
    keys: dict[bool, list[int]] = {True: [], False: []}
    for key, how in judged:
        if how is not None:
            keys[how].append(key)
    counted, others = keys[True], keys[False]
    return Found(Picked(rows, counted), Picked(rows, others), len(counted), len(others), **told)


READERS: Mapping[str, Callable[[Scope, Period, datetime], Found]] = {
    "M05": _attempts,
    "M08b": _same_day,
    "M20": _mails,
    "M22": _sessions,
    "M23": _requests,
    "M33": _promises,
}
LISTED = (*BEHIND, *READERS)


def _in_order(rows: Any) -> Any:
    return rows.only(*SHOWN).order_by("queued_at", "pk")


def _later_in_order(rows: Any) -> Any:
    return rows.only(*SHOWN, "first_reply_at").order_by("queued_at", "pk")
