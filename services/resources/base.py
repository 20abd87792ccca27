"""A table of directory rows, imported and exported by django-import-export, written by the operations and by nothing else.

A row is known by its county's code and its key, never by a primary key. A file is taken in whole or not at all; what is wrong
is told by row and column. Rows that say what stands already change nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from import_export import fields, resources
from import_export.results import Result, RowResult
from modeltranslation.translator import NotRegistered, translator

from accounts.actors import Actor
from services.models import County
from services.operations import Change, Create, Delete, apply_changes
from services.operations.snapshots import snapshot
from services.resources.cells import Keys, Text, cell_for

SOURCE = "import"
DELETE = "delete"


class CountyCode(Text):
    """The county of a row: one whose main user the person is."""

    def __init__(self, by: Actor) -> None:
        super().__init__()
        self.by = by

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        code = super().clean(value)
        if not code:
            raise ValueError(_("This must be filled in."))
        county = County.objects.editable_by(self.by).filter(code=code).first()
        if county is None:
            raise ValueError(_("You may not change the rows of county “%(code)s”.") % {"code": code[:20]})
        return county

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(getattr(value, "code", value)) if value is not None else ""


class OperatedResource(resources.ModelResource):
    """One kind of row as a table; subclasses name the columns."""

    natural: ClassVar[tuple[str, ...]] = ("county", "key")
    columns: ClassVar[tuple[str, ...]] = ()
    many: ClassVar[tuple[str, ...]] = ()

    class Meta:
        fields: tuple[str, ...] = ()
        import_id_fields: tuple[str, ...] = ()
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        skip_diff = True
        store_instance = True

    def __init__(self, *, by: Actor, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by
        self.seen: dict[tuple[str, ...], int] = {}
        self.before: dict[str, Any] = {}
        self.stood: dict[str, Any] | None = None
        model = self._meta.model
        path = model._default_manager.all().county_path.removesuffix("__code")
        self.fields = {"county": fields.Field(path, "county", CountyCode(by))}
        for name in self._names():
            found = model._meta.get_field(name)
            if name in self.many:
                self.fields[name] = fields.Field(name, name, Keys(found.related_model), m2m_add=False)
            else:
                self.fields[name] = fields.Field(name, name, cell_for(found))
        self.fields.update(self.more_columns())

    def more_columns(self) -> dict[str, fields.Field]:
        """Columns that are no columns of the database."""
        return {}

    def _names(self) -> list[str]:
        named = [name for name in (*self.natural, *self.columns) if name != "county"]
        try:
            translated = set(translator.get_options_for_model(self._meta.model).get_field_names())
        except NotRegistered:
            translated = set()
        names: list[str] = []
        for name in named:
            names += [f"{name}_{language}" for language in ("fi", "sv", "en")] if name in translated else [name]
        return [*names, *self.many]

    def get_import_order(self) -> Sequence[str]:
        """As the columns are named."""
        return list(self.fields)

    get_export_order = get_import_order

    # --- reading a file ---

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """The heading row names known columns, each once, and all that tell which row is meant."""
        headers = list(dataset.headers or [])
        known = {*self.fields, DELETE}
        problem: tuple[str, Collection[str]] | None = None
        if doubled := {header for header in headers if headers.count(header) > 1}:
            problem = (_("These columns are in the file twice: %(names)s."), doubled)
        elif missing := {"county", *self.natural} - set(headers):
            problem = (_("These columns lack: %(names)s."), missing)
        elif unknown := set(headers) - known:
            problem = (_("These columns are not known: %(names)s."), unknown)
        if problem:
            del dataset[:]
            raise ValidationError(problem[0] % {"names": ", ".join(sorted(name or "–" for name in problem[1]))}, code="columns")

    def before_import_row(self, row: Any, row_number: int | None = None, **kwargs: Any) -> None:
        """The same row may stand in a file only once; one that names no key yet is the same as no other."""
        key = tuple(str(row.get(name) or "").strip() for name in ("county", *(n for n in self.natural if n != "county")))
        if len(key) > 1 and not any(key[1:]):
            return
        first = self.seen.setdefault(key, row_number or 0)
        if first != (row_number or 0):
            raise ValidationError(
                _("The same row is in the file already, on row %(number)s."), code="twice", params={"number": first}
            )

    def get_instance(self, instance_loader: Any, row: Any) -> models.Model | None:
        """The stored row with the county and key of this one, if the person may change the county's rows."""
        try:
            values = {name: self.fields[name].clean(row) for name in dict.fromkeys(("county", *self.natural))}
        except (ValueError, ObjectDoesNotExist):
            return None  # the cell is named when the row's values are read
        county = values.pop("county")
        rows = self._meta.model._default_manager.of_county(county.code)
        found: models.Model | None = rows.filter(**self.lookups(values)).first()
        return found

    def lookups(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """How the natural key is asked for."""
        return dict(values)

    def import_instance(self, instance: models.Model, row: Any, **kwargs: Any) -> None:
        """Each cell is read; all that cannot be read are told at once."""
        errors: dict[str, ValidationError] = {}
        new = instance.pk is None
        for name, field in self.fields.items():
            if field.column_name not in row and not (new and name == "county"):
                continue
            try:
                value = field.clean(row, **kwargs)
            except ValueError as error:
                errors[name] = ValidationError(str(error), code="cell")
                continue
            self.set_value(instance, name, value)
        if errors:
            raise ValidationError(errors)

    def set_value(self, instance: models.Model, name: str, value: Any) -> None:
        """A read cell goes to its place on the row; many-to-many and sets wait beside it."""
        if name in self.many or name in self.more_columns():
            self.beside(instance)[name] = value
        elif name != "county" or hasattr(type(instance), "county"):
            setattr(instance, name, value)

    def for_delete(self, row: Any, instance: models.Model) -> bool:
        """A row whose column “delete” says 1 is deleted."""
        return str(row.get(DELETE) or "").strip() == "1"

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """What stands already is not written again."""
        if import_validation_errors or self.stood is None:
            return False
        return snapshot(instance) == self.stood and not self.sets_differ(instance)

    def sets_differ(self, instance: models.Model) -> bool:
        """Do the many-to-many cells name other rows than now?"""
        beside = self.beside(instance)
        return any(
            {each.pk for each in beside[name]} != set(getattr(instance, name).values_list("pk", flat=True))
            for name in self.many
            if name in beside
        )

    def beside(self, instance: models.Model) -> dict[str, Any]:
        """Read cells that are no columns of the row itself."""
        values: dict[str, Any] = instance.__dict__.setdefault("beside_the_row", {})
        return values

    def after_init_instance(self, instance: models.Model, new: bool, row: Any, **kwargs: Any) -> None:
        """What stands now is kept for the preview."""
        self.stood = None if new else snapshot(instance)
        self.before = {} if new else {name: self.export_field(field, instance) for name, field in self.fields.items()}

    def after_import_row(self, row: Any, row_result: RowResult, **kwargs: Any) -> None:
        """The preview tells what each row changes."""
        deleted = row_result.import_type == RowResult.IMPORT_TYPE_DELETE
        row_result.changes = [
            (name, before, after)
            for name, field in self.fields.items()
            if field.column_name in row
            and (before := str(self.before.get(name, ""))) != (after := "" if deleted else self.written(row_result.instance, name))
        ]

    def written(self, instance: models.Model, name: str) -> str:
        """A cell as it would be exported after the import."""
        beside = self.beside(instance)
        field = self.fields[name]
        return str(field.widget.render(beside[name]) if name in beside else self.export_field(field, instance))

    # --- writing ---

    def validate_instance(self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True) -> None:
        """Cells that could not be read stop the row, and what its other cells lack is told at once; else the operation judges."""
        if not import_validation_errors:
            return
        wrong = dict(import_validation_errors)
        if "county" in wrong:  # whether the other cells are right cannot be known before the county is
            raise ValidationError(wrong)
        try:
            instance.clean_fields(exclude=[*wrong])
        except ValidationError as more:
            wrong |= {name: found for name, found in more.error_dict.items() if name in self.fields}
        raise ValidationError(wrong)

    def save_instance(self, instance: models.Model, is_create: bool, row: Any, **kwargs: Any) -> None:
        """The operation that admin and content use makes or changes the row."""
        many = {name: value for name, value in self.beside(instance).items() if name in self.many}
        with self._named_refusals(instance):
            if is_create:
                self.created(instance, many)
            else:
                values = {
                    name: getattr(instance, name)
                    for name, field in self.fields.items()
                    if name not in self.many and name not in self.more_columns() and name != "county" and field.column_name in row
                }
                apply_changes(by=self.by, changes=[Change(instance, values, None, many)], source=SOURCE)

    def created(self, instance: models.Model, many: Mapping[str, Any]) -> None:
        """A new row of the table."""
        apply_changes(by=self.by, changes=[Create(instance, many)], source=SOURCE)

    def save_m2m(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Went with the row."""

    def delete_instance(self, instance: models.Model, row: Any, **kwargs: Any) -> None:
        """The operation deletes the row."""
        with self._named_refusals(instance):
            apply_changes(by=self.by, changes=[Delete(instance)], source=SOURCE)

    def _named_refusals(self, instance: models.Model) -> _Refusals:
        return _Refusals(set(self.fields))

    def after_import(self, dataset: Any, result: Result, **kwargs: Any) -> None:
        """Nothing but the rows was written: no sequences are reset."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Rows that the person may read."""
        rows: models.QuerySet[Any] = self._meta.model._default_manager.readable_by(self.by)
        return rows

    def take_in(self, dataset: Any, *, dry_run: bool) -> Result:
        """The whole file or nothing of it; a dry run tells what would happen."""
        self.seen = {}
        with transaction.atomic():
            result: Result = self.import_data(
                dataset, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True, raise_errors=False
            )
        return result


class _Refusals:
    """Turns an operation's refusal into one that names columns of the table."""

    def __init__(self, columns: set[str]) -> None:
        self.columns = columns

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PermissionDenied):
            raise ValidationError(_("You may not change this row."), code="permission") from error
        if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            known = {name: errors for name, errors in error.error_dict.items() if name in self.columns}
            other = [each for name, errors in error.error_dict.items() if name not in self.columns for each in errors]
            raise ValidationError({**known, **({"__all__": other} if other else {})}) from error


def changes_of(row: RowResult) -> list[tuple[str, str, str]]:
    """What a row of the file changes: the column, as it stands, as it becomes."""
    found: list[tuple[str, str, str]] = getattr(row, "changes", [])
    return found


__all__ = ["DELETE", "OperatedResource", "changes_of"]
