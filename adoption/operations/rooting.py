"""The end of rooting does not come unnoticed: who keeps the service alive gets a letter 30 days before (S001-42)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from accounts.models import OutgoingMail, User
from accounts.operations import queue_mail
from adoption.choices import MemberRole
from adoption.models import Rollout
from adoption.operations.ground import local_day
from adoption.operations.opening import ALIVE
from adoption.people import drivers_of, people_of
from services.models.base import label

REMINDED_BEFORE = timedelta(days=30)
TOLD = (MemberRole.PROJECT_COORDINATOR, MemberRole.PRODUCTION_OWNER)


def remind_of_rooting(*, by: Actor, now: datetime) -> int:
    """The coordinator and the owner in production of each rollout whose rooting ends within 30 days get one letter of that day.

    Without either, those who drive the county's rollouts get it. Gives how many letters were written.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    today = local_day(now)
    ending = Rollout.objects.filter(status__in=ALIVE, rooting_until__range=(today, today + REMINDED_BEFORE))
    written = 0
    for rollout in ending.select_related("county").order_by("pk"):
        named = people_of(rollout.county.code).filter(pk__in=rollout.members.filter(role__in=TOLD).values("user"))
        with transaction.atomic():
            written += sum(_remind(rollout, user) for user in named or drivers_of(rollout.county.code))
    return written


def _remind(rollout: Rollout, user: User) -> bool:
    key = f"rooting:{rollout.public_id}:{rollout.rooting_until}:{user.public_id}"
    if rollout.rooting_until is None or OutgoingMail.objects.filter(key=key).exists():
        return False
    with translation.override(user.language):
        told = {"rollout": label(rollout, "name"), "date": formats.date_format(rollout.rooting_until, "SHORT_DATE_FORMAT")}
        queue_mail(
            key=key,
            to=user.email,
            county=rollout.county.code,
            subject=_("The rooting of “%(rollout)s” ends on %(date)s") % told,
            body=_(
                "The rooting of “%(rollout)s” ends on %(date)s.\n\n"
                "After that day the quarterly items do not come back any more; the monthly review of the report goes on. "
                "See that the ideas for improvement have an owner, or move the day on the card of the rollout."
            )
            % told,
        )
    return True
