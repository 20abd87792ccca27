"""A supervisor puts a responder into a queue for a time, and takes her out again (S002-48)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.choices import AuditAction, Role
from accounts.models import Grant, User
from accounts.operations import record_audit
from services.models import Membership, Queue, ResponderGroup

LONGEST = timedelta(days=31)


@transaction.atomic
def join_queue(*, by: Actor, queue: Queue, user: User, until: datetime, now: datetime) -> Membership:
    """A supervisor of the service puts a responder into the queue's group until an instant within a month.

    The person must hold a responder's grant that reaches the service: a place in a group gives no right. Of the queue's groups
    it is one whose queues the supervisor all supervises. Doing it again moves the end. Raises PermissionDenied,
    ValidationError (time, no_grant, member, no_group).
    """
    group = _group(by, queue)
    if not now < until <= now + LONGEST:
        raise ValidationError(_("Choose an end within a month from now."), code="time")
    grants = Grant.objects.valid(at=now).filter(user=user, role=Role.RESPONDER, user__is_active=True)
    if not grants.for_service(county=queue.service.county.code, service_id=queue.service.public_id).exists():
        raise ValidationError(_("The person has no right to answer in this service. Ask your main user."), code="no_grant")
    row = Membership.objects.select_for_update(no_key=True, of=("self",)).filter(group=group, user=user).first()
    if row is not None and row.valid_until is None:
        raise ValidationError(_("The person is in this queue already."), code="member")
    was = row.valid_until if row is not None else None
    if row is None:
        row = Membership(group=group, user=user)
    row.valid_until = until
    row.save()
    _tell(by, row, AuditAction.CHANGE if was else AuditAction.CREATE, before=was, after=until)
    return row


@transaction.atomic
def leave_queue(*, by: Actor, queue: Queue, user: User, now: datetime) -> None:
    """A supervisor of the service ends a person's time in the queue at once; who belongs to it for good stays.

    Raises PermissionDenied, Membership.DoesNotExist.
    """
    if not Queue.objects.supervised_by(by).filter(pk=queue.pk).exists():
        raise PermissionDenied
    rows = Membership.objects.select_for_update(no_key=True, of=("self",)).select_related("group__county")
    row = rows.filter(group__queues=queue, user=user, valid_until__gt=now).first()
    if row is None:
        raise Membership.DoesNotExist
    if _all_supervised(by, row.group) is False:
        raise PermissionDenied
    was, row.valid_until = row.valid_until, now
    row.save(update_fields=["valid_until"])
    _tell(by, row, AuditAction.CHANGE, before=was, after=now)


def _group(by: Actor, queue: Queue) -> ResponderGroup:
    if not Queue.objects.supervised_by(by).filter(pk=queue.pk).exists():
        raise PermissionDenied
    groups: list[ResponderGroup] = list(ResponderGroup.objects.filter(queues=queue).select_related("county").order_by("key"))
    found = next((group for group in groups if _all_supervised(by, group)), None)
    if found is None:
        raise ValidationError(
            _("The queue's group answers other services too, or there is none. Ask your main user."), code="no_group"
        )
    return found


def _all_supervised(by: Actor, group: ResponderGroup) -> bool:
    """A place in the group is a place in each of its queues."""
    return not group.queues.exclude(pk__in=Queue.objects.supervised_by(by).values("pk")).exists()


def _tell(by: Actor, row: Membership, action: AuditAction, *, before: datetime | None, after: datetime) -> None:
    """The group's page shows another list now, and the audit who changed it."""
    ResponderGroup.objects.filter(pk=row.group_id).update(version=F("version") + 1)
    record_audit(
        by=by,
        action=action,
        object_type="services.membership",
        object_id=str(row.pk),
        county=row.group.county.code,
        before={"valid_until": before.isoformat()} if before else None,
        after={"user": str(row.user.public_id), "group": row.group.key, "valid_until": after.isoformat()},
        source="board",
    )
