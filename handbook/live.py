"""The live parts of chapters: hours, lines, contacts, disruptions, settings and directory, read from the service's own rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from services.calendars import DayHours
from services.models import Channel, ContactPoint, County, Disruption, Link, Queue, Redirect, Service, Topic
from services.openness import schedule_weeks

# Which live parts a chapter has (`live_data` of handbook.yaml, in words).
PARTS: dict[str, frozenset[str]] = {
    "service_model_basics": frozenset({"lines"}),
    "taking_into_use": frozenset({"rollouts"}),
    "problem_situations": frozenset({"disruptions", "support"}),
    "practical_matters": frozenset({"support", "directory"}),
    "service_orientation": frozenset({"directory"}),
    "local_agreements": frozenset({"settings", "lines"}),
}
NEEDS_SERVICE = frozenset({"lines", "support", "settings", "directory"})


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A waiting line: its hours this week, who answers it, and where it may be transferred."""

    queue: Queue
    days: Sequence[DayHours]
    groups: Sequence[str]
    targets: Sequence[Queue]


@dataclass(frozen=True, slots=True)
class DirectoryFacts:
    """The directory of a service: how it is reached otherwise, where other matters go, and its materials."""

    channels: Sequence[Channel] = ()
    redirects: Sequence[Redirect] = ()
    materials: Sequence[Link] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """What the chapter shows of the service now."""

    parts: frozenset[str]
    service: Service | None
    lines: Sequence[LineFacts] = ()
    support: Sequence[tuple[str, ContactPoint]] = ()
    disruptions: Sequence[Disruption] = ()
    topics: Sequence[Topic] = ()
    directory: DirectoryFacts = field(default_factory=DirectoryFacts)
    today: date = field(default_factory=timezone.localdate)


def live_of(key: str, county: County, service: Service | None, *, now: datetime) -> Live | None:
    """The live parts of the chapter, in a fixed number of queries; none when the chapter has none."""
    parts = PARTS.get(key, frozenset())
    return _Reading(parts, county, [service] if service else [], now).live(parts, service) if parts else None


def live_of_all(county: County, services: Sequence[Service], *, now: datetime) -> dict[str, list[Live]]:
    """The live parts of every chapter that has some, by its key: what is the county’s once, the rest for each service.

    The number of queries grows neither with the chapters nor with the services.
    """
    reading = _Reading(frozenset().union(*PARTS.values()), county, services, now)
    found: dict[str, list[Live]] = {}
    for key, parts in PARTS.items():
        of_county, of_service = parts - NEEDS_SERVICE, parts & NEEDS_SERVICE
        found[key] = [reading.live(of_county, None)] if of_county else []
        if of_service:
            found[key] += [reading.live(of_service, service) for service in services]
    return found


class _Reading:
    """What the parts need of these services, read once."""

    def __init__(self, parts: frozenset[str], county: County, services: Sequence[Service], now: datetime) -> None:
        self.today = timezone.localdate(now)
        if "support" in parts:
            prefetch_related_objects(list(services), "responder_support", "resident_support", "digital_support")
        self.disruptions = _disruptions(county, now) if "disruptions" in parts else []
        of_services = parts if services else frozenset()
        self.lines = _lines(services, self.today) if "lines" in of_services else {}
        self.topics = _by_service(Topic.objects.filter(service__in=services, retired=False)) if "settings" in of_services else {}
        self.directory = _directory(services) if "directory" in of_services else {}

    def live(self, parts: frozenset[str], service: Service | None) -> Live:
        """The parts that are asked for, of the service or of the county alone."""
        key = service.pk if service else 0
        return Live(
            parts=parts,
            service=service,
            lines=self.lines.get(key, ()) if "lines" in parts else (),
            support=_support(service) if service and "support" in parts else (),
            disruptions=self.disruptions if "disruptions" in parts else (),
            topics=self.topics.get(key, ()) if "settings" in parts else (),
            directory=self.directory.get(key, DirectoryFacts()) if "directory" in parts else DirectoryFacts(),
            today=self.today,
        )


def _by_service(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.service_id].append(row)
    return found


def _directory(services: Sequence[Service]) -> dict[int, DirectoryFacts]:
    """Three queries however much there is."""
    channels = _by_service(Channel.objects.filter(service__in=services).select_related("contact_point"))
    redirects = _by_service(Redirect.objects.filter(service__in=services).select_related("to_service", "to_contact", "to_link"))
    materials = _by_service(Link.objects.filter(service__in=services).materials())
    return {
        row.pk: DirectoryFacts(channels.get(row.pk, ()), redirects.get(row.pk, ()), materials.get(row.pk, ())) for row in services
    }


def _lines(services: Sequence[Service], today: date) -> dict[int, list[LineFacts]]:
    queues = _by_service(
        Queue.objects.filter(service__in=services, is_active=True)
        .select_related("schedule", "service")
        .prefetch_related("groups", "transfer_targets__service")
    )
    schedules = {row.schedule.pk: row.schedule for rows in queues.values() for row in rows if row.schedule}
    weeks = schedule_weeks(list(schedules.values()), today - timedelta(days=today.weekday()))
    return {key: [_line(row, rows, weeks.get(row.schedule_id or 0, ())) for row in rows] for key, rows in queues.items()}


def _line(row: Queue, of_service: Sequence[Queue], days: Sequence[DayHours]) -> LineFacts:
    siblings = [other for other in of_service if other.pk != row.pk]
    return LineFacts(
        queue=row,
        days=days,
        groups=[str(group) for group in row.groups.all()],
        targets=[] if row.no_transfers else list(row.transfer_targets.all()) or siblings,
    )


def _support(service: Service) -> list[tuple[str, ContactPoint]]:
    found = [
        ("responders", service.responder_support),
        ("residents", service.resident_support),
        ("digital", service.digital_support),
    ]
    return [(kind, point) for kind, point in found if point is not None]


def _disruptions(county: County, now: datetime) -> list[Disruption]:
    return list(Disruption.objects.filter(county=county).in_force(at=now).select_related("service", "queue"))
