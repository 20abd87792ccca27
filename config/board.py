"""The county's public board: what each service says of itself right now. Pages, the search and the public status share it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from django.db.models import prefetch_related_objects
from django.utils import timezone

from chat.availability import answerers_of, loads_of
from chat.estimates import Range
from chat.outlook import Outlook, outlooks
from config.waits import typical_waits
from services.hours import Availability, Calendar, Load, judge_at, service_availability
from services.memory import remembered
from services.models import County, Queue, Service
from services.openness import calendars_of

BOARD_SECONDS = 1.0
HALF_A_MINUTE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One entry queue of a service: its calendar, its load and what is told of it at the board's instant."""

    queue: Queue
    calendar: Calendar
    load: Load
    availability: Availability

    @property
    def is_open(self) -> bool:
        """The queue takes new conversations."""
        return self.availability.is_open

    @property
    def at(self) -> datetime:
        """The board's instant."""
        return self.availability.at


@dataclass(frozen=True, slots=True)
class ServiceNow:
    """One public service at the board's instant. `availability` is None when it has no queue to enter."""

    service: Service
    availability: Availability | None
    waiting: int = 0
    typical_wait: float | None = None
    lines: Sequence[Line] = field(default_factory=tuple)
    estimate: Range | None = None
    """How long one who comes now may wait, by the first queue that takes newcomers; None while too little is known."""

    @property
    def is_open(self) -> bool:
        """New conversations are taken."""
        return self.availability is not None and self.availability.is_open

    @property
    def typical_minutes(self) -> int | None:
        """The typical wait of the last hour in whole minutes, rounded up; 0 is less than half a minute."""
        if self.typical_wait is None:
            return None
        return 0 if self.typical_wait < HALF_A_MINUTE else ceil(self.typical_wait / 60)

    @property
    def languages(self) -> list[str]:
        """Languages in which the service answers at all."""
        return sorted({code for line in self.lines for code in line.queue.languages})

    @property
    def open_languages(self) -> list[str]:
        """Languages in which it answers right now."""
        return sorted({code for line in self.lines if line.is_open for code in line.queue.languages})


@dataclass(frozen=True, slots=True)
class Board:
    """All public services of a county, in the order of their life situations."""

    at: datetime
    services: Mapping[int, ServiceNow]
    parts: dict[Hashable, str] = field(default_factory=dict, compare=False)
    """What pages have already made of this board, by their own keys: the same for everybody who reads it."""

    def by_key(self, key: str) -> ServiceNow | None:
        """A service by the key of its address."""
        return next((now for now in self.services.values() if now.service.key == key), None)


def board_of(county: County) -> Board:
    """The county's board, at most a second old."""
    return remembered(county, "board", BOARD_SECONDS, lambda: _read(county), ahead=True)


def _read(county: County) -> Board:
    at = timezone.now()
    services = list(Service.objects.public().filter(county=county).select_related("life_situation", "county"))
    prefetch_related_objects(services, "queues")
    entries = {service.pk: [q for q in service.queues.all() if q.is_entry and q.is_active] for service in services}
    queues = [queue for found in entries.values() for queue in found]
    answerers = answerers_of(queues, now=at)
    loads = loads_of(queues, now=at, answerers=answerers)
    calendars = calendars_of(queues, at=at)
    waits = typical_waits(queues, at=at)
    views = outlooks(queues, now=at, answerers=answerers)
    judge = judge_at(at)
    lines: dict[int, list[Line]] = defaultdict(list)
    for queue in queues:
        if queue.pk in calendars:
            calendar, load = calendars[queue.pk], loads[queue.pk]
            lines[queue.service_id].append(Line(queue, calendar, load, judge(calendar, load)))
    return Board(
        at,
        {
            service.pk: ServiceNow(
                service,
                service_availability([(line.calendar, line.load) for line in lines[service.pk]], at, judge=judge),
                sum(line.load.waiting for line in lines[service.pk]),
                waits.get(service.pk),
                tuple(lines[service.pk]),
                _estimate(lines[service.pk], views),
            )
            for service in services
        },
    )


def _estimate(lines: Sequence[Line], views: Mapping[int, Outlook]) -> Range | None:
    line = next((line for line in lines if line.is_open), None)
    if line is None:
        return None
    found = views[line.queue.pk].ranges(line.load.waiting + 1, first_since=None, now=line.at)
    return found[-1] if found else None
