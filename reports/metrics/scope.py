"""Of which services a figure tells, and which rows that means (metrics 1.1, 1.2, 1.7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from django.db.models import F

from chat.identity_providers import current_provider
from chat.models import Attempt, Conversation
from chat.models.attempts import AttemptQuerySet
from chat.models.conversations import ConversationQuerySet
from reports.gaps import Break, open_days
from reports.models.groups import ReportGroup
from reports.months import Period
from services.choices import Identification, ServiceStatus
from services.models import County, Service

T = TypeVar("T")
Row = dict[str, Any]
Told = tuple[Service | None, ReportGroup | None]
"""Of what a report tells: of the service, of the group, or of the county when there is neither."""
OF_SERVICE = "of_service"
"""The column of a row that tells of which service it is."""


class Known:
    """What has been read, by name. Several threads may ask: who asks for what another is reading waits for it."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self.locks: dict[str, Lock] = {}

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What `read` gives, read at most once."""
        with self.locks.setdefault(name, Lock()):
            if name not in self.found:
                self.found[name] = read()
            found: T = self.found[name]
        return found


@dataclass(frozen=True, slots=True)
class Scope:
    """Services of one county: one of them, a group of them, or all."""

    county_id: int
    services: tuple[int, ...]
    is_whole: bool = False
    """All services of the county: those made meanwhile and closed ones too, test services never."""
    known: Known = field(default_factory=Known, compare=False, repr=False)
    """What was read of the directory while one page is made, so that each of its parts does not read it again."""
    among: Scope | None = field(default=None, compare=False, repr=False)
    """All the services of which something is told at once with this: what is read by service is read once for them all."""

    @classmethod
    def of(cls, services: Collection[Service]) -> Scope:
        """These services together; they are of one county."""
        counties = {service.county_id for service in services}
        if len(counties) != 1:
            raise ValueError("a figure tells of services of one county")
        return cls(counties.pop(), tuple(sorted(service.pk for service in services)))

    @classmethod
    def whole(cls, county: County) -> Scope:
        """The county: every service but those for tests."""
        services = Service.objects.filter(county=county, is_test=False).order_by("pk")
        return cls(county.pk, tuple(services.values_list("pk", flat=True)), True)

    @classmethod
    def of_group(cls, group: ReportGroup) -> Scope:
        """The services of a group; those for tests never."""
        services = group.services.filter(is_test=False).order_by("pk")
        return cls(group.county_id, tuple(services.values_list("pk", flat=True)))

    @classmethod
    def told(cls, county: County, service: Service | None, group: ReportGroup | None = None) -> Scope:
        """The service, the group, or the county when there is neither."""
        return cls.of_group(group) if group else cls.of([service]) if service else cls.whole(county)

    @classmethod
    def at_once(cls, scopes: Collection[Scope]) -> list[Scope]:
        """The same scopes, of one county, so that what is read by service is read once for all of them.

        Only for what does not change meanwhile: the files of a month, and freezing it.
        """
        counties = {scope.county_id for scope in scopes}
        if len(counties) != 1:
            raise ValueError("scopes that are read at once are of one county")
        among = cls(counties.pop(), tuple(sorted({pk for scope in scopes for pk in scope.services})))
        return [replace(scope, known=Known(), among=among) for scope in scopes]

    @property
    def is_one_of_many(self) -> bool:
        """One service among others that are told of at once."""
        return self.among is not None and len(self.services) == 1

    def by_service(self, name: str, read: Callable[[Scope], Iterable[Any]]) -> Iterable[Row]:
        """The rows of this scope's services, of those that `read` gives with the service of each (`of_service`).

        When several scopes are told of at once, it is read once for all of them; `name` tells what and of which days.
        """
        wide = self.among
        if wide is None:
            return read(self)
        found = wide.once(name, lambda: _by_service(read(wide)))
        return [row for pk in self.services for row in found.get(pk, ())]

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What `read` gives, read at most once for this scope: only of what does not change while a page is made."""
        return self.known.once(name, read)

    def rows(self, period: Period, *, tests: bool = False) -> ConversationQuerySet:
        """Residents' conversations queued in the period whose first queue is of the services; tests and practice left out."""
        starts, ends = period.interval
        rows = Conversation.objects.filter(
            county=self.county_id, queued_at__gte=starts, queued_at__lt=ends, first_queue__service__in=self.services
        )
        rows = rows.live().filter(is_test=True) if tests else rows.counted()
        return rows.of_residents().order_by()

    def later(self, period: Period) -> ConversationQuerySet:
        """Help requests, call requests and what was agreed, which arrived in the period: no contacts (metrics 1.1)."""
        starts, ends = period.interval
        rows = Conversation.objects.later().filter(county=self.county_id, queued_at__gte=starts, queued_at__lt=ends)
        return rows.filter(first_queue__service__in=self.services, is_test=False).of_residents().order_by()

    def attempts(self, period: Period) -> AttemptQuerySet:
        """Tries outside the hours in the period (M05)."""
        starts, ends = period.interval
        rows = Attempt.objects.filter(county=self.county_id, service__in=self.services, at__gte=starts, at__lt=ends, is_test=False)
        return rows.order_by()


