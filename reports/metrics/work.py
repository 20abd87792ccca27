"""M26 and M33: the load of those who answer, and calls that were agreed. M08b: contacts reached on the same day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.db.models import DateTimeField, F, Q, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_lazy as _

from chat.choices import Medium, PresenceKind
from chat.models import ContactDetail, Leg, Presence
from reports.metrics import columns
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, share, unknown
from reports.metrics.scope import Scope
from reports.metrics.sql import MILLION, Elapsed
from reports.months import Period
from services.calendars import first_instant, local_date, midnights
from services.holidays_fi import is_working_day, working_day_after
from services.models import Membership, Service

OFFICE_OPENS, OFFICE_CLOSES = 8, 16
CALL_DAYS = 3
"""A call that was agreed without a day is due on the third working day after it was asked for."""
LOOK_BACK = timedelta(days=21)
DAY = timedelta(days=1)
Stretch = tuple[datetime, datetime]


def read_presence(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """Who was available, and how many conversations each had at once (M26): three queries.

    Hers are the intervals of those who belong to the services' groups or answered there in the period. Presence is kept by
    county, so that one who answers in two services is available to both.
    """
    starts, ends = period.interval
    ends = min(ends, now) if starts < now else ends
    legs = Leg.objects.filter(
        queue__service__in=scope.services,
        accepted_at__gte=starts - DAY,
        accepted_at__lt=ends,
        conversation__is_test=False,
        conversation__medium=Medium.CHAT,
    )
    members = Membership.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=starts), group__queues__service__in=scope.services
    )
    until = Least(Coalesce(F("ends_at"), _stamp(ends)), _stamp(ends))
    cut = Elapsed(Greatest(F("starts_at"), _stamp(starts)), until)
    here = Presence.objects.filter(
        Q(user__in=members.values("user")) | Q(user__in=legs.values("responder")),
        Q(ends_at__isnull=True) | Q(ends_at__gt=starts),
        county=scope.county_id,
        starts_at__lt=ends,
    )
    by_user = dict(
        here.filter(kind=PresenceKind.AVAILABLE).order_by().values("user").annotate(micros=Sum(cut)).values_list("user", "micros")
    )
    stretches = legs.filter(responder__isnull=False).order_by("responder", "accepted_at")
    held = _held(stretches.values_list("responder", "accepted_at", "left_at").iterator(), starts, ends)
    loads = [side_by_side(found) for _user, found in held]
    busy = sum((load[1] for load in loads), timedelta())
    return {
        "presence": here.exists(),
        "available": sum(by_user.values()),
        "available_minutes": sum(by_user.values()) // (60 * MILLION),
        "responders": len(by_user),
        "parallel": Fraction(
            sum((load[0] for load in loads), timedelta()) // timedelta(microseconds=1), busy // timedelta(microseconds=1)
        )
        if busy
        else None,
        "most_parallel": max((load[2] for load in loads), default=0),
    }


def side_by_side(stretches: Iterable[Stretch]) -> tuple[timedelta, timedelta, int]:
    """Of one person's conversations: their lengths together, the time in which she had any, and the most at once."""
    edges = sorted([(start, 1) for start, end in stretches if start < end] + [(end, -1) for start, end in stretches if start < end])
    together, busy, most, here, before = timedelta(), timedelta(), 0, 0, None
    for at, step in edges:
        if before is not None and here:
            together += (at - before) * here
            busy += at - before
        here += step
        most, before = max(most, here), at
    return together, busy, most


def read_same_day(scope: Scope, period: Period) -> dict[str, int]:
    """Contacts with primary health care in office hours of working days, and which of them were reached that day (M08b)."""
    services = list(Service.objects.filter(pk__in=scope.services, primary_care=True).values_list("pk", flat=True))
    if not services:
        return {}
    asked = reached = Q(pk__in=[])
    for day in (period.first + timedelta(days=n) for n in range(period.days)):
        if is_working_day(day):
            opens, closes = (first_instant(day, time(hour)) for hour in (OFFICE_OPENS, OFFICE_CLOSES))
            _start, night = midnights(day)
            came = Q(queued_at__gte=opens, queued_at__lt=closes)
            asked |= came
            replied = Q(first_reply_at__lt=night) | Q(contact_detail__done_at__gte=opens, contact_detail__done_at__lt=night)
            reached |= came & replied
    rows = Scope(scope.county_id, tuple(services)).rows(period).filter(columns.CONTACT)
    found: dict[str, int] = rows.aggregate(same_day_asked=columns.counted(asked), same_day_reached=columns.counted(reached))
    return found


def read_calls(scope: Scope, period: Period, *, now: datetime) -> dict[str, int]:
    """Agreed calls whose due day is in the period (M33); one that is not due yet is not counted."""
    starts, ends = period.interval
    # From the few calls to their conversations, and not from every conversation of the county to its call.
    rows = ContactDetail.objects.annotate(
        of_county=F("conversation__county_id") + 0, of_service=F("conversation__first_queue__service_id") + 0
    ).filter(
        given_at__gte=starts - LOOK_BACK,
        given_at__lt=ends,
        of_county=scope.county_id,
        of_service__in=scope.services,
        conversation__is_test=False,
        conversation__medium=Medium.CHAT,
    )
    today = local_date(now)
    found = {"due": 0, "in_time": 0, "late": 0, "overdue": 0}
    stamps: Iterable[Any] = rows.order_by().values_list("given_at", "done_at").iterator()
    for given, done in stamps:
        due = working_day_after(local_date(given), CALL_DAYS)
        if not period.first <= due <= period.last or (done is None and due >= today):
            continue
        found["due"] += 1
        found["overdue" if done is None else "in_time" if local_date(done) <= due else "late"] += 1
    return found


def load(facts: Facts) -> Figure:
    """M26: answered contacts for each hour in which somebody was available."""
    if not facts.get("presence"):
        return unknown("M26", "n/h")
    available, answered = int(facts.get("available") or 0), number(facts, "answered")
    value = Fraction(answered * 3600 * MILLION, available) if available else None
    parts = [(name, number(facts, name)) for name in ("answered", "available_minutes", "responders", "most_parallel")]
    return Figure("M26", value, "n/h", answered, parts, {"parallel": facts.get("parallel")})


def calls(facts: Facts) -> Figure:
    """M33."""
    parts = [(name, number(facts, name)) for name in ("due", "in_time", "late", "overdue")]
    return share("M33", number(facts, "in_time"), number(facts, "due"), parts)


def _stamp(at: datetime) -> Value:
    return Value(at, output_field=DateTimeField())


def _held(rows: Iterator[Any], starts: datetime, ends: datetime) -> Iterator[tuple[int, list[Stretch]]]:
    for user, found in groupby(rows, key=lambda row: row[0]):
        yield user, [(max(accepted, starts), min(left or ends, ends)) for _user, accepted, left in found]


DEFINITIONS = (
    metric(
        "M26",
        "n/h",
        Better.NEITHER,
        _(
            "Answered contacts for each hour in which a responder was available. Beside it how many conversations each had at once,"
            " while she had any."
        ),
        load,
        Source.CONVERSATIONS,
        Source.PRESENCE,
    ),
    metric(
        "M33",
        "%",
        Better.MORE,
        _(
            "Calls that were agreed in a chat and due in the period, done by the end of their due day: the third working day after"
            " the number was given."
        ),
        calls,
        Source.CALLS,
    ),
)
__all__ = ["DEFINITIONS", "read_calls", "read_presence", "read_same_day", "side_by_side"]
