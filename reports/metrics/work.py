"""M33: calls and follow-ups that were agreed. M08b: contacts reached on the same day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from django.db.models import DateTimeField, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chat.choices import LaterKind, LaterResult
from chat.models import LaterContact
from chat.models.conversations import ConversationQuerySet
from reports.metrics import columns
from reports.metrics.by_month import by_interval
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, share
from reports.metrics.passes import total
from reports.metrics.scope import Scope, services_of
from reports.months import Period
from services.calendars import first_instant, local_date, midnights
from services.holidays_fi import is_working_day, working_days

OFFICE_OPENS, OFFICE_CLOSES = 8, 16
DAY = timedelta(days=1)
Stretch = tuple[datetime, datetime]


def read_same_day(scope: Scope, period: Period) -> dict[str, int]:
    """Contacts with primary health care in office hours of working days, and which of them were reached that day (M08b)."""
    if not any(each.primary_care for each in services_of(scope)):
        return {}
    asked, reached = same_day_of(scope, period)
    counts = {"same_day_asked": columns.counted(asked), "same_day_reached": columns.counted(reached)}
    return total(scope, f"same day {period}", lambda of: in_primary_care(of, period), counts)


def in_primary_care(scope: Scope, period: Period) -> ConversationQuerySet:
    """The contacts with primary health care."""
    return scope.rows(period).filter(columns.CONTACT, first_queue__service__primary_care=True)


def same_day_of(scope: Scope, period: Period) -> tuple[Q, Q]:
    """Who came in office hours of a working day, and who of them was reached that day: one query for the calls."""
    every = (period.first + timedelta(days=n) for n in range(period.days))
    days = [day for day in every if is_working_day(day)]
    if not days:
        return Q(pk__in=[]), Q(pk__in=[])
    hours = [(first_instant(day, time(OFFICE_OPENS)), first_instant(day, time(OFFICE_CLOSES))) for day in days]
    nights = [midnights(day)[1] for day in days]
    # The closing and the midnight of the office day in which it came; of no such day there is none, and nothing is before that.
    closes = by_interval(hours, [closing for _opening, closing in hours], DateTimeField())
    night = by_interval(hours, nights, DateTimeField())
    asked = Q(queued_at__lt=closes)
    return asked, asked & (Q(first_reply_at__lt=night) | Q(pk__in=_called_back(scope, period)))


def _called_back(scope: Scope, period: Period) -> set[int]:
    """The contacts of which somebody was reached by a call on the day on which they came, in office hours or after them."""
    starts, ends = period.interval
    calls = LaterContact.objects.filter(
        result=LaterResult.REACHED, done_at__gte=starts, done_at__lt=ends, conversation__county_id=scope.county_id
    )
    names = ("conversation__origin_id", "conversation__origin__queued_at", "conversation_id", "conversation__queued_at", "done_at")
    found = set()
    for origin, origin_at, own, own_at, done in calls.order_by().values_list(*names):
        if done >= first_instant(local_date(done), time(OFFICE_OPENS)):
            found |= {pk for pk, at in ((origin, origin_at), (own, own_at)) if pk and at and local_date(at) == local_date(done)}
    return found


def promises(scope: Scope, period: Period) -> QuerySet[LaterContact]:
    """Call requests and follow-ups whose due day is in the period; what was cancelled is left out (M33)."""
    rows = LaterContact.objects.filter(due_on__gte=period.first, due_on__lte=period.last)
    rows = rows.annotate(of_county=F("conversation__county_id") + 0, of_service=F("conversation__first_queue__service_id") + 0)
    rows = rows.filter(of_county=scope.county_id, of_service__in=scope.services, conversation__is_test=False)
    found: QuerySet[LaterContact] = rows.exclude(result=LaterResult.CANCELLED).order_by()
    return found


def kept_promise(due: date, done: datetime | None, today: date) -> str:
    """Whether a promise was done `in_time`, `late`, or is `overdue`; empty: it is not due yet, and is not counted."""
    if done is None:
        return "overdue" if due < today else ""
    return "in_time" if local_date(done) <= due else "late"


def read_calls(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """Call requests and follow-ups whose due day is in the period (M33); one that is not due yet is not counted."""
    today = local_date(now)
    days: list[int] = []
    found: dict[str, Any] = {"due": 0, "in_time": 0, "late": 0, "overdue": 0, "not_reached": 0}
    found |= {name: 0 for kind in LaterKind.values for name in (f"{kind}_due", f"{kind}_in_time")}
    names = ("kind", "due_on", "done_at", "result", "conversation__queued_at")

    def promised(of: Scope) -> Iterable[Any]:
        found: Iterable[Any] = promises(of, period).values(*names, "of_service").iterator()
        return found

    for row in scope.by_service(f"promised {period}", promised):
        kind, due, done, result, left = (row[name] for name in names)
        if _count(found, kind, kept_promise(due, done, today)) and done is not None:
            found["not_reached"] += result == LaterResult.NOT_REACHED
            days.append(_working_days(left, done))
    return {**found, "median_days": Fraction(median(days)) if days else None}


def _working_days(left: datetime, done: datetime) -> int:
    """From leaving to doing; the day of leaving is day 0."""
    first, last = local_date(left), local_date(done)
    return working_days(first + timedelta(days=1), last) if last > first else 0


def _count(found: dict[str, Any], kind: str, how: str) -> bool:
    """One promise; one that is not due yet is not counted. Tells whether it was."""
    if not how:
        return False
    found["due"] += 1
    found[how] += 1
    found[f"{kind}_due"] += 1
    found[f"{kind}_in_time"] += how == "in_time"
    return True


def calls(facts: Facts) -> Figure:
    """M33."""
    names = ["due", "in_time", "late", "overdue", "not_reached"]
    names += [name for kind in LaterKind.values for name in (f"{kind}_due", f"{kind}_in_time")]
    parts = [(name, number(facts, name)) for name in names]
    return share("M33", number(facts, "in_time"), number(facts, "due"), parts, beside={"median_days": facts.get("median_days")})


DEFINITIONS = (
    metric(
        "M33",
        "%",
        Better.MORE,
        _(
            "Call requests and follow-ups that were due in the period, done by the end of their due day: the agreed day, or the"
            " third working day. Who was not reached in the agreed attempts counts as done; what was cancelled is left out."
        ),
        calls,
        Source.CALLS,
    ),
)
__all__ = [
    "DEFINITIONS",
    "in_primary_care",
    "kept_promise",
    "promises",
    "read_calls",
    "read_same_day",
    "same_day_of",
]
