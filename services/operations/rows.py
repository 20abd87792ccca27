"""The one path by which a row of the directory is made, changed or deleted.

Admin, import and content loading all come here: who may, is it the version that was read, is it whole and true, what stood
before and after. Several changes go in one transaction (a service with its channels), so that what must hold for the set
(hours that do not overlap, an open page without gaps) is judged when all of them are in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from services import hosts
from services.models import County
from services.models.base import ScopedQuerySet
from services.operations.rules import Judge
from services.operations.snapshots import column, difference, readable, snapshot

M = TypeVar("M", bound=models.Model)
Many = Mapping[str, Collection[models.Model]]


@dataclass(frozen=True, slots=True)
class Create:
    """Make this row, which is not in the database yet."""

    row: models.Model
    many: Many = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """Give the stored row these values. `version` is what the person read; None: the row has none or nobody read it."""

    row: models.Model
    values: Mapping[str, Any]
    version: int | None = None
    many: Many = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the stored row."""

    row: models.Model
    version: int | None = None


RowChange = Create | Change | Delete


def create_row(*, by: Actor, row: M, many: Many | None = None, source: str = "") -> M:
    """The main user of a county adds a row to its directory."""
    return cast(M, apply_changes(by=by, changes=[Create(row, many or {})], source=source)[0])


def change_row(
    *, by: Actor, row: M, values: Mapping[str, Any], version: int | None = None, many: Many | None = None, source: str = ""
) -> M:
    """The main user of a county changes a row; a save over somebody else's newer text is refused (code "stale")."""
    return cast(M, apply_changes(by=by, changes=[Change(row, values, version, many or {})], source=source)[0])


def delete_row(*, by: Actor, row: models.Model, version: int | None = None, source: str = "") -> None:
    """The main user of a county deletes a row that nothing else rests on."""
    apply_changes(by=by, changes=[Delete(row, version)], source=source)


def apply_changes(*, by: Actor, changes: Sequence[RowChange], source: str = "") -> list[models.Model]:
    """All of these changes or none; gives the rows as they stand afterwards (a deleted one as it stood)."""
    with transaction.atomic():
        judge = Judge()
        for change in changes:
            judge.before(change.row)
        rows = [_apply(change, by=by, source=source, judge=judge) for change in changes]
        judge.after()
        _bump_parents(rows)
        if any(isinstance(row, County) for row in rows):
            hosts.forget()
            transaction.on_commit(hosts.forget)
        return rows


def _bump_parents(rows: Sequence[models.Model]) -> None:
    """A row that is edited on another row's page names it by `edited_with`: who saves that page over a newer one is refused."""
    parents: set[models.Model] = set()
    level = list(rows)
    while level := [getattr(row, name) for row in level if (name := getattr(row, "edited_with", ""))]:
        parents.update(level)
    for parent in parents - set(rows):
        type(parent)._default_manager.filter(pk=parent.pk).update(version=models.F("version") + 1)


def _apply(change: RowChange, *, by: Actor, source: str, judge: Judge) -> models.Model:
    match change:
        case Create(row=row, many=many):
            return _create(row, many, by=by, source=source, judge=judge)
        case Change(row=row, values=values, version=version, many=many):
            return _change(row, values, version, many, by=by, source=source, judge=judge)
        case Delete(row=row, version=version):
            return _delete(row, version, by=by, source=source, judge=judge)


def _create(row: models.Model, many: Many, *, by: Actor, source: str, judge: Judge) -> models.Model:
    for each in row._meta.concrete_fields:
        if isinstance(each, models.ForeignKey) and each.is_cached(row):
            setattr(row, each.name, getattr(row, each.name))  # a parent made in the same batch has its key by now
    for name in ("made_by_id", "entered_by_id"):
        if isinstance(by, Staff) and hasattr(row, name):
            setattr(row, name, by.user_id)
    for each in row._meta.concrete_fields:
        if isinstance(value := getattr(row, each.attname), str):
            setattr(row, each.attname, _with_plain_lines(value))
    _refuse_foreign_county(row)
    judge.row(row, before=None)
    _store(row, many, judge)
    _require_editable(row, by=by)
    _audit(by, AuditAction.CREATE, row, before=None, after=snapshot(row), source=source)
    return row


def _change(
    row: models.Model, values: Mapping[str, Any], version: int | None, many: Many, *, by: Actor, source: str, judge: Judge
) -> models.Model:
    fresh = _locked(row)
    _require_editable(fresh, by=by)
    known = {name: _with_plain_lines(value) for name, value in values.items() if _settable(fresh, name)}
    if unknown := set(values) - set(known):
        raise ValidationError(
            _("These cannot be changed here: %(names)s."), code="not_settable", params={"names": ", ".join(sorted(unknown))}
        )
    _refuse_stale(fresh, version, known)
    before = snapshot(fresh)
    stored = type(fresh)._default_manager.get(pk=fresh.pk)
    for name, value in known.items():
        setattr(fresh, name, value)
    _refuse_foreign_county(fresh)
    if snapshot(fresh) == before and not _many_differ(fresh, many):
        return fresh
    judge.row(fresh, before=stored)
    if hasattr(fresh, "version"):
        fresh.version += 1
    _store(fresh, many, judge)
    _require_editable(fresh, by=by)
    was, now = difference(before, snapshot(fresh))
    _audit(by, AuditAction.CHANGE, fresh, before=was, after=now, source=source)
    return fresh


