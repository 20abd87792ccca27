"""The live parts of chapters: hours, lines, contacts, disruptions, settings and directory, read from the service's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

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
    if not parts:
        return None
    return Live(
        parts=parts,
        service=service,
        lines=_lines(service, now) if service and "lines" in parts else (),
        support=_support(service) if service and "support" in parts else (),
        disruptions=_disruptions(county, now) if "disruptions" in parts else (),
        topics=list(Topic.objects.filter(service=service, retired=False)) if service and "settings" in parts else (),
        directory=_directory(service) if service and "directory" in parts else DirectoryFacts(),
        today=timezone.localdate(now),
    )


def _directory(service: Service) -> DirectoryFacts:
    """Three queries however much there is."""
    return DirectoryFacts(
        channels=list(Channel.objects.filter(service=service).select_related("contact_point")),
        redirects=list(Redirect.objects.filter(service=service).select_related("to_service", "to_contact", "to_link")),
        materials=list(Link.objects.filter(service=service).materials()),
    )


def _lines(service: Service, now: datetime) -> list[LineFacts]:
    queues = list(
        Queue.objects.filter(service=service, is_active=True)
        .select_related("schedule", "service")
        .prefetch_related("groups", "transfer_targets__service")
    )
    today = timezone.localdate(now)
    weeks = schedule_weeks([row.schedule for row in queues if row.schedule], today - timedelta(days=today.weekday()))
    siblings = {row.pk: [other for other in queues if other.pk != row.pk] for row in queues}
    return [
        LineFacts(
            queue=row,
            days=weeks.get(row.schedule_id or 0, ()),
            groups=[str(group) for group in row.groups.all()],
            targets=[] if row.no_transfers else list(row.transfer_targets.all()) or siblings[row.pk],
        )
        for row in queues
    ]


def _support(service: Service) -> list[tuple[str, ContactPoint]]:
    found = [
        ("responders", service.responder_support),
        ("residents", service.resident_support),
        ("digital", service.digital_support),
    ]
    return [(kind, point) for kind, point in found if point is not None]


def _disruptions(county: County, now: datetime) -> list[Disruption]:
    return list(Disruption.objects.filter(county=county).in_force(at=now).select_related("service", "queue"))
