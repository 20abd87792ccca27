"""Reads the rows of the service directory into calendars, and asks `services.hours`: a constant number of queries for any page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from services.calendars import DAY, Calendar, DayHours, Notice, OverrideNotice, Scope, SpecialDay, local_date, week_hours
from services.choices import OverrideKind
from services.hours import HORIZON, Availability, Load, judge_at, service_availability
from services.intervals import Interval
from services.models import Disruption, ExceptionDay, Holiday, Override, Queue, Schedule, Service, WeeklyInterval
from services.texts import FALLBACKS, Texts

BEHIND = timedelta(days=60)
"""How far back rows are read: more than the longest drain that the database holds."""

_Exceptions = dict[date, SpecialDay]


class _Hours(NamedTuple):
    """What belongs to one schedule."""

    weekly: tuple[Interval, ...]
    exceptions: _Exceptions


class _Line(NamedTuple):
    """What a queue's calendar is made of, but for its hours and notices."""

    county_id: int
    service_id: int
    queue_id: int
    schedule_id: int | None
    closed_on_holidays: bool | None
    service_status: str
    is_active: bool
    intake_stops_minutes: int
    drain_minutes: int


def calendars_of(queues: Iterable[Queue], *, at: datetime) -> dict[int, Calendar]:
    """The calendar of each queue by its primary key, on fresh rows, good for the 400 days after the instant: 6 queries."""
    return _calendars(Queue.objects.filter(pk__in={queue.pk for queue in queues}), at)


def availability_of(queues: Iterable[Queue], *, at: datetime, loads: Mapping[int, Load] | None = None) -> dict[int, Availability]:
    """Whether each queue takes conversations at the instant, by its primary key."""
    loads, judge = loads or {}, judge_at(at)
    return {pk: judge(calendar, loads.get(pk)) for pk, calendar in calendars_of(queues, at=at).items()}


def services_availability_of(
    services: Iterable[Service], *, at: datetime, loads: Mapping[int, Load] | None = None
) -> dict[int, Availability]:
    """Whether each service takes conversations, by its primary key: through any of its entry queues in use.

    A service without entry queues is left out: there is no door to open. `loads` are by queue.
    """
    loads = loads or {}
    doors = Queue.objects.filter(service_id__in={service.pk for service in services}, is_entry=True, is_active=True)
    lines: dict[int, list[tuple[Calendar, Load | None]]] = defaultdict(list)
    owners = dict(doors.order_by("order", "key").values_list("pk", "service_id"))
    calendars = _calendars(doors, at)
    for pk, service_id in owners.items():
        if pk in calendars:
            lines[service_id].append((calendars[pk], loads.get(pk)))
    judge = judge_at(at)
    answers = {service_id: service_availability(found, at, judge=judge) for service_id, found in lines.items()}
    return {service_id: answer for service_id, answer in answers.items() if answer is not None}


def schedule_week(schedule: Schedule, monday: date) -> tuple[DayHours, ...]:
    """The week of a schedule by itself: for contact points and for the admin's table."""
    return schedule_weeks([schedule], monday)[schedule.pk]


def schedule_weeks(schedules: Iterable[Schedule], monday: date) -> dict[int, tuple[DayHours, ...]]:
    """The same for all schedules of a page, by primary key, in three queries."""
    rows = {schedule.pk: schedule for schedule in schedules}
    if not rows:
        return {}
    counties = {schedule.county_id for schedule in rows.values()}
    read = _schedules(set(rows), counties, monday - DAY, monday + DAY * 7)
    holidays = _holidays(counties, monday - DAY, monday + DAY * 7)
    return {
        pk: week_hours(
            Calendar(
                weekly=read.by_schedule[pk].weekly,
                closed_on_holidays=schedule.closed_on_holidays,
                holidays=holidays[schedule.county_id],
                own_exceptions=read.by_schedule[pk].exceptions,
                county_exceptions=read.by_county[schedule.county_id],
            ),
            monday,
        )
        for pk, schedule in rows.items()
    }


