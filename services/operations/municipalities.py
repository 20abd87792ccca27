"""Municipalities come from the official classification by a difference list (domain 5.16): nothing is overwritten unseen."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from services.models import County, Municipality
from services.operations.rows import Change, Create, RowChange, apply_changes


@dataclass(frozen=True, slots=True)
class MunicipalityRow:
    """One row of the classification, as the file tells it."""

    code: str
    name_fi: str
    name_sv: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""


class DifferenceKind(StrEnum):
    """What a difference is."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the list that a person looks through before anything is taken in."""

    kind: DifferenceKind
    code: str
    before: Mapping[str, str]
    after: Mapping[str, str]


def municipality_differences(*, county: County, rows: Sequence[MunicipalityRow]) -> list[Difference]:
    """What taking the rows in would change. One that the file no longer names is listed as missing, and never deleted."""
    _refuse_broken(rows)
    stored = {each.code: each for each in Municipality.objects.filter(county=county).select_related("successor")}
    found = []
    for row in rows:
        after = _facts_of_row(row)
        current = stored.get(row.code)
        before = _facts_of(current) if current else {}
        if current is None:
            found.append(Difference(DifferenceKind.NEW, row.code, {}, after))
        elif before != after:
            ended = bool(after["valid_to"]) and not before["valid_to"]
            found.append(Difference(DifferenceKind.ENDED if ended else DifferenceKind.CHANGED, row.code, before, after))
    named = {row.code for row in rows}
    found += [
        Difference(DifferenceKind.MISSING, code, _facts_of(each), {})
        for code, each in sorted(stored.items())
        if code not in named and each.valid_to is None
    ]
    return found


def import_municipalities(
    *, by: Actor, county: County, rows: Sequence[MunicipalityRow], accepted: Collection[str], source: str = ""
) -> list[Municipality]:
    """A main user takes in the differences that she accepted, by code; the others stay as they are.

    An ended municipality keeps its row, with the day and its successor, and old conversations keep its code.
    """
    listed = {each.code for each in municipality_differences(county=county, rows=rows) if each.kind != DifferenceKind.MISSING}
    if unknown := set(accepted) - listed:
        raise ValidationError(
            _("The list has changed: %(codes)s is not in it any more."), code="stale", params={"codes": ", ".join(sorted(unknown))}
        )
    with transaction.atomic():
        wanted = [row for row in rows if row.code in set(accepted)]
        taken = apply_changes(by=by, changes=_changes(county, wanted), source=source)
        successors: list[RowChange] = []
        stored = {each.code: each for each in Municipality.objects.filter(county=county)}
        for row in wanted:
            if row.successor:
                if row.successor not in stored:
                    raise ValidationError(
                        _("Municipality %(code)s: its successor %(successor)s is not known."),
                        code="unknown_successor",
                        params={"code": row.code, "successor": row.successor},
                    )
                successors.append(Change(stored[row.code], {"successor": stored[row.successor]}))
        apply_changes(by=by, changes=successors, source=source)
        return [each for each in taken if isinstance(each, Municipality)]


def _changes(county: County, rows: Sequence[MunicipalityRow]) -> list[RowChange]:
    stored = {each.code: each for each in Municipality.objects.filter(county=county)}
    found: list[RowChange] = []
    for row in rows:
        values = {"name_fi": row.name_fi, "name_sv": row.name_sv, "valid_from": row.valid_from, "valid_to": row.valid_to}
        current = stored.get(row.code)
        found.append(
            Change(current, values)
            if current
            else Create(Municipality(county=county, code=row.code, name_en=row.name_fi, **values))
        )
    return found


def _refuse_broken(rows: Sequence[MunicipalityRow]) -> None:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if not re.fullmatch(r"\d{3}", row.code):
            raise ValidationError(
                _("Row %(number)s: “%(code)s” is not a code of three digits."),
                code="code",
                params={"number": number, "code": row.code[:20]},
            )
        if row.code in seen:
            raise ValidationError(
                _("Row %(number)s: code %(code)s is in the file twice."), code="twice", params={"number": number, "code": row.code}
            )
        if not row.name_fi.strip():
            raise ValidationError(_("Row %(number)s: the Finnish name lacks."), code="name", params={"number": number})
        seen.add(row.code)


def _facts_of_row(row: MunicipalityRow) -> dict[str, str]:
    return {
        "name_fi": row.name_fi,
        "name_sv": row.name_sv,
        "valid_from": str(row.valid_from or ""),
        "valid_to": str(row.valid_to or ""),
        "successor": row.successor,
    }


def _facts_of(row: Municipality) -> dict[str, str]:
    return {
        "name_fi": row.name_fi or "",  # type: ignore[attr-defined]
        "name_sv": row.name_sv or "",  # type: ignore[attr-defined]
        "valid_from": str(row.valid_from or ""),
        "valid_to": str(row.valid_to or ""),
        "successor": row.successor.code if row.successor else "",
    }
