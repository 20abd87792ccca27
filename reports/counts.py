"""What the page of the daily counter tells: the day, the month so far, and which source stands in the report (S001-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from reports.choices import CountKind
from reports.metrics.elsewhere import OF_MONTH
from reports.models import DayCount, ExternalFigure
from reports.months import Month
from services.models import Mailbox, Service


@dataclass(frozen=True, slots=True)
class Counted:
    """One kind on one day."""

    kind: CountKind
    n: int
    of_month: int
    is_undoable: bool
    """The person herself has counted something of it that day."""
    month_stands: bool
    """A number of the whole month was entered: that is what the report tells, and the counter's is not."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the list, with the numbers of each kind: none where nobody counted."""

    day: date
    numbers: Sequence[int | None]


def counted_on(service: Service, day: date, *, user_id: int) -> list[Counted]:
    """What was counted of each kind on the day and in its month."""
    month = Month.of(day)
    totals = DayCount.objects.totals(service=service, days=_days(month))
    own = DayCount.objects.standing().filter(service=service, day=day, entered_by_id=user_id).exclude(change=0)
    undoable = set(own.values_list("kind", flat=True))
    # The county's own number stands over those of its services.
    places = Q(service=service) | Q(service__isnull=True, county=service.county_id)
    entered = set(ExternalFigure.objects.filter(places, month=month.first).in_force().values_list("kind", flat=True))
    return [
        Counted(
            kind,
            totals.get((day, kind), 0),
            sum(n for (_day, each), n in totals.items() if each == kind),
            kind in undoable,
            not entered.isdisjoint(OF_MONTH[kind]),
        )
        for kind in CountKind
    ]


def days_of(service: Service, first: date, last: date) -> list[Day]:
    """The days from the last to the first, with what was counted on each."""
    days = [last - timedelta(days=n) for n in range((last - first).days + 1)]
    totals = DayCount.objects.totals(service=service, days=days)
    return [Day(day, [totals.get((day, kind)) for kind in CountKind]) for day in days]


def own_addresses(service: Service) -> list[str]:
    """The portal's own mailboxes of the service: what comes to them is counted already."""
    rows = Mailbox.objects.filter(queue__service=service, is_on=True, queue__is_active=True)
    return list(rows.values_list("address", flat=True))


def _days(month: Month) -> list[date]:
    return [month.first + timedelta(days=n) for n in range((month.last - month.first).days + 1)]
