"""May this person? Write, approve and publish paths, asked of fresh grants each time.

| who | reads drafts | writes | approves | publishes |
| --- | --- | --- | --- | --- |
| author of paths, main user (of the whole county) | yes | yes | what others have written | yes |
| anybody else | | | | |
"""

from __future__ import annotations

from accounts.actors import Actor
from accounts.permissions import has_role
from guidance.choices import AUTHOR_ROLES
from guidance.models import PathVersion


def may_write_paths(actor: Actor, *, county: str) -> bool:
    """Authors of paths and main users of the county write, publish and take away its paths."""
    return has_role(actor, AUTHOR_ROLES, county=county)


def may_approve(actor: Actor, version: PathVersion) -> bool:
    """Whoever may write the county's paths and has not written this version."""
    user = getattr(actor, "user_id", None)
    return may_write_paths(actor, county=version.path.county.code) and user not in version.writers
