"""May this person? Asked of fresh grants each time."""

from __future__ import annotations

from accounts.actors import Actor, Staff
from accounts.choices import CONSULTING_ROLES
from accounts.permissions import has_role_anywhere


def may_consult(actor: Actor | None, *, county: str) -> bool:
    """Anyone who has a role in the county in force comes in by the professionals' entrance (S001-57)."""
    return isinstance(actor, Staff) and has_role_anywhere(actor, CONSULTING_ROLES, county=county)