def _calendars(queues: QuerySet[Queue], at: datetime) -> dict[int, Calendar]:
    lines = [
        _Line(*row)
        for row in queues.order_by("order", "key").values_list(
            "service__county_id",
            "service_id",
            "pk",
            "schedule_id",
            "schedule__closed_on_holidays",
            "service__status",
            "is_active",
            "intake_stops_minutes",
            "drain_minutes",
        )
    ]
    if not lines:
        return {}
    first, last = local_date(at - BEHIND), local_date(at + HORIZON) + DAY
    counties = {line.county_id for line in lines}
    read = _schedules({line.schedule_id for line in lines if line.schedule_id}, counties, first, last)
    holidays = _holidays(counties, first, last)
    overrides = _notices(Override.objects.all(), ("reason", "kind"), counties, at)
    disruptions = _notices(Disruption.objects.filter(stops_intake=True), ("text",), counties, at)
    calendars: dict[int, Calendar] = {}
    alike: dict[tuple[object, ...], Calendar] = {}
    for line in lines:
        told = [[(row["pk"], scope) for row, scope in _concerning(line, rows)] for rows in (overrides, disruptions)]
        key = (*line[:1], *line[3:], *map(tuple, told))
        if key in alike:
            calendars[line.queue_id] = alike[key]
            continue
        hours = read.by_schedule[line.schedule_id] if line.schedule_id else _Hours((), {})
        alike[key] = calendars[line.queue_id] = Calendar(
            weekly=hours.weekly,
            closed_on_holidays=bool(line.closed_on_holidays),
            holidays=holidays[line.county_id],
            own_exceptions=hours.exceptions,
            county_exceptions=read.by_county[line.county_id] if line.schedule_id else {},
            overrides=tuple(
                OverrideNotice(row["starts_at"], row["ends_at"], _words(row, "reason"), row["kind"] == OverrideKind.OPEN, scope)
                for row, scope in _concerning(line, overrides)
            ),
            disruptions=tuple(
                Notice(row["starts_at"], row["ends_at"], _words(row, "text")) for row, _scope in _concerning(line, disruptions)
            ),
            service_status=line.service_status,
            queue_is_active=line.is_active,
            intake_stops=timedelta(minutes=line.intake_stops_minutes),
            drain=timedelta(minutes=line.drain_minutes),
        )
    return calendars


def weekly_of(schedules: Iterable[int]) -> dict[int, list[Interval]]:
    """The regular intervals of each schedule by its primary key, also those that are over: one query."""
    found: dict[int, list[Interval]] = defaultdict(list)
    rows = WeeklyInterval.objects.filter(schedule_id__in=set(schedules)).order_by("weekday", "opens")
    for schedule, *values in rows.values_list("schedule_id", "weekday", "opens", "closes", "valid_from", "valid_until"):
        found[schedule].append(Interval(*values))
    return found


class _Read(NamedTuple):
    by_schedule: Mapping[int, _Hours]
    by_county: Mapping[int, _Exceptions]


def _schedules(schedules: set[int], counties: set[int], first: date, last: date) -> _Read:
    weekly: dict[int, list[Interval]] = defaultdict(list)
    for schedule_id, *values in (
        WeeklyInterval.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=first), schedule_id__in=schedules)
        .order_by("weekday", "opens")
        .values_list("schedule_id", "weekday", "opens", "closes", "valid_from", "valid_until")
    ):
        weekly[schedule_id].append(Interval(*values))
    own: dict[int, _Exceptions] = defaultdict(dict)
    whole: dict[int, _Exceptions] = defaultdict(dict)
    for row in (
        ExceptionDay.objects.filter(
            Q(schedule_id__isnull=True) | Q(schedule_id__in=schedules), county_id__in=counties, date__range=(first, last)
        )
        .order_by("date", "opens", "pk")
        .values("county_id", "schedule_id", "date", "opens", "closes", *_columns("reason"))
    ):
        days = own[row["schedule_id"]] if row["schedule_id"] else whole[row["county_id"]]
        known = days.get(row["date"])
        hours = () if row["opens"] is None else ((row["opens"], row["closes"]),)
        reason = known.reason if known and known.reason else _words(row, "reason")
        days[row["date"]] = SpecialDay(reason, (known.hours if known else ()) + hours)
    return _Read({pk: _Hours(tuple(weekly[pk]), own[pk]) for pk in schedules}, whole)


def _holidays(counties: set[int], first: date, last: date) -> Mapping[int, dict[date, Texts]]:
    found: dict[int, dict[date, Texts]] = defaultdict(dict)
    for row in (
        Holiday.objects.filter(county_id__in=counties, removed=False, date__range=(first, last))
        .order_by("date")
        .values("county_id", "date", *_columns("name"))
    ):
        found[row["county_id"]][row["date"]] = _words(row, "name")
    return found


def _notices(rows: QuerySet[Any], fields: tuple[str, ...], counties: set[int], at: datetime) -> list[dict[str, Any]]:
    words, *others = fields
    return list(
        rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at - BEHIND), county_id__in=counties, starts_at__lt=at + HORIZON)
        .order_by("starts_at", "pk")
        .values("pk", "county_id", "service_id", "queue_id", "starts_at", "ends_at", *_columns(words), *others)
    )


def _concerning(line: _Line, rows: list[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], Scope]]:
    """The notices that reach the queue, and how near they are. One that names a queue concerns that queue only."""
    for row in rows:
        if row["queue_id"] is not None:
            if row["queue_id"] == line.queue_id:
                yield row, Scope.QUEUE
        elif row["service_id"] is not None:
            if row["service_id"] == line.service_id:
                yield row, Scope.SERVICE
        elif row["county_id"] == line.county_id:
            yield row, Scope.COUNTY


def _columns(field: str) -> list[str]:
    return [f"{field}_{code}" for code in FALLBACKS]


def _words(row: Mapping[str, Any], field: str) -> dict[str, str]:
    found = {code: row[f"{field}_{code}"] or "" for code in FALLBACKS}
    return {code: words for code, words in found.items() if words.strip()}
