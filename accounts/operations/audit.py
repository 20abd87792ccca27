"""The append-only audit: one line for each thing that must be answerable for later."""

from typing import Any

from django.db import models

from accounts.actors import Actor, Resident, Staff, System
from accounts.choices import AuditAction
from accounts.models import AuditEntry, Grant, User
from accounts.origin import current_origin


def record_audit(
    *,
    by: Actor,
    action: AuditAction | str,
    object_type: str,
    object_id: object = "",
    county: str = "",
    purpose: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    count: int | None = None,
    source: str = "",
) -> AuditEntry:
    """Who did or saw what, when and from where is written down before it counts; if it can't be, nothing happens (P-3).

    The name and the roles are those of the moment. Ids and codes only: never a resident's words. Call it inside the
    transaction of the change that it tells of, or before what it tells of is shown: an error here must stop the caller.
    """
    origin = current_origin()
    kind, actor_id, name, roles = _who(by)
    return AuditEntry.objects.create(
        actor_kind=kind,
        actor_id=actor_id,
        actor_name=name[:200],
        roles=roles,
        action=AuditAction(action),
        county=county,
        object_type=object_type,
        object_id=str(object_id),
        purpose=purpose[:200],
        before=before,
        after=after,
        count=count,
        source=source,
        session=origin.session,
        address=origin.address,
    )


def _who(by: Actor) -> tuple[str, str, str, list[str]]:
    match by:
        case Staff(user_id=user_id):
            user = User.objects.only("public_id", "first_name", "last_name", "email").get(pk=user_id)
            grants = Grant.objects.valid().filter(user_id=user_id).order_by("role", "county", "service_id")
            roles = [f"{grant.role}:{grant.county}" + (f":{grant.service_id}" if grant.service_id else "") for grant in grants]
            return "staff", str(user.public_id), str(user), roles
        case Resident(key=key):
            return "resident", str(key), "", []
        case System(name=name):
            return "system", "", name, []


def note(actor: Actor, action: AuditAction, row: models.Model, county: str, *, before: Any = None, after: Any = None) -> None:
    """One line in the audit: states, numbers and days; the words stand in the version itself."""
    record_audit(
        by=actor,
        action=action,
        object_type=row._meta.label_lower,
        object_id=getattr(row, "public_id", row.pk),
        county=county,
        before=before,
        after=after,
    )
