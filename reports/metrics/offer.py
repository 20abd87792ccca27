"""M25 and M32: what is offered, and to how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from reports.gaps import Break, are_comparable
from reports.metrics import columns
from reports.metrics.by_month import of_month, told
from reports.metrics.change import contacts_of, read_areas
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, unknown
from reports.metrics.passes import FIRST
from reports.metrics.scope import Scope, services_of
from reports.months import DAY, Month, Period
from services.calendars import Calendar, merged, midnights
from services.hours import HORIZON
from services.intervals import Interval
from services.models import County, Municipality, Queue, ResponderGroup, Service
from services.openness import calendars_of, weekly_of

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Offered:
    """A service that is open: the hours of its week, and in how many of the period it really was."""

    service: int
    opened_at: datetime
    is_pilot: bool
    weekly: Fraction
    really: Fraction


def read_directory(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """Which services are open, their hours, and the professions of those who answered (M32), and the residents (M25).

    A service is counted when it was open at the end of the last day of the period; paused and closed ones are not. It was open
    from its opening on, while it was neither paused nor closed, and in a period that goes on until now.
    """
    offered = offered_in(scope, period, now=now)

    def who(of: Scope) -> Iterable[Any]:
        return of.rows(period).filter(columns.ANSWERED, responder__isnull=False).values("responder", of_service=F(FIRST)).distinct()

    answered = {row["responder"] for row in scope.by_service(f"who answered {period}", who)}
    groups = ResponderGroup.objects.filter(queues__service__in=scope.services, members__in=answered)
    return {
        "open_services": len(offered),
        "pilots": sum(each.is_pilot for each in offered),
        "weekly_hours": sum((each.weekly for each in offered), Fraction()),
        "really_open": sum((each.really for each in offered), Fraction()),
        "professions": sorted(set(groups.order_by().values_list("profession_fi", flat=True).distinct())),
        "population": directory_population(scope),
        **_twelve_months(scope, period, [each.opened_at for each in offered]),
    }


def offered_in(scope: Scope, period: Period, *, now: datetime) -> list[Offered]:
    """The services that are open at the end of the period, with the hours of each."""
    _starts, ends = period.interval
    services = [each for each in services_of(scope) if each.was_open(ends)]
    queues = list(Queue.objects.filter(service__in=[each.pk for each in services], is_active=True))
    parts = [(part, _by_service(queues, at=part.interval[0])) for part in _within_reach(period)]
    found = []
    for each in services:
        calendars = [(part, of_service.get(each.pk, [])) for part, of_service in parts]
        # The regular hours are those of the last day, and in every part.
        weekly = weekly_hours(calendars[-1][1], period)
        really = (open_hours(lines, part, since=each.opened_at, until=now, breaks=each.breaks) for part, lines in calendars)
        if each.opened_at is not None:
            found.append(Offered(each.pk, each.opened_at, each.is_pilot(period.last), weekly, sum(really, Fraction())))
    return found


def _by_service(queues: Sequence[Queue], *, at: datetime) -> dict[int, list[Calendar]]:
    calendars = calendars_of(queues, at=at) if queues else {}
    found: dict[int, list[Calendar]] = defaultdict(list)
    for queue in queues:
        found[queue.service_id].append(calendars[queue.pk])
    return found


def _within_reach(period: Period) -> list[Period]:
    """The period in parts that a calendar reaches: beyond its horizon it knows neither holidays nor exceptions."""
    parts, first = [], period.first
    while first <= period.last:
        last = min(period.last, first + HORIZON - DAY)
        parts.append(Period(first, last))
        first = last + DAY
    return parts


def _twelve_months(scope: Scope, period: Period, opened: Sequence[datetime]) -> dict[str, Any]:
    """Contacts of the twelve months that end with this one: not while they are not whole, or inside one area (M25, metrics 1.9)."""
    month = period.month
    if month is None:
        return {}
    year = Period(month.shifted(-11).first, month.last)
    if not opened or min(opened) >= midnights(year.first)[1] or not are_comparable(read_areas(scope), period, year):
        return {"year_contacts": None}
    return {"year_contacts": contacts_of(scope, year)}


def residents_of(places: Iterable[Any]) -> dict[int, int]:
    """How many live in each of these municipalities, where that has been told."""
    rows = Municipality.objects.filter(pk__in=[place for place in places if place], residents__gt=0)
    return dict(rows.values_list("pk", "residents"))


def read_offer_months(scope: Scope, months: Sequence[Month]) -> dict[Month, Figure]:
    """Open services, the hours of a week at the end of each month, and the professions that answered in it, in five queries for
    any number of months (S000-56, S004-20).

    A service is in a month when it was open at its end.
    """
    ordered = sorted(months)
    services = [each for each in services_of(scope) if any(each.was_open(month.period.interval[1]) for month in ordered)]
    opened = {each.pk for each in services}
    queues = Queue.objects.filter(service__in=opened, is_active=True, schedule__isnull=False)
    pairs = list(queues.values_list("service", "schedule"))
    intervals = weekly_of(schedule for _service, schedule in pairs)
    of_service: dict[int, list[Interval]] = defaultdict(list)
    for service, schedule in pairs:
        of_service[service] += intervals[schedule]
    professions = _professions(scope, ordered)
    found = {}
    for n_month, month in enumerate(ordered):
        were = [each.pk for each in services if each.was_open(month.period.interval[1])]
        hours = sum((hours_of_week(of_service[pk], month.period) for pk in were), Fraction())
        n = len(were)
        parts = [("open_services", n), ("professions", len(professions[n_month]))]
        found[month] = Figure("M32", Fraction(n), "n", n, parts, {"weekly_hours": hours})
    return found


def _professions(scope: Scope, months: Sequence[Month]) -> dict[int, set[str]]:
    """Of those who answered in each month, by its number."""
    period = Period(months[0].first, months[-1].last)

    def pairs(of: Scope) -> Iterable[Any]:
        rows = of.rows(period).filter(columns.ANSWERED, responder__isnull=False).annotate(cell=of_month(months))
        return rows.filter(cell__isnull=False).values("cell", "responder", of_service=F(FIRST)).distinct().iterator()

    answered: dict[int, set[int]] = defaultdict(set)
    for row in scope.by_service(f"who answered {told(months)}", pairs):
        answered[row["cell"]].add(row["responder"])
    members = ResponderGroup.objects.filter(queues__service__in=scope.services, members__isnull=False).order_by()
    found: dict[int, set[str]] = defaultdict(set)
    for profession, member in members.values_list("profession_fi", "members").distinct():
        for cell, who in answered.items():
            if member in who:
                found[cell].add(profession)
    return found


def weekly_hours(calendars: Iterable[Calendar], period: Period) -> Fraction:
    """Hours of a week in which any queue is open by the regular intervals of the last day; overlapping ones count once."""
    return hours_of_week((each for calendar in calendars for each in calendar.weekly), period)


def hours_of_week(intervals: Iterable[Interval], period: Period) -> Fraction:
    """The same of the intervals themselves."""
    pieces: list[tuple[int, int]] = []
    for interval in {each for each in intervals if _is_valid(each, period)}:
        pieces += interval.minutes()
    total, reached = 0, 0
    for start, end in sorted(pieces):
        total += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return Fraction(total, 60)


def open_hours(
    calendars: Iterable[Calendar],
    period: Period,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    breaks: Sequence[Break] = (),
) -> Fraction:
    """Hours in which any of the queues was really open: with exceptions, holidays and the clock's changes; none before the service
    opened, while it was paused or closed, and none to come.
    """
    starts, ends = period.interval
    starts, ends = max(starts, since or starts), min(ends, until or ends)
    lines, spans = list(calendars), []
    for calendar in lines:
        before = calendar.day(period.first - timedelta(days=1))
        for n in range(period.days):
            today = calendar.day(period.first + timedelta(days=n))
            spans += calendar.open_spans(today, before)
            before = today
    open_spans = merged((max(start, starts), min(end, ends)) for start, end in spans)
    length = sum((end - start for start, end in open_spans), timedelta())
    for begins, stops in breaks:  # they do not meet
        length -= sum((max(min(end, stops or end) - max(start, begins), timedelta()) for start, end in open_spans), timedelta())
    return Fraction(length // timedelta(seconds=1), 3600)


def offer(facts: Facts) -> Figure:
    """M32: open services; weekly hours, hours really open, and professional groups beside it."""
    professions = facts.get("professions") or ()
    pilots = [("pilots", number(facts, "pilots"))] if facts.get("pilots") else []
    parts = [("open_services", number(facts, "open_services")), *pilots, ("professions", len(professions))]
    beside = {"weekly_hours": facts.get("weekly_hours"), "really_open": facts.get("really_open")}
    return Figure(
        "M32", Fraction(number(facts, "open_services")), "n", number(facts, "open_services"), parts, beside, notes=list(professions)
    )


def per_resident(facts: Facts) -> Figure:
    """M25: for each thousand residents; where the directory has no number for the area, by one that was entered."""
    population = facts.get("population") or number(facts, "external_population")
    if not population:
        return unknown("M25", "/1000")
    n, beside = number(facts, "contacts"), {}
    if "year_contacts" in facts:
        year = facts["year_contacts"]
        beside["twelve_months"] = None if year is None else Fraction(1000 * year, population)
    return Figure("M25", Fraction(1000 * n, population), "/1000", n, [("contacts", n), ("population", population)], beside)


def _is_valid(interval: Interval, period: Period) -> bool:
    day = period.last
    return (interval.valid_from is None or interval.valid_from <= day) and (
        interval.valid_until is None or day <= interval.valid_until
    )


def directory_population(scope: Scope) -> int | None:
    """Residents of the county by the directory; a service that works in a part of it has no number of its own."""
    if not scope.is_whole and Service.objects.filter(pk__in=scope.services, areas__municipalities__isnull=False).exists():
        return None
    return County.objects.filter(pk=scope.county_id).values_list("population", flat=True).first()


DEFINITIONS = (
    metric(
        "M25",
        "/1000",
        Better.NEITHER,
        _("Contacts for each thousand residents of the county; beside it those of the twelve months that end with this one."),
        per_resident,
        Source.CONVERSATIONS,
        Source.DIRECTORY,
        Source.IMPORTED,
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
