"""Who belongs to a rollout and in which role (S000-39, S000-58)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from adoption.models import Member, Rollout
from adoption.operations.ground import locked_rollout, refuse_ended, touch_rollout
from adoption.people import people_of
from services.models import County
from services.operations import create_row, delete_row


def add_member(*, by: Actor, rollout: Rollout, user: User, role: str, expertise: str = "", now: datetime | None = None) -> Member:
    """Who drives a rollout adds a person who works in the county, in a role; one person may hold several."""
    now = now or timezone.now()
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        refuse_ended(fresh)
        member = create_row(by=by, row=Member(rollout=fresh, user=user, role=role, expertise=expertise.strip()))
        refuse_stranger(county=fresh.county, name="user", person=user)
        touch_rollout(rollout=fresh, by=by, now=now)
        return member


def remove_member(*, by: Actor, member: Member, now: datetime | None = None) -> None:
    """Who drives a rollout takes a person from one role; what the person has done and signed stays."""
    now = now or timezone.now()
    with transaction.atomic():
        fresh = locked_rollout(member.rollout)
        refuse_ended(fresh)
        delete_row(by=by, row=member)
        touch_rollout(rollout=fresh, by=by, now=now)


def refuse_stranger(*, county: County, name: str, person: object) -> None:
    """Nobody is named in a rollout who does not work for its county; an owner that is only a name is no account of ours."""
    if isinstance(person, User) and not people_of(county.code).filter(pk=person.pk).exists():
        error = ValidationError(
            _("%(person)s has no role in this county. Ask the main user to give one first."),
            code="no_grant",
            params={"person": person},
        )
        raise ValidationError({name: error})
