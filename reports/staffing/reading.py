"""What the plan of a week rests on: the service's own contacts, its hours, and who may answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.choices import Role
from accounts.models import Grant, User
from reports.metrics import Scope, columns
from reports.metrics.hours import by_clock, read_hours
from reports.metrics.sql import MILLION, UtcHour, instant_of
from reports.months import HOUR, Period, local_hour
from reports.staffing.plan import DAY, History
from services.calendars import Calendar, local_date, midnights
from services.models import Membership, Queue, Service
from services.openness import calendars_of

LOOK_BACK = timedelta(weeks=12)
"""Eight weeks are counted; the others stand in for weeks in which an hour was closed."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week by the calendar: the open hours of each day, and why a day that is usually open is closed."""

    monday: date
    hours: Mapping[date, frozenset[int]]


def read_history(service: Service, queues: Sequence[Queue], *, now: datetime) -> History:
    """The last twelve weeks of the service, not before it opened: nine queries, whatever the number of contacts."""
    today = local_date(now)
    first = today - LOOK_BACK
    opened = today if service.opened_at is None else local_date(service.opened_at)
    if opened > first:
        first = min(opened + DAY if opened < today else today, today)  # its first day may be a part of one
    if first >= today:
        return History(today, today, {}, {}, {}, 0, None)
    scope, period = Scope.of([service]), Period(first, today - DAY)
    found = scope.rows(period).aggregate(
        n=columns.of_lengths()["length_n"],
        micros=columns.of_lengths()["length_sum"],
    )
    lengths = found["n"] or 0
    rows = scope.attempts(period).annotate(hour=UtcHour("at")).values_list("hour").annotate(n=Count("pk"))
    tries: dict[tuple[date, int], int] = {}
    for hour, n in rows:
        at = instant_of(hour)
        key = (local_date(at), local_hour(at)[1])
        tries[key] = tries.get(key, 0) + n
    return History(
        first=first,
        today=today,
        contacts=by_clock(read_hours(scope, period)),
        attempts=tries,
        opened=_open_hours(queues, first, today - DAY),
        lengths=lengths,
        mean_length=Fraction(found["micros"], lengths * MILLION) if lengths else None,
    )


def week_of(queues: Sequence[Queue], monday: date) -> Week:
    """The open hours of the seven days, holidays and exceptions as the calendar has them."""
    return Week(monday, _open_hours(queues, monday, monday + DAY * 6))


def people_on(service: Service, days: Iterable[date]) -> dict[date, int]:
    """How many may answer on each day: a responder's grant that reaches the service and a place in a group of its queues."""
    return {day: _answerers(service, day).count() for day in days}


def responders_of(service: Service) -> QuerySet[User]:
    """Everybody who has a responder's grant in force that reaches the service."""
    grants = Grant.objects.valid().filter(_reaches(service), user=OuterRef("pk"))
    return User.objects.filter(Exists(grants), is_active=True)


def _answerers(service: Service, day: date) -> QuerySet[User]:
    start, end = midnights(day)
    grants = Grant.objects.filter(_reaches(service), user=OuterRef("pk"), valid_from__lt=end)
    grants = grants.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=start))
    places = Membership.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=start), user=OuterRef("pk"))
    return User.objects.filter(
        Exists(grants), Exists(places.filter(group__queues__service=service, group__queues__is_active=True)), is_active=True
    )


def _reaches(service: Service) -> Q:
    own = Q(service_id__isnull=True) | Q(service_id=service.public_id)
    return own & Q(role=Role.RESPONDER, county=service.county.code, revoked_at__isnull=True)


def _open_hours(queues: Sequence[Queue], first: date, last: date) -> dict[date, frozenset[int]]:
    """The hours of the wall clock in which any of the queues is open by its calendar, a part of an hour included."""
    calendars = list(calendars_of(queues, at=midnights(first - DAY)[0]).values()) if queues else []
    found = {}
    for n in range((last - first).days + 1):
        day = first + DAY * n
        found[day] = frozenset(hour for calendar in calendars for hour in _hours_of(calendar, day))
    return found


def _hours_of(calendar: Calendar, day: date) -> set[int]:
    hours = set()
    for start, end in calendar.open_spans(calendar.day(day), calendar.day(day - DAY)):
        at = start - (start - midnights(day)[0]) % HOUR
        while at < end:
            hours.add(local_hour(at)[1])
            at += HOUR
    return hours
