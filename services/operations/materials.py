"""Materials of the library: links with a kind, kept by the main user, and by the supervisor of the service that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import StoredFile
from accounts.operations.files import store_file
from services.models import County, Link
from services.operations.rows import change_row, create_row, delete_row

KEY_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent: its name, and its content."""

    name: str
    content: bytes


@transaction.atomic
def add_material(
    *,
    by: Actor,
    county: County,
    values: Mapping[str, Any],
    file: Sent | None = None,
    source: str = "handbook",
    now: datetime | None = None,
) -> Link:
    """A main user adds a material of the county, a supervisor one of her service; the address must be one that the county allows.

    In place of an address it may have a file, judged by its content (S001-36). Its key is made of its name. Raises
    PermissionDenied, ValidationError.
    """
    _require_kind(values)
    stored = _stored(by, county, file, now)
    row = Link(county=county, key=_free_key(county, str(values.get("name_fi") or "")), file=stored, **values)
    return create_row(by=by, row=row, source=source)


@transaction.atomic
def change_material(
    *,
    by: Actor,
    material: Link,
    values: Mapping[str, Any],
    file: Sent | None = None,
    version: int | None = None,
    source: str = "handbook",
    now: datetime | None = None,
) -> Link:
    """Who keeps the material changes it; a save over somebody else's newer text is refused (code "stale"). A plain link is none.

    A new file takes the place of the one before, an address takes the place of a file; what is replaced is not kept.
    """
    _require_kind(values)
    if not material.is_material:
        raise PermissionDenied
    before = material.file_id
    if file is not None:
        values = {**values, "file": _stored(by, material.county, file, now)}
    elif before is not None and any(values.get(f"url_{code}") for code in ("fi", "sv", "en")):
        values = {**values, "file": None}
    row = change_row(by=by, row=material, values=values, version=version, source=source)
    if before is not None and row.file_id != before:
        StoredFile.objects.filter(pk=before).delete()
    return row


@transaction.atomic
def remove_material(*, by: Actor, material: Link, version: int | None = None, source: str = "handbook") -> None:
    """Who keeps the material takes it away; one that a published text names stays (code "in_use")."""
    if not material.is_material:
        raise PermissionDenied
    remove_link(by=by, link=material, version=version, source=source)


@transaction.atomic
def remove_link(*, by: Actor, link: Link, version: int | None = None, source: str = "") -> None:
    """A link or a material is taken out of the library; the file of a material goes with it. One in use stays (code "in_use")."""
    before = link.file_id
    delete_row(by=by, row=link, version=version, source=source)
    if before is not None:
        StoredFile.objects.filter(pk=before).delete()


def _stored(by: Actor, county: County, file: Sent | None, now: datetime | None) -> StoredFile | None:
    if file is None:
        return None
    return store_file(by=by, county=county.code, name=file.name, content=file.content, now=now or timezone.now())


def _require_kind(values: Mapping[str, Any]) -> None:
    if not values.get("category"):
        raise ValidationError({"category": ValidationError(_("Choose what kind of material it is."), code="required")})


def _free_key(county: County, name: str) -> str:
    """A key of its own: the name's letters, and a number when another row has it."""
    stem = slugify(name)[:KEY_LENGTH].strip("-") or "aineisto"
    taken = set(Link.objects.filter(county=county, key__startswith=stem).values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := stem if n == 1 else f"{stem}-{n}") not in taken)
