"""M25, M31 and M32: what is offered, to how many, and at what cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from reports.metrics import columns
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, unknown
from reports.metrics.scope import Scope
from reports.months import Month, Period
from services.calendars import Calendar, merged
from services.choices import ServiceStatus
from services.intervals import Interval
from services.models import CostRow, County, Queue, ResponderGroup, Service
from services.openness import calendars_of

HOUR = timedelta(hours=1)


def read_directory(scope: Scope, period: Period) -> dict[str, Any]:
    """Which services are open, their hours, and the professions of those who answered (M32), and the residents (M25).

    A service's earlier states are not kept: it is counted when it is open now and had opened by the last day of the period.
    """
    _starts, ends = period.interval
    services = Service.objects.filter(pk__in=scope.services, status=ServiceStatus.OPEN, is_test=False, opened_at__lt=ends)
    open_now = set(services.values_list("pk", flat=True))
    queues = list(Queue.objects.filter(service__in=open_now, is_active=True))
    calendars = calendars_of(queues, at=period.interval[0]) if queues else {}
    of_service: dict[int, list[Calendar]] = defaultdict(list)
    for queue in queues:
        of_service[queue.service_id].append(calendars[queue.pk])
    answered = scope.rows(period).filter(columns.ANSWERED, responder__isnull=False).values("responder")
    groups = ResponderGroup.objects.filter(queues__service__in=scope.services, members__in=answered)
    return {
        "open_services": len(open_now),
        "weekly_hours": sum((weekly_hours(found, period) for found in of_service.values()), Fraction()),
        "really_open": sum((open_hours(found, period) for found in of_service.values()), Fraction()),
        "professions": sorted(set(groups.order_by().values_list("profession_fi", flat=True).distinct())),
        "population": _population(scope),
    }


def read_costs(scope: Scope, period: Period) -> dict[str, Any]:
    """Costs of the months of the period, and the contacts of just those services and months (M31)."""
    rows = CostRow.objects.filter(service__in=scope.services, month__range=(Month.of(period.first).first, period.last)).order_by()
    euros = Decimal(0)
    paid: dict[Month, set[int]] = defaultdict(set)
    for service, month, total in rows.values_list("service", "month").annotate(total=Sum("euros")):
        euros += total
        paid[Month.of(month)].add(service)
    if not paid:
        return {}
    wanted = Q(pk__in=[])
    for month, services in paid.items():
        starts, ends = month.period.interval
        wanted |= Q(queued_at__gte=starts, queued_at__lt=ends, first_queue__service__in=services)
    found = (
        scope.rows(period)
        .filter(wanted)
        .aggregate(contacts=columns.counted(columns.CONTACT), answered=columns.counted(columns.ANSWERED))
    )
    missing = [str(month) for month in period.months if month not in paid]
    return {"euros": euros, "paid_contacts": found["contacts"], "paid_answered": found["answered"], "without_costs": missing}


def weekly_hours(calendars: Iterable[Calendar], period: Period) -> Fraction:
    """Hours of a week in which any queue is open by the regular intervals of the last day; overlapping ones count once."""
    pieces: list[tuple[int, int]] = []
    for interval in {each for calendar in calendars for each in calendar.weekly if _is_valid(each, period)}:
        pieces += interval.minutes()
    total, reached = 0, 0
    for start, end in sorted(pieces):
        total += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return Fraction(total, 60)


def open_hours(calendars: Iterable[Calendar], period: Period) -> Fraction:
    """Hours in which any of the queues was really open: with exceptions, holidays and the clock's changes."""
    lines, spans = list(calendars), []
    for calendar in lines:
        before = calendar.day(period.first - timedelta(days=1))
        for n in range(period.days):
            today = calendar.day(period.first + timedelta(days=n))
            spans += calendar.open_spans(today, before)
            before = today
    return sum((Fraction((end - start) // timedelta(seconds=1), 3600) for start, end in merged(spans)), Fraction())


def offer(facts: Facts) -> Figure:
    """M32: open services; weekly hours, hours really open, and professional groups beside it."""
    professions = facts.get("professions") or ()
    parts = [("open_services", number(facts, "open_services")), ("professions", len(professions))]
    beside = {"weekly_hours": facts.get("weekly_hours"), "really_open": facts.get("really_open")}
    return Figure(
        "M32", Fraction(number(facts, "open_services")), "n", number(facts, "open_services"), parts, beside, notes=list(professions)
    )


def per_resident(facts: Facts) -> Figure:
    """M25: for each thousand residents; where the directory has no number for the area, by one that was entered."""
    population = facts.get("population") or number(facts, "external_population")
    if not population:
        return unknown("M25", "/1000")
    n = number(facts, "contacts")
    return Figure("M25", Fraction(1000 * n, population), "/1000", n, [("contacts", n), ("population", population)])


def cost(facts: Facts) -> Figure:
    """M31: no row of costs is no data, never 0,00."""
    if facts.get("euros") is None:
        return unknown("M31", "€")
    n, euros = number(facts, "paid_contacts"), Fraction(facts["euros"])
    answered = number(facts, "paid_answered")
    beside = {"euros": euros, "per_answered": euros / answered if answered else None}
    notes = ["no_costs", *facts["without_costs"]] if facts["without_costs"] else []
    return Figure("M31", euros / n if n else None, "€", n, [("contacts", n), ("answered", answered)], beside, notes=notes)


def _is_valid(interval: Interval, period: Period) -> bool:
    day = period.last
    return (interval.valid_from is None or interval.valid_from <= day) and (
        interval.valid_until is None or day <= interval.valid_until
    )


def _population(scope: Scope) -> int | None:
    """Residents of the county; a service that works in a part of it has no number of its own."""
    partial = Service.objects.filter(pk__in=scope.services, areas__municipalities__isnull=False).exists()
    if partial and not scope.is_whole:
        return None
    return County.objects.filter(pk=scope.county_id).values_list("population", flat=True).first()


DEFINITIONS = (
    metric(
        "M25",
        "/1000",
        Better.NEITHER,
        _("Contacts for each thousand residents of the county."),
        per_resident,
        Source.CONVERSATIONS,
        Source.DIRECTORY,
        Source.IMPORTED,
    ),
    metric(
        "M31",
        "€",
        Better.LESS,
        _("The costs entered for the months of the period, divided by the contacts of the same services and months."),
        cost,
        Source.COSTS,
    ),
    metric(
        "M32",
        "n",
        Better.MORE,
        _(
            "Services that are open at the end of the period, the hours of a week in which they take contacts (hours of several"
            " queues at once count once), the hours really open, and the professions that answered."
        ),
        offer,
        Source.DIRECTORY,
    ),
)
