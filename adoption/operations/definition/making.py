"""The definition is made into the live system: a draft service with its queues, hours, texts and targets (S000-40)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.operations import record_audit
from adoption.definition import Difference
from adoption.definition.checks import lacking
from adoption.models import Rollout
from adoption.operations.definition.standing import UNSEEN, standing_of
from adoption.operations.definition.writing import Writer
from adoption.operations.ground import locked_rollout, refuse_ended, touch_rollout
from adoption.permissions import may_drive


@dataclass(frozen=True, slots=True)
class Applied:
    """What was made: the rollout with its service, and what was written."""

    rollout: Rollout
    written: tuple[Difference, ...]
    made_service: bool


def apply_definition(*, by: Actor, rollout: Rollout, seen: str | None = None, now: datetime) -> Applied:
    """Who drives a rollout makes of its definition a draft service, or completes the draft that it has.

    Only what lacks is made: what somebody has written in the service stays, and applying again makes nothing twice. `seen` is
    what the preview showed; when something else would be made by now, it is refused. The service stays closed to residents.
    """
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        if not may_drive(by, fresh):
            raise PermissionDenied
        refuse_ended(fresh)
        if fresh.service is not None and fresh.service.status not in UNSEEN:
            raise ValidationError(
                _("The service is “%(status)s” already. Take its changes one by one from the list of differences."),
                code="not_draft",
                params={"status": fresh.service.get_status_display()},
            )
        standing = standing_of(fresh, now=now)
        if unfinished := lacking(standing.definition):
            raise ValidationError(
                _("Before a draft can be made, write: %(fields)s."), code="unfinished", params={"fields": "; ".join(unfinished)}
            )
        if seen is not None and seen != standing.seen:
            raise ValidationError(
                _("The definition or the service has changed after you looked. Look at the preview again."), code="stale"
            )
        writer = Writer(by=by, rollout=fresh, standing=standing, now=now)
        planned = standing.planned
        writer.write(planned)
        writer.remember_found()
        if planned:
            record_audit(
                by=by,
                action=AuditAction.CHANGE,
                object_type=Rollout._meta.label_lower,
                object_id=str(fresh.public_id),
                county=fresh.county.code,
                after={"service": str(writer.service.public_id), "made": [str(each.path) for each in planned]},
            )
            touch_rollout(rollout=fresh, by=by, now=now)
        return Applied(Rollout.objects.get(pk=fresh.pk), tuple(planned), fresh.service is None)
