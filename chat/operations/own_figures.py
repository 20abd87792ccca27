"""A responder's figures of a day are hers and her supervisor's, one person at a time: no list and no comparison is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from chat.operations.presence import supervised_people
from chat.workday import Workday, workday
from services.models import County, Queue, Service


@dataclass(frozen=True, slots=True)
class FiguresOf:
    """Whose day it is, and the day."""

    user: User
    day: Workday


def open_figures(*, by: Actor, county: County, person: UUID, now: datetime) -> FiguresOf:
    """A supervisor opens the day of one who answers in a service that she supervises, of her work in those services alone.

    Every opening leaves an audit row before anything is shown. Raises PermissionDenied to everybody else.
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    user = User.objects.filter(public_id=person, is_active=True).first()
    if user is None or user.pk == by.user_id or user.pk not in supervised_people(by=by, county=county, now=now):
        raise PermissionDenied
    record_audit(
        by=by,
        action=AuditAction.READ,
        object_type="accounts.user",
        object_id=str(user.public_id),
        county=county.code,
        purpose="figures of the day",
        source="board",
    )
    services = Service.objects.filter(queues__in=Queue.objects.supervised_by(by).filter(service__county=county))
    return FiguresOf(user, workday(user.pk, now=now, services=set(services.values_list("pk", flat=True))))
