"""Who may: questions about grants, always answered from fresh rows (never from what a session remembers).

A grant of a whole county reaches each of its services; a grant of one service reaches that service only (S002-48, S004-30).
`System` is the portal itself and holds every role; a resident holds none.
"""

from collections.abc import Collection
from uuid import UUID

from accounts.actors import Actor, Resident, System
from accounts.choices import ADMIN_DOOR_ROLES, AUDIT_READER_ROLES, Role
from accounts.models import Grant, GrantQuerySet, User


def grants_of(actor: Actor, roles: Collection[str] | None = None) -> GrantQuerySet:
    """The grants that the actor holds now, of the named roles or of all."""
    return Grant.objects.held_by(actor, roles)


def has_role(actor: Actor, roles: Collection[str] | str, *, county: str, service_id: UUID | None = None) -> bool:
    """The actor holds one of the roles in the service; without a service, in the whole county."""
    match actor:
        case System():
            return True
        case Resident():
            return False
    wanted = [roles] if isinstance(roles, str) else list(roles)
    return grants_of(actor, wanted).for_service(county=county, service_id=service_id).exists()


def has_role_anywhere(actor: Actor, roles: Collection[str] | str, *, county: str | None = None) -> bool:
    """The actor holds one of the roles in any service of the county, or of any county when none is named."""
    if isinstance(actor, System):
        return True
    grants = grants_of(actor, [roles] if isinstance(roles, str) else roles)
    return (grants if county is None else grants.filter(county=county)).exists()


def counties_of(actor: Actor, roles: Collection[str] | None = None, *, whole: bool = False) -> set[str]:
    """The codes of the counties in which the actor holds a role; `whole`: as a grant of the whole county only."""
    return set(Grant.objects.held_by(actor, roles, whole=whole).values_list("county", flat=True))


def is_main_user(actor: Actor, *, county: str) -> bool:
    """The actor maintains queues, hours, rights and texts of the whole county."""
    return has_role(actor, Role.MAIN_USER, county=county)


def may_enter_admin(actor: Actor | None, roles: Collection[str] = ADMIN_DOOR_ROLES) -> bool:
    """The admin's door opens to those who configure, audit or steer rollouts, a page of it to the roles that it names."""
    return actor is not None and has_role_anywhere(actor, roles)


def may_read_audit(actor: Actor, *, county: str) -> bool:
    """The privacy officer and the main user of the county search its audit (domain 5.10)."""
    return has_role(actor, AUDIT_READER_ROLES, county=county)


def may_manage_person(actor: Actor, *, user_id: int) -> bool:
    """A main user of every county in which the person now has a role."""
    return User.objects.get_queryset().editable_by(actor).filter(pk=user_id).exists()
