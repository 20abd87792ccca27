"""May this person? Asked of fresh grants each time; about rows the querysets' `readable_by` and `editable_by` answer."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from accounts.actors import Actor, System
from accounts.choices import Role
from accounts.models import Grant, User
from accounts.permissions import grants_of, has_role
from services.choices import SurveyKind
from services.models import Queue, Survey
from services.models.base import EDITOR_ROLES
from services.models.surveys import SURVEY_READERS

NOTICE_ROLES: frozenset[str] = EDITOR_ROLES | {Role.SUPERVISOR}


def may_configure(actor: Actor | None, county: str) -> bool:
    """The county's main user sets up its services; the portal itself may too."""
    return isinstance(actor, System) or (actor is not None and has_role(actor, EDITOR_ROLES, county=county))


def may_give_notice(actor: Actor | None, county: str, service_id: UUID | None) -> bool:
    """A main user, or the supervisor of the service, starts and ends disruptions and overrides."""
    return isinstance(actor, System) or (actor is not None and has_role(actor, NOTICE_ROLES, county=county, service_id=service_id))


def may_open_surveys(actor: Actor, *, county: str, day: date) -> bool:
    """She makes surveys or reads their figures in the county, or one is open for her to answer."""
    return grants_of(actor, SURVEY_READERS).filter(county=county).exists() or has_survey_to_answer(actor, county=county, day=day)


def has_survey_to_answer(actor: Actor, *, county: str, day: date) -> bool:
    """A survey of the staff is open for her: one of the county's, or of a service in which she works. Cheap while there is none."""
    surveys = Survey.objects.filter(county__code=county).order_by()
    return surveys.open_on(day).filter(kind=SurveyKind.STAFF).exists() and surveys.answerable_by(actor, day).exists()


def people_of_queue(queue: Queue, *, now: datetime) -> tuple[list[User], list[User]]:
    """Who may answer the queue, and who of its groups may not: a place in a group gives no right, a grant in the service does."""
    here = Q(memberships__valid_until__isnull=True) | Q(memberships__valid_until__gt=now)
    people = (
        User.objects.filter(here, memberships__group__in=queue.groups.all(), is_active=True)
        .distinct()
        .order_by("display_name", "pk")
    )
    grants = Grant.objects.valid(at=now).filter(role=Role.RESPONDER)
    able = set(
        grants.for_service(county=queue.service.county.code, service_id=queue.service.public_id).values_list("user_id", flat=True)
    )
    return [user for user in people if user.pk in able], [user for user in people if user.pk not in able]
