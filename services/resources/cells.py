"""One cell of a table: how a value is written, and how it is read back with an answer that says what to write instead.

Values are written the same in every language (ISO dates, list codes, keys), so that a file goes from one person to another.
Reading is kinder: d.m.yyyy, 8.30, yes, kyllä and ja are understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from import_export.widgets import Widget

TRUE = frozenset({"1", "true", "yes", "kyllä", "ja", "x"})
FALSE = frozenset({"0", "false", "no", "ei", "nej"})
_FINNISH_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_TIME = re.compile(r"(\d{1,2})[.:](\d{2})(?::00)?")


class Text(Widget):
    """Words as they are."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        return str(value or "").strip()

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class Number(Text):
    """A whole number, or one with decimals."""

    def __init__(self, field: models.Field) -> None:
        super().__init__()
        self.field = field

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        text = super().clean(value)
        if not text:
            return _empty(self.field)
        if isinstance(self.field, models.DecimalField):
            try:
                return Decimal(text.replace(",", ".").replace("\u00a0", "").replace(" ", ""))
            except InvalidOperation as error:
                raise ValueError(_("“%(value)s” is not a number.") % {"value": text[:40]}) from error
        if not re.fullmatch(r"-?\d{1,9}", text):
            raise ValueError(_("“%(value)s” is not a whole number.") % {"value": text[:40]})
        return int(text)


class YesNo(Text):
    """1 or 0."""

    def __init__(self, field: models.Field) -> None:
        super().__init__()
        self.field = field

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> bool:
        text = super().clean(value).lower()
        if not text:
            return bool(_empty(self.field))
        if text in TRUE:
            return True
        if text in FALSE:
            return False
        raise ValueError(_("“%(value)s” is neither yes nor no. Write 1 or 0.") % {"value": text[:40]})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "1" if value else "0"


class Day(Text):
    """A date."""

    def __init__(self, field: models.Field) -> None:
        super().__init__()
        self.field = field

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return _empty(self.field)
        finnish = _FINNISH_DATE.fullmatch(text)
        try:
            return date(int(finnish[3]), int(finnish[2]), int(finnish[1])) if finnish else date.fromisoformat(text[:10])
        except ValueError as error:
            raise ValueError(_("“%(value)s” is not a date. Write for example 2026-12-24.") % {"value": text[:40]}) from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class Clock(Day):
    """A time of day."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        text = Text.clean(self, value)
        if not text:
            return _empty(self.field)
        found = _TIME.fullmatch(text)
        try:
            if found is None:
                raise ValueError(text)
            return time(int(found[1]), int(found[2]))
        except ValueError as error:
            raise ValueError(_("“%(value)s” is not a time. Write for example 08:00.") % {"value": text[:40]}) from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value:%H:%M}" if value else ""


class Choice(Text):
    """One of a closed list, by its code."""

    def __init__(self, field: models.Field) -> None:
        super().__init__()
        self.field = field

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> str:
        text = super().clean(value)
        if not text:
            return str(_empty(self.field))
        codes = [str(code) for code, _label in self.field.flatchoices if code not in (None, "")]
        if text not in codes:
            raise ValueError(_("“%(value)s” is not one of: %(codes)s.") % {"value": text[:40], "codes": ", ".join(codes)})
        return text


class Names(Text):
    """A list of names, separated by commas."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        return [name.strip() for name in super().clean(value).split(",") if name.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return ", ".join(value or [])


class Key(Text):
    """Another row of the same county, by its key; a queue by `service/queue`."""

    def __init__(self, model: type[models.Model], *, required: bool = False) -> None:
        super().__init__()
        self.model = model
        self.required = required

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        text = super().clean(value)
        if not text:
            if self.required:
                raise ValueError(_("This must be filled in."))
            return None
        return self.find(text, str((row or {}).get("county", "")).strip())

    def find(self, key: str, county: str) -> models.Model:
        """The row of the county with this key."""
        names = key_fields(self.model)
        parts = key.split("/") if len(names) > 1 else [key]
        lookups = dict(zip(names, parts, strict=False))
        found = self.model._default_manager.of_county(county).filter(**lookups) if len(parts) == len(names) else []  # type: ignore[attr-defined]
        for row in found:
            return row
        raise ValueError(_("The county has no %(kind)s “%(key)s”.") % {"kind": self.model._meta.verbose_name, "key": key[:60]})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return key_of(value) if value is not None else ""


class Keys(Key):
    """Several rows of the same county, by their keys."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        county = str((row or {}).get("county", "")).strip()
        return [self.find(key.strip(), county) for key in Text.clean(self, value).split(",") if key.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        rows = value.all() if isinstance(value, models.Manager) else value or []
        return ", ".join(sorted(key_of(row) for row in rows))


def key_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The lookups of the parts of a row's key inside its county."""
    names = {each.name for each in model._meta.concrete_fields}
    if model._meta.model_name == "county" or "key" not in names:
        return ("code",)
    return ("service__key", "key") if "service" in names else ("key",)


def key_of(row: models.Model) -> str:
    """A row's key inside its county, as a cell names it."""
    parts = []
    for lookup in key_fields(type(row)):
        value: Any = row
        for step in lookup.split("__"):
            value = getattr(value, step)
        parts.append(str(value))
    return "/".join(parts)


def cell_for(field: models.Field) -> Widget:
    """The kind of cell that a column of the database is written in."""
    if field.is_relation:
        assert field.related_model is not None and not isinstance(field.related_model, str)
        return Key(field.related_model, required=not field.null)
    if field.choices:
        return Choice(field)
    for kind, cell in CELLS.items():
        if isinstance(field, kind):
            return cell(field)
    return Names() if isinstance(field, models.JSONField) else Text()


CELLS: dict[type[models.Field], Any] = {
    models.BooleanField: YesNo,
    models.DateField: Day,
    models.TimeField: Clock,
    models.IntegerField: Number,
    models.DecimalField: Number,
}


def _empty(field: models.Field) -> Any:
    """What an empty cell means: nothing where there may be nothing, else the field's own beginning, else a refusal."""
    if field.null:
        return None
    if field.has_default():
        return field.get_default()
    if field.blank:
        return ""
    raise ValueError(_("This must be filled in."))
