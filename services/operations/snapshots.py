"""A row as plain values: for the audit's before and after, and to tell whether anything changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import formats, timezone
from modeltranslation.translator import NotRegistered, translator

UNWATCHED = frozenset({"id", "version", "changed_at", "sealed_password"})


def translated_originals(row: models.Model) -> frozenset[str]:
    """Fields that stand in a column for each language; the field itself only points at one of them."""
    try:
        return frozenset(translator.get_options_for_model(type(row)).get_field_names())
    except NotRegistered:
        return frozenset()


def column(row: models.Model, name: str) -> models.Field[Any, Any] | None:
    """The column that a value is given for, by name or by `…_id`; None when there is no such column."""
    originals = translated_originals(row)
    return next(
        (each for each in row._meta.concrete_fields if name in (each.name, each.attname) and each.name not in originals), None
    )


def snapshot(row: models.Model) -> dict[str, Any]:
    """The columns that people change, as JSON can hold them."""
    skipped = UNWATCHED | translated_originals(row)
    return {each.attname: _plain(getattr(row, each.attname)) for each in row._meta.concrete_fields if each.name not in skipped}


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, as it was and as it is."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def readable(value: object) -> str:
    """A value as it is shown beside another in a refusal."""
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return formats.localize(timezone.localtime(value))
    return str(formats.localize(value)) if isinstance(value, date | time | Decimal | int) else str(value)


def _plain(value: object) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    # None and "" are the same empty text in a translated column.
    return "" if value is None else value
