"""May this person? About rollouts and their items; always asked of fresh grants and members."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.permissions import grants_of, has_role
from adoption.choices import MemberRole
from adoption.models import Member, Rollout, RolloutItem
from adoption.models.rollouts import DRIVER_ROLES
from services.models import County, Service

# What a grant lets a person do in a rollout without being named there.
GRANT_OF: Mapping[str, str] = {
    MemberRole.PROJECT_COORDINATOR: Role.COORDINATOR,
    MemberRole.MANAGER: Role.MANAGER,
    MemberRole.SUPERVISOR: Role.SUPERVISOR,
    MemberRole.MAIN_USER: Role.MAIN_USER,
    MemberRole.RESPONDER: Role.RESPONDER,
    MemberRole.AREA_PROFESSIONAL: Role.AREA_PROFESSIONAL,
    MemberRole.PATH_AUTHOR: Role.PATH_AUTHOR,
}


def may_read(actor: Actor, rollout: Rollout) -> bool:
    """Her role in the county shows her the rollout, or she is one of its people."""
    return bool(Rollout.objects.readable_by(actor).filter(pk=rollout.pk).exists())


def may_drive(actor: Actor, rollout: Rollout) -> bool:
    """The coordinator or main user of the county, or of the service, drives the rollout."""
    return bool(Rollout.objects.editable_by(actor).filter(pk=rollout.pk).exists())


def may_start(actor: Actor, *, county: County, service: Service | None = None) -> bool:
    """A coordinator or main user starts a rollout in her county, one of a single service for that service."""
    return has_role(actor, DRIVER_ROLES, county=county.code, service_id=service.public_id if service else None)


def may_work_on(actor: Actor, item: RolloutItem) -> bool:
    """Who drives the rollout, its members, and the person named for the item."""
    if may_drive(actor, item.rollout):
        return True
    if not isinstance(actor, Staff) or not _works_in(actor, item.rollout.county):
        return False
    return item.owner_id == actor.user_id or Member.objects.filter(rollout=item.rollout, user_id=actor.user_id).exists()


def may_decide(actor: Actor, rollout: Rollout) -> bool:
    """Management: a manager of the county or service by her role, or a member of the rollout as management."""
    return holds_role(actor, rollout, [MemberRole.MANAGER])


def holds_role(actor: Actor, rollout: Rollout, roles: Collection[str]) -> bool:
    """She has one of the roles in the rollout: as its member, or by her role in the county or service."""
    match actor:
        case System():
            return True
        case Staff(user_id=user_id):
            county = rollout.county
            grants = [GRANT_OF[role] for role in roles if role in GRANT_OF]
            service_id = rollout.service.public_id if rollout.service is not None else None
            if grants and has_role(actor, grants, county=county.code, service_id=service_id):
                return True
            named = Member.objects.filter(rollout=rollout, user_id=user_id, role__in=list(roles)).exists()
            return named and _works_in(actor, county)
    return False


def _works_in(actor: Actor, county: County) -> bool:
    return grants_of(actor).filter(county=county.code).exists()


def may_open(actor: Actor, *, county: str) -> bool:
    """She reads some rollout of the county."""
    return bool(Rollout.objects.readable_by(actor).filter(county__code=county).exists())
