"""May this person? Read, suggest, edit, approve and publish, asked of fresh grants each time.

| who | reads | suggests | edits | approves | publishes |
| --- | --- | --- | --- | --- | --- |
| anybody with a role in the county | yes | | | | |
| responder, coordinator, manager, author of paths | yes | yes | | | |
| supervisor | yes | yes | sections of her services | the same | the same |
| named owner of a chapter | yes | yes | her chapter | the same | |
| main user of the county | yes | yes | everything | everything | everything |

Nobody approves what she has written herself (`operations.chapters`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor, Resident, Staff, System
from accounts.choices import Role
from accounts.models import Grant, User
from accounts.permissions import grants_of, has_role_anywhere
from handbook.choices import NOTICE_WRITERS, SUGGESTING_ROLES, Right
from handbook.models import Chapter, ChapterVersion, Orientation, OrientationPlan
from services.models import County, Service

ALL = frozenset(Right)


def may_open(actor: Actor | None, *, county: str) -> bool:
    """Whoever works for the county in any role reads its handbook (S001-33, S001-68)."""
    return actor is not None and not isinstance(actor, Resident) and has_role_anywhere(actor, Role.values, county=county)


def rights_in(actor: Actor, chapter: Chapter, service: Service | None = None) -> frozenset[Right]:
    """What the person may do with the chapter's common text, or with a service's section of it."""
    match actor:
        case System():
            return ALL
        case Resident():
            return frozenset()
        case Staff():
            held = list(grants_of(actor).filter(county=chapter.county.code).values_list("role", "service_id"))
    return _rights(actor, chapter, service, held)


def _rights(actor: Staff, chapter: Chapter, service: Service | None, held: Iterable[tuple[str, object]]) -> frozenset[Right]:
    roles = {role for role, _service in held}
    if not roles:
        return frozenset()
    if (Role.MAIN_USER, None) in held:
        return ALL
    found = {Right.READ}
    if roles & SUGGESTING_ROLES:
        found.add(Right.SUGGEST)
    if chapter.owner_id == actor.user_id:
        found |= {Right.SUGGEST, Right.EDIT, Right.APPROVE}
    reaches = {None, service.public_id} if service is not None else set()
    if any((Role.SUPERVISOR, place) in held for place in reaches):
        found |= {Right.EDIT, Right.APPROVE, Right.PUBLISH}
    return frozenset(found)


def approvers_of(version: ChapterVersion) -> QuerySet[User]:
    """Who may approve the version, having written none of it: the same as `rights_in` tells of each of them."""
    grants = Grant.objects.valid().filter(county=version.chapter.county.code)
    may = Q(role=Role.MAIN_USER, service_id=None) | Q(user=version.chapter.owner_id)
    if version.service is not None:
        may |= Q(role=Role.SUPERVISOR) & (Q(service_id=None) | Q(service_id=version.service.public_id))
    people = User.objects.filter(pk__in=grants.filter(may).values("user"), is_active=True)
    return people.exclude(pk__in=version.writers).order_by("display_name", "pk")


def may_arrange(actor: Actor, *, county: str) -> bool:
    """The main user of the county says who owns a chapter, and when it is looked at again."""
    return isinstance(actor, System) or (
        isinstance(actor, Staff) and grants_of(actor, [Role.MAIN_USER]).filter(county=county, service_id__isnull=True).exists()
    )


def may_edit_something(actor: Actor, *, county: str) -> bool:
    """She writes, owns or supervises something of the handbook: editors' pages open to her."""
    if isinstance(actor, System):
        return True
    if not isinstance(actor, Staff):
        return False
    writes = grants_of(actor, [Role.MAIN_USER, Role.SUPERVISOR]).filter(county=county).exists()
    return writes or Chapter.objects.filter(county__code=county).owned_by(actor).exists()


def keeps_materials_of(actor: Actor, county: County) -> tuple[bool, list[Service]]:
    """Whether she keeps every material of the county, and the services whose materials she keeps (S001-36).

    The main user keeps all; a supervisor of the whole county too, and one of named services theirs.
    """
    services = Service.objects.filter(county=county)
    if may_arrange(actor, county=county.code):
        return True, list(services)
    held = set(grants_of(actor, [Role.SUPERVISOR]).filter(county=county.code).values_list("service_id", flat=True))
    return None in held, list(services if None in held else services.filter(public_id__in=held))


def may_lead(actor: Actor, service: Service) -> bool:
    """The supervisor of the service, or the main user of its county, keeps its orientation."""
    if isinstance(actor, System):
        return True
    if not isinstance(actor, Staff):
        return False
    held = set(
        grants_of(actor, [Role.SUPERVISOR, Role.MAIN_USER]).filter(county=service.county.code).values_list("role", "service_id")
    )
    return bool(held & {(Role.MAIN_USER, None), (Role.SUPERVISOR, None), (Role.SUPERVISOR, service.public_id)})


def may_write_notice(actor: Actor, *, county: County, service: Service | None) -> bool:
    """The main user writes any notice of the county; a supervisor and a coordinator those of what is theirs (S000-46)."""
    if isinstance(actor, System):
        return True
    if not isinstance(actor, Staff):
        return False
    held = set(grants_of(actor, NOTICE_WRITERS).filter(county=county.code).values_list("role", "service_id"))
    reaches = {None} if service is None else {None, service.public_id}
    return any(place in reaches and (role != Role.MAIN_USER or place is None) for role, place in held)


def may_write_some_notice(actor: Actor, *, county: str) -> bool:
    """The way to the writers' pages is shown to whoever may write a notice of the county or of some service: by the same rule."""
    if not isinstance(actor, Staff):
        return isinstance(actor, System)
    held = grants_of(actor, NOTICE_WRITERS).filter(county=county)
    return held.exclude(role=Role.MAIN_USER, service_id__isnull=False).exists()


def is_held_back(*, user_id: int, service_id: int) -> bool:
    """Whether the service's orientation keeps the person from its real conversations (S001-34).

    Asked at each claim: one light query for whoever has been through it, and a second for the others.
    """
    plans = OrientationPlan.objects.all()
    return plans.not_passed_by(user_id, service_id).exists() and plans.holding_back(user_id, service_id).exists()


def held_back_among(*, services: Collection[int], users: Collection[int]) -> frozenset[tuple[int, int]]:
    """The services and people, by primary key, of whom `is_held_back` is true: three queries for any number of both."""
    texts = ChapterVersion.objects.current().filter(chapter__in_orientation=True, chapter__county=OuterRef("service__county"))
    plans = list(
        OrientationPlan.objects.filter(Exists(texts), service_id__in=services, is_required=True).values_list(
            "pk", "service_id", "service__public_id", "service__county__code"
        )
    )
    if not plans:
        return frozenset()
    done = Orientation.objects.filter(
        Q(signed_at__isnull=False) | Q(let_through_at__isnull=False), plan__in=[plan[0] for plan in plans]
    )
    passed = set(done.values_list("plan_id", "user_id"))
    leads = set(
        Grant.objects.valid()
        .filter(user_id__in=users, role=Role.SUPERVISOR, county__in={county for *_plan, county in plans})
        .values_list("user_id", "county", "service_id")
    )
    return frozenset(
        (service, user)
        for plan, service, public_id, county in plans
        for user in users
        if (plan, user) not in passed and not leads & {(user, county, None), (user, county, public_id)}
    )
