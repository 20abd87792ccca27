"""One difference is settled: the definition takes the service's word, or the service the definition's (S000-40)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.operations import record_audit
from adoption.definition import DEFINITION, Difference
from adoption.definition.taking import take
from adoption.models import FormAnswer, Rollout
from adoption.operations.definition.saving import store_definition
from adoption.operations.definition.standing import SEEN, Standing, may_write_service, refreshed, standing_of
from adoption.operations.definition.writing import Writer
from adoption.operations.forms import asking_items, require_may_fill
from adoption.operations.ground import locked_rollout, refuse_ended, touch_rollout
from services.choices import ServiceStatus


def take_from_service(*, by: Actor, rollout: Rollout, path: str, seen: str, now: datetime) -> FormAnswer:
    """Those who work on the item let the definition say what the service says; the service is not touched."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        require_may_fill(by=by, rollout=fresh, items=asking_items(fresh, DEFINITION), form=DEFINITION)
        refuse_ended(fresh)
        standing = standing_of(fresh, now=now)
        difference = _seen_one(standing, path, seen)
        if not difference.may_take:
            raise ValidationError(_("This can only be written the other way."), code="one_way")
        definition = take(standing.definition, difference, standing.live.side)
        answer = store_definition(by=by, rollout=fresh, definition=definition, version=None, now=now)
        if difference.only_live:
            Writer(by=by, rollout=fresh, standing=refreshed(standing, definition), now=now).remember_found()
        touch_rollout(rollout=fresh, by=by, now=now)
        return answer


def take_all_from_service(*, by: Actor, rollout: Rollout, now: datetime) -> FormAnswer:
    """Those who work on the item let the definition say all that only the service says; what both say is left to be decided."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        require_may_fill(by=by, rollout=fresh, items=asking_items(fresh, DEFINITION), form=DEFINITION)
        refuse_ended(fresh)
        if fresh.service is None:
            raise ValidationError(_("The rollout has no service yet. Make the draft first."), code="no_service")
        standing = standing_of(fresh, now=now, unwritten=True)
        definition = standing.definition
        for difference in standing.differences:
            if difference.only_live and difference.may_take:
                definition = take(definition, difference, standing.live.side)
        answer = store_definition(by=by, rollout=fresh, definition=definition, version=None, now=now)
        Writer(by=by, rollout=fresh, standing=refreshed(standing, definition), now=now).remember_found()
        touch_rollout(rollout=fresh, by=by, now=now)
        return answer


def write_to_service(*, by: Actor, rollout: Rollout, path: str, seen: str, confirmed: bool = False, now: datetime) -> Rollout:
    """Who may write the service lets it say what the definition says; when residents use it already, she says that she knows."""
    with transaction.atomic():
        fresh = locked_rollout(rollout)
        if not may_write_service(by, fresh):
            if fresh.service is not None and fresh.service.status == ServiceStatus.CLOSED:
                raise ValidationError(_("The service is closed for good. Nothing is written into it any more."), code="closed")
            raise PermissionDenied
        refuse_ended(fresh)
        if fresh.service is None:
            raise ValidationError(_("The rollout has no service yet. Make the draft first."), code="no_service")
        standing = standing_of(fresh, now=now)
        difference = _seen_one(standing, path, seen)
        if not difference.may_write:
            raise ValidationError(_("The definition says nothing of this. The service is not emptied from here."), code="one_way")
        if fresh.service.status in SEEN and not confirmed:
            raise ValidationError(_("Residents use the service now. Tick that you know what changes for them."), code="confirm")
        writer = Writer(by=by, rollout=fresh, standing=standing, now=now)
        writer.write([difference])
        writer.remember_found()
        record_audit(
            by=by,
            action=AuditAction.CHANGE,
            object_type=Rollout._meta.label_lower,
            object_id=str(fresh.public_id),
            county=fresh.county.code,
            before={path: difference.live},
            after={"service": str(fresh.service.public_id), path: difference.said},
        )
        touch_rollout(rollout=fresh, by=by, now=now)
        return Rollout.objects.get(pk=fresh.pk)


def _seen_one(standing: Standing, path: str, seen: str) -> Difference:
    """The difference that the person saw; when either side has changed since, she looks again."""
    difference = standing.find(path)
    if difference is None or difference.seen != seen:
        raise ValidationError(_("The definition or the service has changed after you looked. Look at both again."), code="stale")
    return difference
