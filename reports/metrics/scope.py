"""Of which services a figure tells, and which rows that means (metrics 1.1, 1.2, 1.7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from chat.identity_providers import current_provider
from chat.models import Attempt, Conversation
from chat.models.attempts import AttemptQuerySet
from chat.models.conversations import ConversationQuerySet
from reports.months import Period
from services.choices import Identification
from services.models import County, Service


@dataclass(frozen=True, slots=True)
class Scope:
    """Services of one county: one of them, a group of them, or all."""

    county_id: int
    services: tuple[int, ...]
    is_whole: bool = False
    """All services of the county: those made meanwhile and closed ones too, test services never."""

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

    def rows(self, period: Period, *, tests: bool = False) -> ConversationQuerySet:
        """Residents' conversations queued in the period whose first queue is of the services; tests and practice left out."""
        starts, ends = period.interval
        rows = Conversation.objects.filter(
            county=self.county_id, queued_at__gte=starts, queued_at__lt=ends, first_queue__service__in=self.services
        )
        rows = rows.live().filter(is_test=True) if tests else rows.counted()
        return rows.of_residents().order_by()

    def attempts(self, period: Period) -> AttemptQuerySet:
        """Tries outside the hours in the period (M05)."""
        starts, ends = period.interval
        rows = Attempt.objects.filter(county=self.county_id, service__in=self.services, at__gte=starts, at__lt=ends, is_test=False)
        return rows.order_by()


def with_identification(scope: Scope, period: Period) -> list[int]:
    """The services in which strong identification was in use: it is now, or somebody identified herself in the period.

    What a service asked for in the past is kept nowhere else; so a service that has given identification up since, and in which
    nobody used it in the period, counts as one without.
    """
    rows = scope.rows(period).filter(identified_at__isnull=False)
    return sorted(asking_now(scope) | set(rows.values_list("first_queue__service", flat=True).distinct()))


def asking_now(scope: Scope) -> set[int]:
    """The services in which strong identification is in use now."""
    if current_provider() is None:
        return set()
    asks = Service.objects.filter(pk__in=scope.services).exclude(identification=Identification.NEVER)
    return set(asks.values_list("pk", flat=True))
