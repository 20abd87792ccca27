"""From a figure to the rows that it counts: ids, times, queue and outcome; never a word of anybody, nor who she is.

The rows are found by the same conditions by which the figure counts them, so that a list has as many as its figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.choices import GIVEN_OUTCOMES, Status
from guidance import usage
from reports.behind.found import AGAIN, VERIFIED, Found, Kind, Part, Picked
from reports.behind.made import MADE
from reports.hiding import tells_of_few
from reports.metrics import Figure, Scope, columns
from reports.metrics.elsewhere import own_mails_of
from reports.metrics.flags import with_flags
from reports.metrics.requests import is_in_time, requests_of
from reports.metrics.scope import with_identification
from reports.metrics.work import in_primary_care, kept_promise, promises, same_day_of
from reports.models.feedback import texts_of
from reports.months import DAY, Period
from services.calendars import local_date

FEEDBACK = Q(feedback__answered_at__isnull=False)
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
    "M16": Behind(columns.ANSWERED | (columns.CONTACT & FEEDBACK), columns.CONTACT & FEEDBACK),
    "M18": Behind(columns.CONTACT, Q(wrong=True) | Q(repeats=True) | ~Q(failure_demand=""), needs_flags=True),
    "M19": Behind(columns.CONTACT, Q(repeats=True), needs_flags=True),
    "M24": Behind(columns.ANSWERED & Q(queue__is_doctor=True)),
    "M25": Behind(columns.CONTACT),
}
SHOWN = ("public_id", "queued_at", "first_queue", "status", "state", "wait_seconds", "response_seconds", "closed_at", "outcome")
"""What is read of a conversation."""
OF_WALK = ("began_at", "outcome", "outcome_at", "handed_over_at", "first__title")


def rows_behind(scope: Scope, period: Period, code: str, *, now: datetime | None = None) -> Found:
    """The rows of the figure, with how many there are: the rows themselves are read when they are shown."""
    if code in READERS:
        return READERS[code](scope, period, now or timezone.now())
    return _of_figure(scope, period, code)


def _of_figure(scope: Scope, period: Period, code: str) -> Found:
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
    hidden = behind.is_of_identity and tells_of_few(n, left_out)
    # Not `exclude`: what is null is neither, and would be in no list.
    others = _in_order(rows.exclude(pk__in=counted.order_by().values("pk")))
    return Found(_in_order(counted), others, n, left_out, is_hidden=hidden)


def is_listed(figure: Figure) -> bool:
    """The figure has a list, and there is something in it."""
    if figure.metric in OF_PART:  # of M20 only what came to the portal’s own mailboxes has rows
        return bool(dict(figure.parts).get(OF_PART[figure.metric], 0))
    if figure.metric in KNOWN:
        return figure.known or bool(figure.notes)
    return figure.metric in LISTED and bool(figure.n)


def _first_contact(scope: Scope, period: Period, _now: datetime) -> Found:
    """M10; the verified ones beside it, and who asked of the same topic again, where identification is in use (metrics 1.7).

    Who asked again had identified herself: one to four of them are not told of, nor can they be by what is left of the others.
    """
    found, in_use = _of_figure(scope, period, "M10"), with_identification(scope, period)
    if in_use:
        rows: Any = with_flags(scope.rows(period)).filter(CODED, outcome__in=columns.FIRST, first_queue__service__in=in_use)
        kept, again = rows.filter(asks_again=False), rows.filter(asks_again=True)
        hides = tells_of_few(n := again.count())
        verified = Part(VERIFIED, _in_order(kept), kept.count(), hides)
        found.more = (verified, Part(AGAIN, _in_order(again), n, hides))
    return found


def _texts(scope: Scope, period: Period, _now: datetime) -> Found:
    """M17: in which somebody wrote in her own words; of them no word is told here."""
    rows: Any = scope.rows(period).filter(columns.CONTACT)
    counted = rows.filter(pk__in=texts_of(rows).values("conversation"))
    return Found(_in_order(counted), None, counted.count(), 0)


def _change(scope: Scope, period: Period, now: datetime) -> Found:
    """M28: of a running month those of the days that are over."""
    today = local_date(now)
    over = Period(period.first, today - DAY) if period.first < today <= period.last else period
    rows: Any = scope.rows(over).filter(columns.CONTACT)
    rows = rows.none() if period.first == today else rows
    return Found(_in_order(rows), None, rows.count(), 0)


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
    "M10": _first_contact,
    "M17": _texts,
    "M20": _mails,
    "M22": _sessions,
    "M23": _requests,
    "M28": _change,
    "M33": _promises,
    **MADE,
}
OF_PART: Mapping[str, str] = {"M20": "own_mails", "M35": "quality_size"}
"""Where another number than the figure’s own tells whether there are rows."""
KNOWN = ("M26", "M29", "M31")
"""What has rows whenever something is known, or told of why not."""
LISTED = (*BEHIND, *READERS)


def _in_order(rows: Any) -> Any:
    return rows.only(*SHOWN).order_by("queued_at", "pk")


def _later_in_order(rows: Any) -> Any:
    return rows.only(*SHOWN, "first_reply_at").order_by("queued_at", "pk")
