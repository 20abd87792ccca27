"""The starter paths that ship with the portal: loaded as drafts, never laid over what people wrote."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path as FilePath

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, System
from accounts.choices import AuditAction
from accounts.operations.audit import note
from guidance.choices import PathState
from guidance.document import PathDocument, read_library, to_json
from guidance.models import Path, PathVersion
from guidance.operations.ground import write_document
from guidance.operations.versions import new_version
from services.models import County

CONTENT = FilePath(__file__).resolve().parent.parent / "content"


@cache
def starter_paths() -> tuple[PathDocument, ...]:
    """The shipped paths, typed, in the order of their numbers."""
    found = [path for file in sorted(CONTENT.glob("paths*.yaml")) for path in read_library(file)]
    return tuple(sorted(found, key=lambda path: path.id))


@transaction.atomic
def load_starter_paths(*, by: Actor, county: County) -> int:
    """A county gets the paths that it lacks, as drafts that need its approval; gives the number of versions made or renewed.

    A starter path that nobody has touched is replaced by a newer one of the portal while it is a draft; whatever people edited,
    approved, published or took away stays.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    return sum(_load(by, county, document, order) for order, document in enumerate(starter_paths(), start=1))


def load_all_starter_paths(*, by: Actor, counties: Collection[str] = ()) -> int:
    """Every county in use, and those that are named, gets the paths that it lacks; gives the number of versions."""
    if not isinstance(by, System):
        raise PermissionDenied
    rows = County.objects.order_by("code")
    rows = rows.filter(code__in=counties) if counties else rows.filter(is_active=True)
    return sum(load_starter_paths(by=by, county=county) for county in rows)


def _load(by: System, county: County, document: PathDocument, order: int) -> int:
    path, is_new = Path.objects.get_or_create(county=county, slug=document.slug, defaults={"order": order * 10})
    path.county = county
    if is_new:
        note(by, AuditAction.CREATE, path, county.code, after={"slug": path.slug})
    newest = PathVersion.objects.filter(path=path).order_by("-number").first()
    if newest is None:
        new_version(by, path, document, from_content=True)
        return 1
    if not (newest.from_content and newest.state == PathState.DRAFT) or newest.text == to_json(document):
        return 0
    newest.path = path
    write_document(newest, document)
    newest.version += 1
    newest.save()
    note(by, AuditAction.CHANGE, newest, county.code, after={"slug": path.slug, "number": newest.number})
    return 1


__all__ = ["load_all_starter_paths", "load_starter_paths", "starter_paths"]
