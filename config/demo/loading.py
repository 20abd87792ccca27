"""Loads the demonstration: what is missing of it, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.actors import System
from accounts.models import User
from adoption.models import Rollout
from adoption.operations import check_rollout
from chat.models import Conversation, Presence
from chat.operations.past import record_past
from config.demo.concerns import write_concerns
from config.demo.directory import write_county
from config.demo.figures import write_figures, write_reports
from config.demo.handbook import write_handbook
from config.demo.history import Place, Teller
from config.demo.paths import write_paths
from config.demo.people import write_people
from config.demo.reading import (
    CountyFile,
    PastFile,
    PeopleFile,
    ServiceFile,
    TalksFile,
    WordsFile,
    county_file,
    people_file,
    read,
    service_files,
)
from config.demo.requests import write_requests
from config.demo.rollouts import write_rollouts
from config.demo.shapes import DAY, Minutes, days_between, local_instant, open_minutes
from config.demo.shifts import presences
from config.demo.surveys import write_surveys
from handbook.models import QuickReply
from handbook.operations import load_replies
from services.calendars import HELSINKI, Calendar
from services.intervals import parse
from services.models import County, Holiday, Municipality, Queue, Service, Topic

BY = System("demo")
MONTHS = 13
CONTACTS = 10_000
LONG_AGO = timedelta(days=30)
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Demo:
    """What is there after loading."""

    county: County
    people: PeopleFile
    conversations: int
    was_there: bool


def load_demo(*, now: datetime, contacts: int = CONTACTS, say: Say = lambda line: None) -> Demo:
    """The demonstration county with its people and its past; a part that is there already stays as people left it.

    Never in production: its people have a password that everybody knows. Raises ValidationError (production).
    """
    if settings.PRODUCTION or not settings.DEMO:
        raise ValidationError("The demonstration is not for production: its people have known passwords.", code="production")
    content, services, people = county_file(), service_files(), people_file()
    today = now.astimezone(HELSINKI).date()
    began = first_day(today)
    county = County.objects.filter(code=content.county.code).first()
    was_there = county is not None
    if county is None:
        say("  its offices, contact points, hours, services and people …")
        with transaction.atomic():
            county = write_county(by=BY, content=content, services=services, began=began, now=now.astimezone(HELSINKI))
            write_people(by=BY, county=county, content=people, since=local_instant(began, 0))
    if not Conversation.objects.filter(county=county, queued_at__lt=now - LONG_AGO).exists() and contacts:
        say(f"  {MONTHS} months of made-up past conversations …")
        was_there = False
        teller = teller_of(county, content, services, first=began, last=today - DAY, now=now)
        with transaction.atomic():
            record_past(by=BY, conversations=teller.conversations(contacts), attempts=teller.attempts(contacts))
            record_past(by=BY, conversations=teller.talks(read("talks", TalksFile).talks))
            write_concerns(county=county, now=now)
    if not Presence.objects.filter(county=county, starts_at__lt=now - LONG_AGO).exists() and contacts:
        say(f"  {MONTHS} months of the responders’ shifts …")
        was_there = False
        teller = teller_of(county, content, services, first=began, last=today - DAY, now=now)
        record_past(by=BY, presences=presences(county, _spans(teller)))
    if not QuickReply.objects.filter(county=county).exists():
        say("  its quick replies …")
        load_replies(by=BY, county=county, now=now, approve=True)
    rollouts: list[Rollout] = []
    if not Rollout.objects.filter(county=county).exists():
        say("  its two rollouts …")
        with transaction.atomic():
            rollouts = write_rollouts(by=BY, county=county, now=now)
    say("  what its manager has brought in and gone through …")
    with transaction.atomic():
        write_figures(by=BY, county=county, now=now)
    with transaction.atomic():
        write_handbook(by=BY, county=county, now=now)
        write_surveys(by=BY, county=county, now=now)
        write_paths(by=BY, county=county, now=now)
        write_requests(by=BY, county=county, now=now)
    say("  the reports of its last months …")
    write_reports(by=BY, county=county, now=now)
    for rollout in rollouts:
        check_rollout(rollout=rollout, by=BY, now=now)  # that its reports are made was not seen before
    return Demo(county, people, Conversation.objects.filter(county=county).count(), was_there)


def first_day(today: date) -> date:
    """The first day of the month thirteen full months ago."""
    months = today.year * 12 + today.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def teller_of(
    county: County, content: CountyFile, services: tuple[ServiceFile, ...], *, first: date, last: date, now: datetime
) -> Teller:
    """Who tells the past: the stored rows, and the hours and shapes of the content."""
    past = read("past", PastFile).services
    rows = {row.key: row for row in Service.objects.filter(county=county).select_related("county")}
    queues = {row.key: row for row in Queue.objects.filter(service__county=county).select_related("service__county")}
    hours = {row.key: row for row in content.schedules}
    holidays = {row.date: {"fi": row.name_fi} for row in Holiday.objects.filter(county=county, removed=False)}
    answerers = {queue.pk: _answerers(queue) for queue in queues.values()}
    places = {}
    for each in services:
        if each.key not in past:
            continue
        schedule = hours[each.queues[0].schedule]
        calendar = Calendar(weekly=tuple(parse(schedule.hours)), closed_on_holidays=schedule.closed_on_holidays, holidays=holidays)
        queue = queues[each.queues[0].key]
        places[each.key] = Place(
            service=rows[each.key],
            queue=queue,
            calendar=calendar,
            closings=_closings(calendar, queue, first, last),
            past=past[each.key],
            topics={row.key: row for row in Topic.objects.filter(service=rows[each.key])},
            answerers=answerers,
            transfer_queues=queues,
        )
    weights = {row.code: row.weight for row in content.municipalities}
    municipalities = [
        (row, weights[row.code]) for row in Municipality.objects.filter(county=county, code__in=weights).order_by("code")
    ]
    words = read("words", WordsFile).words
    return Teller(county=county, places=places, municipalities=municipalities, first=first, last=last, now=now, words=words)


def _spans(teller: Teller) -> dict[User, dict[date, Minutes]]:
    """When the lines of each person are open on each date, from the first opening to the last closing."""
    found: dict[User, dict[date, Minutes]] = {}
    for place in teller.places.values():
        open_days = {day: open_minutes(place.calendar, day) for day in days_between(teller.first, teller.last)}
        for user in place.answerers[place.queue.pk]:
            days = found.setdefault(user, {})
            for day, spans in open_days.items():
                if spans:
                    before = days.get(day, (24 * 60, 0))
                    days[day] = min(before[0], spans[0][0]), max(before[1], spans[-1][1])
    return found


def _answerers(queue: Queue) -> list[User]:
    return list(User.objects.filter(memberships__group__queues=queue).distinct().order_by("email"))


def _closings(calendar: Calendar, queue: Queue, first: date, last: date) -> dict[date, datetime]:
    """When the wait of those left in the line ended on each date: the last closing and the drain after it."""
    found = {}
    for day in days_between(first, last):
        spans = open_minutes(calendar, day)
        if spans and spans[-1][1] < 24 * 60:
            found[day] = local_instant(day, spans[-1][1]) + timedelta(minutes=queue.drain_minutes)
    return found
