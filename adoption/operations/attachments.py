"""Files of a rollout: attachments of its items, and its cover image."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit, store_file
from adoption.models import Attachment, Rollout, RolloutItem
from adoption.operations.ground import locked_rollout, refuse_ended, touch_rollout
from adoption.operations.rollouts import set_cover
from adoption.permissions import may_drive, may_remove, may_work_on


@transaction.atomic
def attach_file(
    *, by: Staff, item: RolloutItem, name: str, content: bytes, document: str = "", note: str = "", now: datetime
) -> Attachment:
    """Who works on an item may put a file to it."""
    if not may_work_on(by, item):
        raise PermissionDenied
    refuse_ended(locked_rollout(item.rollout))
    county = item.rollout.county.code
    file = store_file(by=by, county=county, name=name, content=content, now=now)
    row = Attachment(item=item, file=file, document=document, note=note, by_id=by.user_id, at=now)
    row.full_clean(exclude=["item", "file", "by"])
    row.save()
    _audit(by, AuditAction.CREATE, row, county=county)
    touch_rollout(rollout=item.rollout, by=by, now=now)
    return row


@transaction.atomic
def remove_attachment(*, by: Actor, attachment: Attachment, now: datetime) -> None:
    """Who put it there, or who drives the rollout, takes it away; the row stays as a mark that there was one."""
    rollout = attachment.item.rollout
    drives, works = may_drive(by, rollout), may_work_on(by, attachment.item)
    if not may_remove(by, attachment, works=works, drives=drives):
        raise PermissionDenied
    refuse_ended(locked_rollout(rollout))
    if Attachment.objects.filter(pk=attachment.pk, removed_at__isnull=True).update(removed_at=now):
        _audit(by, AuditAction.DELETE, attachment, county=rollout.county.code)
        touch_rollout(rollout=rollout, by=by, now=now)


@transaction.atomic
def put_cover(
    *, by: Actor, rollout: Rollout, alt: Mapping[str, str], name: str = "", content: bytes | None = None, now: datetime
) -> Rollout:
    """Who drives a rollout gives it a picture as its cover; without a new one only the words that tell what it shows change."""
    if not may_drive(by, rollout):
        raise PermissionDenied
    file = rollout.cover
    if content is not None:
        file = store_file(by=by, county=rollout.county.code, name=name, content=content, now=now, only_pictures=True)
    if file is None:
        raise ValidationError({"file": ValidationError(_("Choose a picture: PNG or JPEG."), code="required")})
    return set_cover(by=by, rollout=rollout, file=file, alt=alt, now=now)


def _audit(by: Actor, action: AuditAction, row: Attachment, *, county: str) -> None:
    after = {"item": str(row.item.public_id), "file": str(row.file.public_id)}
    record_audit(by=by, action=action, object_type=row._meta.label_lower, object_id=row.public_id, county=county, after=after)
