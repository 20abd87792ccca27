"""Who gives and ends rights."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction, Role
from accounts.models import Grant, User
from accounts.operations.audit import record_audit
from accounts.operations.refusals import require_version
from accounts.permissions import is_main_user


@transaction.atomic
def grant_role(
    *,
    by: Actor,
    user_id: int,
    role: str,
    county: str,
    service_id: UUID | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    reason: str = "",
    now: datetime | None = None,
) -> Grant:
    """A main user gives a colleague a role in one service or in all, until an end date; never to herself (S002-48)."""
    now = now or timezone.now()
    _require_may_grant(by=by, user_id=user_id, county=county)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not user.is_active:
        raise ValidationError(_("This person's account is closed. Open it first."), code="inactive")
    if role not in Role.values:
        raise ValidationError(_("There is no such role."), code="unknown_role")
    valid_from = valid_from or now
    _require_order(valid_from=valid_from, valid_until=valid_until, now=now)
    same = Grant.objects.filter(user=user, role=role, county=county, service_id=service_id, revoked_at__isnull=True)
    if same.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from)).exists():
        raise ValidationError(_("This person already has the role. Change its end date instead."), code="already_granted")
    grant = Grant.objects.create(
        user=user,
        role=role,
        county=county,
        service_id=service_id,
        valid_from=valid_from,
        valid_until=valid_until,
        granted_by_id=by.user_id if isinstance(by, Staff) else None,
        reason=reason,
    )
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type="accounts.grant",
        object_id=grant.pk,
        county=county,
        after=_facts(grant),
        purpose=reason,
    )
    return grant


@transaction.atomic
def change_grant(
    *,
    by: Actor,
    grant_id: int,
    version: int | None,
    valid_from: datetime,
    valid_until: datetime | None,
    reason: str = "",
    now: datetime | None = None,
) -> Grant:
    """A main user of the county moves the dates of a colleague's role; another role or service is another grant."""
    now = now or timezone.now()
    grant = Grant.objects.select_for_update(no_key=True).get(pk=grant_id)
    _require_may_grant(by=by, user_id=grant.user_id, county=grant.county)
    require_version(saved=grant.version, given=version)
    if grant.revoked_at is not None:
        raise ValidationError(_("This role has been ended for good. Give a new one."), code="revoked")
    _require_order(valid_from=valid_from, valid_until=valid_until, now=None)
    before = _facts(grant)
    grant.valid_from, grant.valid_until, grant.reason = valid_from, valid_until, reason
    grant.version += 1
    grant.save(update_fields=["valid_from", "valid_until", "reason", "version"])
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="accounts.grant",
        object_id=grant.pk,
        county=grant.county,
        before=before,
        after=_facts(grant),
        purpose=reason,
    )
    return grant


@transaction.atomic
def revoke_grant(*, by: Actor, grant_id: int, version: int | None = None, reason: str = "", now: datetime | None = None) -> Grant:
    """A main user of the county ends a colleague's role at once; the row stays, so that it can be told who had it and when."""
    grant = Grant.objects.select_for_update(no_key=True).get(pk=grant_id)
    _require_may_grant(by=by, user_id=grant.user_id, county=grant.county)
    require_version(saved=grant.version, given=version)
    if grant.revoked_at is not None:
        return grant
    before = _facts(grant)
    grant.revoked_at = now or timezone.now()
    grant.version += 1
    grant.save(update_fields=["revoked_at", "version"])
    record_audit(
        by=by,
        action=AuditAction.DELETE,
        object_type="accounts.grant",
        object_id=grant.pk,
        county=grant.county,
        before=before,
        after=_facts(grant),
        purpose=reason,
    )
    return grant


def _require_may_grant(*, by: Actor, user_id: int, county: str) -> None:
    if not is_main_user(by, county=county):
        raise PermissionDenied
    if isinstance(by, Staff) and by.user_id == user_id:
        raise ValidationError(_("Nobody changes her own rights. Ask another main user."), code="own_grant")


def _require_order(*, valid_from: datetime, valid_until: datetime | None, now: datetime | None) -> None:
    if valid_until is not None and (valid_until <= valid_from or (now is not None and valid_until <= now)):
        raise ValidationError({"valid_until": ValidationError(_("The role must end after it starts."), code="ends_before_start")})


def _facts(grant: Grant) -> dict[str, Any]:
    return {
        "person": str(grant.user.public_id),
        "role": grant.role,
        "service": str(grant.service_id) if grant.service_id else None,
        "valid_from": grant.valid_from.isoformat(),
        "valid_until": grant.valid_until.isoformat() if grant.valid_until else None,
        "revoked_at": grant.revoked_at.isoformat() if grant.revoked_at else None,
    }
