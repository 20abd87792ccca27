"""Paths of a file become drafts: looked through first, then taken in whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from guidance.document import DocumentError, PathDocument, from_json, to_json
from guidance.models import Path, PathVersion
from guidance.operations.versions import begin_draft, create_path, save_draft
from guidance.permissions import may_write_paths
from services.models import County

NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What would become, or has become, of a path of the file."""

    document: PathDocument
    kind: str
    before: PathVersion | None = None


def look_through(*, by: Actor, county: County, documents: Sequence[PathDocument]) -> list[Arrival]:
    """What the file would change: nothing is changed yet. A draft that somebody is writing is never written over.

    Raises ValidationError (open: each path of which a draft is being written), PermissionDenied.
    """
    if not may_write_paths(by, county=county.code):
        raise PermissionDenied
    newest: dict[str, PathVersion] = {}
    rows = PathVersion.objects.filter(path__county=county, path__slug__in=[each.slug for each in documents])
    for row in rows.select_related("path__county").order_by("number"):
        newest[row.path.slug] = row
    found, taken = [], []
    for document in documents:
        before = newest.get(document.slug)
        kind = NEW if before is None else SAME if _is_same(before, document) else CHANGED
        if kind == CHANGED and before is not None and before.is_open:
            taken.append(document.slug)
        found.append(Arrival(document, kind, before))
    if taken:
        words = _("A draft of path %(slug)s is being written. Publish or delete it first.")
        raise ValidationError([ValidationError(words % {"slug": slug}, code="open") for slug in taken])
    return found


@transaction.atomic
def take_in_paths(*, by: Actor, county: County, documents: Sequence[PathDocument]) -> list[Arrival]:
    """Every path of the file becomes a draft, but those that are the same already; all or none.

    Raises ValidationError (open), PermissionDenied.
    """
    found = look_through(by=by, county=county, documents=documents)
    for each in found:
        if each.kind == NEW:
            create_path(by=by, county=county, document=each.document)
        elif each.kind == CHANGED and each.before is not None:
            path: Path = each.before.path
            draft = begin_draft(by=by, path=path)
            save_draft(by=by, version=draft, document=each.document, seen=draft.version, change_note=_("Taken in from a file."))
    return found


def _is_same(before: PathVersion, document: PathDocument) -> bool:
    """The version says just this; one that cannot be read says something else."""
    try:
        return to_json(from_json(before.text)) == to_json(document)
    except DocumentError:
        return False


__all__ = ["Arrival", "look_through", "take_in_paths"]
