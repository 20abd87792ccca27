"""Who may read which figures: supervisors, managers and main users, of what their grants reach (metrics 1.6).

A grant of one service reaches its figures; the county's, in which every service is summed, needs a grant of the whole county.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor, Staff, System
from accounts.models import Grant
from accounts.permissions import counties_of
from reports.choices import FIGURE_READERS
from services.models import County, Service
from services.models.service import ServiceQuerySet


def readable_services(actor: Actor, county: County) -> ServiceQuerySet:
    """The services of the county whose figures the person may read; those for tests count nothing and have none."""
    services: ServiceQuerySet = Service.objects.filter(county=county, is_test=False)
    match actor:
        case System():
            return services
        case Staff():
            grants = Grant.objects.held_by(actor, FIGURE_READERS).filter(
                Q(service_id__isnull=True) | Q(service_id=OuterRef("public_id")), county=OuterRef("county__code")
            )
            return services.filter(Exists(grants))
    return services.none()


def may_read_county(actor: Actor, county: County) -> bool:
    """The figures of all services together."""
    return isinstance(actor, System) or county.code in counties_of(actor, FIGURE_READERS, whole=True)


def may_read(actor: Actor, *, county: County, service: Service | None) -> bool:
    """The figures of the service, or of the county when none is named."""
    if service is None:
        return may_read_county(actor, county)
    return readable_services(actor, county).filter(pk=service.pk).exists()
