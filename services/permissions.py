"""May this person? Asked of fresh grants each time; about rows the querysets' `readable_by` and `editable_by` answer."""

from __future__ import annotations

from uuid import UUID

from accounts.actors import Actor, System
from accounts.choices import Role
from accounts.permissions import has_role
from services.models.base import EDITOR_ROLES

NOTICE_ROLES: frozenset[str] = EDITOR_ROLES | {Role.SUPERVISOR}


def may_configure(actor: Actor | None, county: str) -> bool:
    """The county's main user sets up its services; the portal itself may too."""
    return isinstance(actor, System) or (actor is not None and has_role(actor, EDITOR_ROLES, county=county))


def may_give_notice(actor: Actor | None, county: str, service_id: UUID | None) -> bool:
    """A main user, or the supervisor of the service, starts and ends disruptions and overrides."""
    return isinstance(actor, System) or (actor is not None and has_role(actor, NOTICE_ROLES, county=county, service_id=service_id))
