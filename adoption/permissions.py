"""May this person? About rollouts and their items; always asked of fresh grants and members."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant, User
from accounts.permissions import grants_of, has_role, has_role_anywhere
from adoption.choices import ItemState, MemberRole, YesNo
from adoption.models import Attachment, Member, Rollout, RolloutItem
from adoption.models.rollouts import DRIVER_ROLES, READER_ROLES
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


def may_start_some(actor: Actor, *, county: str) -> bool:
    """She may start a rollout for the county or for some service of it: the page of the start opens to her."""
    return has_role_anywhere(actor, DRIVER_ROLES, county=county)


def may_steer(actor: Actor, rollout: Rollout) -> bool:
    """Who drives the rollout or decides on it gives verdicts at its gates, and reminds its people."""
    return bool(Rollout.objects.steered_by(actor).filter(pk=rollout.pk).exists())


def may_work_in(actor: Actor, rollout: Rollout) -> bool:
    """Who drives the rollout and its members write the rows of the work around it: meetings, communication, risks, systems."""
    return bool(Rollout.objects.workable_by(actor).filter(pk=rollout.pk).exists())


def may_work_on(actor: Actor, item: RolloutItem) -> bool:
    """Who drives the rollout, its members, and the person named for the item."""
    if may_drive(actor, item.rollout):
        return True
    if not isinstance(actor, Staff) or not _works_in(actor, item.rollout.county):
        return False
    return item.owner_id == actor.user_id or Member.objects.filter(rollout=item.rollout, user_id=actor.user_id).exists()


def may_decide(actor: Actor, rollout: Rollout) -> bool:
    """Management: a manager of the county or service by her role, or a member of the rollout as management."""
    return bool(Rollout.objects.decided_by(actor).filter(pk=rollout.pk).exists())


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


def may_set(item: RolloutItem, to: str, *, works: bool, decides: bool) -> bool:
    """Whose step it is, of somebody who works on the item or decides on its rollout.

    Management alone says that an item does not apply, unless an answer says so: then whoever works on it may.
    """
    if to != ItemState.NOT_APPLICABLE:
        return works
    return decides or (works and answered_not_to_apply(item))


def answered_not_to_apply(item: RolloutItem) -> bool:
    """The item depends on a question, and the answer is the one with which it does not apply."""
    model_item = item.model_item
    if not model_item.question_key:
        return False
    answer = item.rollout.answer(model_item.question_key)
    return answer != YesNo.OPEN and answer != model_item.applies_when


def may_remove(actor: Actor, attachment: Attachment, *, works: bool, drives: bool) -> bool:
    """Who drives the rollout takes an attachment away, and who put it there while she works on the item."""
    return drives or (works and isinstance(actor, Staff) and attachment.by_id == actor.user_id)


def _works_in(actor: Actor, county: County) -> bool:
    return grants_of(actor).filter(county=county.code).exists()


def may_open(actor: Actor, *, county: str) -> bool:
    """Her role in the county shows her rollouts, or she is a member of one: the pages of adoption open to her (S000-28)."""
    member = Member.objects.filter(user_id=OuterRef("user_id"), rollout__county__code=county)
    return grants_of(actor).filter(Q(role__in=READER_ROLES) | Exists(member), county=county).exists()


def is_member_in(actor: Actor, *, county: str) -> bool:
    """She is a member of a rollout of the county: the second half of `may_open`, for where her roles are known already."""
    return isinstance(actor, Staff) and Member.objects.filter(user_id=actor.user_id, rollout__county__code=county).exists()


def readers_of(rollout: Rollout) -> QuerySet[User]:
    """Everybody who sees the rollout, by name: they may be named for its items."""
    works = Grant.objects.valid().filter(user_id=OuterRef("pk"), county=rollout.county.code)
    service_id = rollout.service.public_id if rollout.service is not None else None
    by_role = works.filter(Q(service_id__isnull=True) | Q(service_id=service_id), role__in=READER_ROLES)
    member = Member.objects.filter(user_id=OuterRef("pk"), rollout=rollout)
    people = User.objects.filter(Exists(by_role) | (Exists(member) & Exists(works)))
    return people.order_by("last_name", "first_name", "email")


def roles_held(actor: Actor, rollout: Rollout) -> frozenset[str]:
    """Every role of the model that she has in the rollout, as its member or by her role in the county or service."""
    if not isinstance(actor, Staff):
        return frozenset()
    service_id = rollout.service.public_id if rollout.service is not None else None
    grants = grants_of(actor).filter(county=rollout.county.code)
    if not (rows := list(grants.values_list("role", "service_id"))):
        return frozenset()
    by_grant = {role for role, service in rows if service is None or service == service_id}
    named = Member.objects.filter(rollout=rollout, user_id=actor.user_id).values_list("role", flat=True)
    return frozenset({role for role, grant in GRANT_OF.items() if grant in by_grant} | set(named))
