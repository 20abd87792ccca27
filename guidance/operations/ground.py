"""What the operations on paths share: the fresh row under its lock, who may, and what is refused."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from guidance.document import PathDocument, to_json
from guidance.models import Path, PathVersion
from guidance.permissions import may_write_paths


def locked_path(actor: Actor, path: Path) -> Path:
    """The path, held until the transaction ends, for those who may write paths of its county."""
    rows = Path.objects.select_for_update(of=("self",), no_key=True).select_related("county")
    fresh: Path = rows.get(pk=path.pk)
    if not may_write_paths(actor, county=fresh.county.code):
        raise PermissionDenied
    return fresh


def locked_version(actor: Actor, version: PathVersion, seen: int, *states: str) -> PathVersion:
    """The version under its path's lock, in one of the states and as it was seen. Raises ValidationError (state, stale)."""
    path = locked_path(actor, version.path)
    fresh: PathVersion = PathVersion.objects.get(pk=version.pk)
    fresh.path = path
    if fresh.state not in states:
        raise ValidationError(
            _("This cannot be done: the version is in the state “%(state)s”."),
            code="state",
            params={"state": fresh.get_state_display()},
        )
    if fresh.version != seen:
        raise ValidationError(_("Somebody has changed this meanwhile. Look at the newest text and try again."), code="stale")
    return fresh


def write_document(version: PathVersion, document: PathDocument) -> None:
    """The document, and beside it what lists and searches need. Raises ValidationError (slug): a path keeps its address."""
    if document.slug != version.path.slug:
        raise ValidationError(_("A path keeps its address name."), code="slug")
    version.text = to_json(document)
    version.title = {code: words for code in ("fi", "sv", "en") if (words := document.title.given(code).strip())}
    version.keywords = {code: list(given) for code in ("fi", "sv", "en") if (given := document.keywords.given(code))}
    version.area = document.area
    version.audience, version.topics = list(document.audience), list(document.topics)
    version.is_health = document.health
    version.leads_to = sorted({action.queue for _key, action in document.actions() if action.queue})
