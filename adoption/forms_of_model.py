"""The forms of a version of the model: what each field is, which are still to be filled, and what may be written. Reads nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from services.metric_names import METRICS
from services.texts import Texts, pick

Values = Mapping[str, Any]
LONGEST = 4000
MOST_ROWS = 60
METRICS_FILE = "metrics.md"
ROWS = "rows"  # a table's only value: its rows, each with all of the table's fields
_CONDITION = re.compile(r"(?:(?P<form>[a-z0-9_]+)\.)?(?P<field>[a-z0-9_]+)\s*=\s*(?P<value>\S+)")
_NUMBERS = frozenset({"person_days", "responders"})
_DATES = frozenset({"date", "review_date", "rooting_until"})


class FieldKind(StrEnum):
    """How a field is written."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something is asked only when a field of a form has this value."""

    form: str
    field: str
    value: str

    def holds(self, values: Values | None) -> bool:
        """The saved values say so; without any, the question is open and nothing is asked yet."""
        return str((values or {}).get(self.field, "")) == self.value


def condition_of(text: str) -> Condition | None:
    """`cost_estimate.agreement_needed = yes` as a value; None for an empty text."""
    if not text.strip():
        return None
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return Condition(match["form"] or "", match["field"], match["value"])


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a form."""

    key: str
    labels: Texts
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    live: str = ""
    """Where the live system has the value: then nobody writes it here."""
    prefilled: str = ""
    values_from: str = ""
    note: str = ""
    help: Texts = field(default_factory=dict)
    when: Condition | None = None

    @property
    def label(self) -> str:
        """Its name in the language in use."""
        return pick(self.labels, (get_language() or "fi")[:2]).value

    @property
    def is_list(self) -> bool:
        """It has any number of rows."""
        return self.kind == FieldKind.LIST

    @property
    def is_of_metrics(self) -> bool:
        """Its rows are metrics, chosen by name (S000-43)."""
        return self.is_list and self.values_from.startswith(METRICS_FILE)


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A form of the model."""

    key: str
    fields: tuple[FieldSpec, ...]

    @property
    def is_live(self) -> bool:
        """What it asks stands in the live system; what is written here is a plan, and fills nothing by itself."""
        return any(each.live for each in self.fields)

    @property
    def is_table(self) -> bool:
        """Its fields are the columns of one table: the first one names the row, and none of the others is a list."""
        return bool(self.fields) and self.fields[0].is_list and not any(each.is_list for each in self.fields[1:])

    def get(self, key: str) -> FieldSpec | None:
        """The field of the key."""
        return next((each for each in self.fields if each.key == key), None)


def form_specs(forms: Mapping[str, Any]) -> dict[str, FormSpec]:
    """Every form of a version, from its stored `forms`."""
    return {key: FormSpec(key, tuple(_field(one) for one in _fields(form))) for key, form in forms.items()}


def form_spec(forms: Mapping[str, Any], key: str) -> FormSpec | None:
    """One form of a version; None when it has no such form."""
    return FormSpec(key, tuple(_field(one) for one in _fields(forms[key]))) if key in forms else None


def _fields(form: Any) -> Sequence[Mapping[str, Any]]:
    fields: Sequence[Mapping[str, Any]] = form["fields"] if isinstance(form, Mapping) else form
    return fields


def _field(one: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec(
        key=one["key"],
        labels={code: one[code] for code in ("fi", "sv", "en") if one.get(code)},
        kind=_kind(one),
        required=bool(one.get("required", False)),
        choices=tuple(str(choice) for choice in one.get("choices", ())),
        live=one.get("live", ""),
        prefilled=one.get("prefilled", ""),
        values_from=one.get("values_from", ""),
        note=one.get("note", ""),
        help={code: one[f"help_{code}"] for code in ("fi", "sv", "en") if one.get(f"help_{code}")},
        when=condition_of(one.get("when", "")),
    )


def _kind(one: Mapping[str, Any]) -> FieldKind:
    key = one["key"]
    if one.get("list"):
        return FieldKind.LIST
    if one.get("choices"):
        return FieldKind.CHOICE
    if key.endswith("_eur") or key in _NUMBERS:
        return FieldKind.NUMBER
    return FieldKind.DATE if key in _DATES else FieldKind.TEXT


def missing_fields(form: FormSpec, values: Values) -> list[FieldSpec]:
    """The mandatory fields that are not filled in yet; a list has at least one row, and no half-filled one."""
    if form.is_table:
        rows = [row for row in values.get(ROWS, ()) if isinstance(row, Mapping)]
        return [each for each in form.fields if each.required and (not rows or any(_is_empty(row.get(each.key)) for row in rows))]
    return [
        each
        for each in form.fields
        if each.required and (each.when is None or each.when.holds(values)) and not _is_filled(each, values.get(each.key))
    ]


def _is_empty(value: object) -> bool:
    return value is None or not str(value).strip()


def _is_filled(each: FieldSpec, value: object) -> bool:
    if not each.is_list:
        return not _is_empty(value)
    rows = value if isinstance(value, list | tuple) else []
    return bool(rows) and not any(_row_is_lacking(row) for row in rows)


def _row_is_lacking(row: object) -> bool:
    return any(_is_empty(cell) for cell in row.values()) if isinstance(row, Mapping) else _is_empty(row)


def clean_values(form: FormSpec, values: Values) -> dict[str, Any]:
    """The values as they are stored: known fields only, each of its kind; what is wrong is named by field."""
    errors: dict[str, ValidationError] = {}
    cleaned: dict[str, Any] = {}
    for key, value in values.items():
        spec = form.get(key)
        if spec is None:
            errors[key] = ValidationError(_("The form has no such field."), code="unknown_field")
            continue
        try:
            cleaned[key] = _clean_rows(spec, value) if spec.is_list else _clean_one(spec, value)
        except ValidationError as error:
            errors[key] = error
    if errors:
        raise ValidationError(dict(errors))
    return cleaned


def _clean_text(value: object) -> str:
    text = "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > LONGEST:
        raise ValidationError(_("The text is too long: at most %(most)s characters."), code="too_long", params={"most": LONGEST})
    return text


def _clean_one(spec: FieldSpec, value: object) -> str:
    text = _clean_text(value)
    if not text:
        return ""
    match spec.kind:
        case FieldKind.CHOICE if text not in spec.choices:
            raise ValidationError(_("Choose one of those offered."), code="choice")
        case FieldKind.NUMBER:
            return _clean_number(text)
        case FieldKind.DATE:
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError as error:
                raise ValidationError(_("Write a date."), code="date") from error
    return text


def _clean_number(text: str) -> str:
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0:
        raise ValidationError(_("Write a number, for example 1500."), code="number")
    return format(number, "f")


def _clean_rows(spec: FieldSpec, value: object) -> list[Any]:
    rows = _clean_list(value)
    if spec.is_of_metrics:
        if any(not isinstance(row, str) or row not in METRICS for row in rows):
            raise ValidationError(_("Choose one of the metrics."), code="metric")
        rows = [metric for metric in METRICS if metric in rows]  # each once, in the order of the reports
    return rows


def _clean_list(value: object) -> list[Any]:
    rows = value if isinstance(value, list | tuple) else str(value or "").splitlines()
    if len(rows) > MOST_ROWS:
        raise ValidationError(_("There are too many rows: at most %(most)s."), code="too_many", params={"most": MOST_ROWS})
    cleaned = [{str(k): _clean_text(v) for k, v in row.items()} if isinstance(row, Mapping) else _clean_text(row) for row in rows]
    return [row for row in cleaned if (any(row.values()) if isinstance(row, dict) else row)]