def scopes_of(county: County) -> list[Told]:
    """Everything of which a month has a report: the county, its services that have opened, and its groups."""
    services = Service.objects.filter(county=county, is_test=False, opened_at__isnull=False).order_by("pk")
    groups = ReportGroup.objects.filter(county=county, ended_at__isnull=True).order_by("pk")
    return [(None, None), *((service, None) for service in services), *((None, group) for group in groups)]


def _by_service(rows: Iterable[Any]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row[OF_SERVICE], []).append(row)
    return found


def with_identification(scope: Scope, period: Period) -> list[int]:
    """The services in which strong identification was in use: it is now, or somebody identified herself in the period.

    What a service asked for in the past is kept nowhere else; so a service that has given identification up since, and in which
    nobody used it in the period, counts as one without.
    """

    def used(of: Scope) -> Iterable[Any]:
        return of.rows(period).filter(identified_at__isnull=False).values(of_service=F("first_queue__service")).distinct()

    found = scope.by_service(f"identified {period}", used)
    return sorted(asking_now(scope) | {row[OF_SERVICE] for row in found})


def asking_now(scope: Scope) -> set[int]:
    """The services in which strong identification is in use now."""
    if current_provider() is None:
        return set()
    return {each.pk for each in services_of(scope) if each.identification != Identification.NEVER}


class OfService(NamedTuple):
    """What the figures ask of a service itself, and when it was not in use."""

    pk: int
    status: str
    is_test: bool
    identification: str
    primary_care: bool
    opened_at: datetime | None
    pilot_starts: date | None
    pilot_ends: date | None
    breaks: tuple[Break, ...] = ()

    def is_pilot(self, day: date) -> bool:
        """It is tried out on the day."""
        return self.pilot_starts is not None and self.pilot_starts <= day and (self.pilot_ends is None or day <= self.pilot_ends)

    def was_open(self, until: datetime) -> bool:
        """It had opened before the instant, and was neither paused nor closed at it. Of one that is not open now and of which it is
        not known since when, nothing is known.
        """
        if self.is_test or self.opened_at is None or self.opened_at >= until:
            return False
        if self.status != ServiceStatus.OPEN and not any(ends is None for _starts, ends in self.breaks):
            return False
        return not any(starts < until and (ends is None or until <= ends) for starts, ends in self.breaks)


def services_of(scope: Scope) -> list[OfService]:
    """The services of the scope: one query for a page."""
    return scope.once("services", lambda: _services(scope))


def _services(scope: Scope) -> list[OfService]:
    names = [name for name in OfService._fields if name != "breaks"]
    rows = Service.objects.filter(pk__in=scope.services).order_by("pk", "breaks__starts_at", "breaks__pk")
    found: dict[int, OfService] = {}
    for *row, starts_at, ends_at in rows.values_list(*names, "breaks__starts_at", "breaks__ends_at"):
        service = found.setdefault(row[0], OfService(*row))
        if starts_at is not None:
            found[service.pk] = service._replace(breaks=(*service.breaks, (starts_at, ends_at)))
    return list(found.values())


def opened_days(scope: Scope) -> list[Period]:
    """The days on which any service of the scope was in use."""
    return scope.once("open days", lambda: open_days(services_of(scope)))