def _delete(row: models.Model, version: int | None, *, by: Actor, source: str, judge: Judge) -> models.Model:
    fresh = _locked(row)
    _require_editable(fresh, by=by)
    _refuse_stale(fresh, version, {})
    judge.delete(fresh)
    before, code, key = snapshot(fresh), county_code(fresh), fresh.pk
    judge.touched(fresh)
    try:
        with transaction.atomic():
            fresh.delete()
    except (ProtectedError, RestrictedError) as error:
        users = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
        raise ValidationError(
            _("“%(row)s” cannot be deleted: it is used by %(users)s."),
            code="in_use",
            params={"row": fresh, "users": ", ".join(sorted({str(user) for user in users})[:5])},
        ) from error
    fresh.pk = key
    _audit(by, AuditAction.DELETE, fresh, before=before, after=None, source=source, county=code)
    return fresh


def _locked(row: models.Model) -> models.Model:
    queryset = type(row)._default_manager.select_for_update(of=("self",), no_key=True)
    return queryset.get(pk=row.pk)


def _with_plain_lines(value: Any) -> Any:
    """A browser ends lines otherwise than a file does: stored alike, an unchanged text is no change."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _settable(row: models.Model, name: str) -> bool:
    found = column(row, name)
    return found is not None and found.editable and not found.primary_key


def _refuse_stale(fresh: models.Model, version: int | None, values: Mapping[str, Any]) -> None:
    if version is None or not hasattr(fresh, "version") or fresh.version == version:
        return
    errors: dict[str, list[ValidationError]] = {}
    for name, mine in values.items():
        stored = getattr(fresh, name)
        if stored != mine:
            errors[name] = [
                ValidationError(
                    _("Somebody saved this meanwhile. Saved now: “%(stored)s”. You wrote: “%(mine)s”. Check both, and save again."),
                    code="stale",
                    params={"stored": readable(stored), "mine": readable(mine)},
                )
            ]
    raise (
        ValidationError(errors)
        if errors
        else ValidationError(
            _("Somebody changed “%(row)s” after you opened it. Look at it again, and then save."),
            code="stale",
            params={"row": fresh},
        )
    )


def _store(row: models.Model, many: Many, judge: Judge) -> None:
    try:
        with transaction.atomic():
            row.save()
            for name, others in many.items():
                _refuse_foreign_rows(row, others)
                getattr(row, name).set(others)
    except IntegrityError as error:
        raise ValidationError(
            _("“%(row)s” is there already, or contradicts another row."), code="conflict", params={"row": row}
        ) from error
    judge.touched(row)


def _many_differ(row: models.Model, many: Many) -> bool:
    return any({other.pk for other in getattr(row, name).all()} != {other.pk for other in others} for name, others in many.items())


def _rows_of(row: models.Model) -> ScopedQuerySet | None:
    rows = type(row)._default_manager.all()
    return rows if isinstance(rows, ScopedQuerySet) else None


def county_code(row: models.Model) -> str:
    """The code of the county that a row belongs to, stored or not; empty when it belongs to none."""
    rows = _rows_of(row)
    if rows is None:
        return ""
    value: Any = row
    for step in rows.county_path.split("__"):
        value = getattr(value, step, None)
        if value is None:
            return ""
    return str(value)


def _require_editable(row: models.Model, *, by: Actor) -> None:
    rows = _rows_of(row)
    if rows is None or not rows.editable_by(by).filter(pk=row.pk).exists():
        raise PermissionDenied


def _refuse_foreign_county(row: models.Model) -> None:
    """A row may rest only on rows of its own county."""
    code = county_code(row)
    for each in row._meta.concrete_fields:
        if each.is_relation and getattr(row, each.attname) is not None:
            _refuse_foreign_rows(row, [getattr(row, each.name)], code=code, field_name=each.name)


def _refuse_foreign_rows(row: models.Model, others: Collection[models.Model], *, code: str = "", field_name: str = "") -> None:
    code = code or county_code(row)
    for other in others:
        if _rows_of(other) is not None and county_code(other) != code:
            error = ValidationError(_("“%(other)s” belongs to another county."), code="other_county", params={"other": other})
            raise ValidationError({field_name: error}) if field_name else error


def _audit(
    by: Actor,
    action: AuditAction,
    row: models.Model,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    source: str,
    county: str = "",
) -> None:
    record_audit(
        by=by,
        action=action,
        object_type=row._meta.label_lower,
        object_id=str(getattr(row, "public_id", row.pk)),
        county=county or county_code(row),
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        source=source,
    )
