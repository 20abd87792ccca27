"""Materials of the library: links with a kind, kept by the main user, and by the supervisor of the service that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor
from services.models import County, Link
from services.operations.rows import change_row, create_row, delete_row

KEY_LENGTH = 40


def add_material(*, by: Actor, county: County, values: Mapping[str, Any], source: str = "handbook") -> Link:
    """A main user adds a material of the county, a supervisor one of her service; the address must be one that the county allows.

    Its key is made of its name. Raises PermissionDenied, ValidationError.
    """
    _require_kind(values)
    row = Link(county=county, key=_free_key(county, str(values.get("name_fi") or "")), **values)
    return create_row(by=by, row=row, source=source)


def change_material(
    *, by: Actor, material: Link, values: Mapping[str, Any], version: int | None = None, source: str = "handbook"
) -> Link:
    """Who keeps the material changes it; a save over somebody else's newer text is refused (code "stale"). A plain link is none."""
    _require_kind(values)
    if not material.is_material:
        raise PermissionDenied
    return change_row(by=by, row=material, values=values, version=version, source=source)


def remove_material(*, by: Actor, material: Link, version: int | None = None, source: str = "handbook") -> None:
    """Who keeps the material takes it away; one that a published text names stays (code "in_use")."""
    if not material.is_material:
        raise PermissionDenied
    delete_row(by=by, row=material, version=version, source=source)


def _require_kind(values: Mapping[str, Any]) -> None:
    if not values.get("category"):
        raise ValidationError({"category": ValidationError(_("Choose what kind of material it is."), code="required")})


def _free_key(county: County, name: str) -> str:
    """A key of its own: the name's letters, and a number when another row has it."""
    stem = slugify(name)[:KEY_LENGTH].strip("-") or "aineisto"
    taken = set(Link.objects.filter(county=county, key__startswith=stem).values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := stem if n == 1 else f"{stem}-{n}") not in taken)
