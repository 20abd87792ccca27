"""Who may read which figures: supervisors, managers and main users, of what their grants reach (metrics 1.6).

A grant of one service reaches its figures; the county's, in which every service is summed, needs a grant of the whole county.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant, User
from accounts.permissions import counties_of, has_role
from reports.choices import COUNTERS, FIGURE_READERS, REVIEWERS
from reports.models.groups import ReportGroup
from services.models import County, Service
from services.models.service import ServiceQuerySet


def readable_services(actor: Actor, county: County, roles: Collection[str] = FIGURE_READERS) -> ServiceQuerySet:
    """The services of the county whose figures the person may read, or in which she has one of the roles.

    Those for tests count nothing and have none.
    """
    services: ServiceQuerySet = Service.objects.filter(county=county, is_test=False)
    match actor:
        case System():
            return services
        case Staff():
            grants = Grant.objects.held_by(actor, roles).filter(
                Q(service_id__isnull=True) | Q(service_id=OuterRef("public_id")), county=OuterRef("county__code")
            )
            return services.filter(Exists(grants))
    return services.none()


def may_read_county(actor: Actor, county: County) -> bool:
    """The figures of all services together."""
    return isinstance(actor, System) or county.code in counties_of(actor, FIGURE_READERS, whole=True)


def may_read(actor: Actor, *, county: County, service: Service | None, group: ReportGroup | None = None) -> bool:
    """The figures of the service, of the group, or of the county when none is named."""
    if group is not None:
        return service is None and ReportGroup.objects.readable_by(actor).filter(pk=group.pk, county=county).exists()
    if service is None:
        return may_read_county(actor, county)
    return readable_services(actor, county).filter(pk=service.pk).exists()


def may_review(actor: Actor, *, county: County, service: Service | None) -> bool:
    """A supervisor or a manager of the service, or of the whole county, goes through its report and signs (S000-53)."""
    return _is_proper(county, service) and _holds(actor, REVIEWERS, county, service)


def may_check_quality(actor: Actor, *, county: County, service: Service) -> bool:
    """A supervisor of the service, or of the whole county, goes through its quality sample (M35)."""
    return _is_proper(county, service) and _holds(actor, [Role.SUPERVISOR], county, service)


def may_choose(actor: Actor, *, county: County, service: Service) -> bool:
    """Who reads the figures of a service also says which of them its report shows (S000-43)."""
    return _is_proper(county, service) and _holds(actor, FIGURE_READERS, county, service)


def may_set_targets(actor: Actor, *, county: County, service: Service | None) -> bool:
    """The main user of the county, or a manager of the service or of the county, says what is aimed at (metrics 1.8)."""
    manages = _holds(actor, [Role.MANAGER], county, service)
    return _is_proper(county, service) and (manages or has_role(actor, Role.MAIN_USER, county=county.code))


def may_enter(actor: Actor, *, county: County, service: Service | None) -> bool:
    """Who reads the figures of the service, or of the county, also brings in those that the portal cannot know (S001-9)."""
    return _is_proper(county, service) and _holds(actor, FIGURE_READERS, county, service)


def may_count(actor: Actor, *, county: County, service: Service) -> bool:
    """Who answers in the service, or supervises it, counts what was handled beside its chats today (S001-9)."""
    return _is_proper(county, service) and _holds(actor, COUNTERS, county, service)


def may_count_earlier(actor: Actor, *, county: County, service: Service) -> bool:
    """A supervisor of the service also mends the numbers of earlier days."""
    return _is_proper(county, service) and _holds(actor, [Role.SUPERVISOR], county, service)


def may_group(actor: Actor, county: County) -> bool:
    """The main user of the county says which services are told of together, and who gets the letters."""
    return has_role(actor, Role.MAIN_USER, county=county.code)


def may_judge_savings(actor: Actor, *, county: County, service: Service | None) -> bool:
    """Only a manager says whether the wanted savings were reached (M30, S002-45)."""
    return _is_proper(county, service) and _holds(actor, [Role.MANAGER], county, service)


def people_with(roles: Collection[str], *, county: County, service: Service | None) -> QuerySet[User]:
    """Everybody whose grant of one of the roles reaches the service; without a service, the whole county. By name."""
    grants = Grant.objects.valid().filter(user_id=OuterRef("pk"), role__in=list(roles), county=county.code)
    own = Q(service_id__isnull=True) | (Q(service_id=service.public_id) if service else Q(pk__in=[]))
    return User.objects.filter(Exists(grants.filter(own)), is_active=True).order_by("last_name", "first_name", "email")


def workers_of(*, county: County, service: Service | None) -> QuerySet[User]:
    """Everybody who works for the service, in whatever role: whom an action can be given to."""
    return people_with(Role.values, county=county, service=service)


def recipients_of(*, county: County, service: Service | None) -> QuerySet[User]:
    """Everybody who may read the figures, and so can be told that they are ready."""
    return people_with(FIGURE_READERS, county=county, service=service)


def readers_of_group(*, county: County, group: ReportGroup | None) -> QuerySet[User]:
    """Everybody who may read the figures of the group, or of the county as a whole: by a grant of all of it, or of each service."""
    grants = Grant.objects.valid().filter(user_id=OuterRef("pk"), role__in=list(FIGURE_READERS), county=county.code)
    reads = Q(Exists(grants.filter(service_id__isnull=True)))
    if group is not None and (keys := list(group.services.values_list("public_id", flat=True))):
        of_each = Q()
        for key in keys:
            of_each &= Q(Exists(grants.filter(service_id=key)))
        reads |= of_each
    return User.objects.filter(reads, is_active=True).order_by("last_name", "first_name", "email")


def _holds(actor: Actor, roles: Collection[str], county: County, service: Service | None) -> bool:
    return has_role(actor, roles, county=county.code, service_id=service.public_id if service else None)


def _is_proper(county: County, service: Service | None) -> bool:
    """A service of the county, and none for tests: those count nothing and have no report."""
    return service is None or (service.county_id == county.pk and not service.is_test)
