"""The admin saves through operations: one page class for every editable model of every floor.

A model's admin names what to call and leaves the rest to this class:

    class OfficeAdmin(OperatedAdmin):
        def perform_create(self, *, by, values): return operations.create_office(by=by, **values)
        def perform_change(self, *, by, row, version, values):
            return operations.change_office(by=by, office_id=row.pk, version=version, **values)
        def perform_delete(self, *, by, row): operations.delete_office(by=by, office_id=row.pk)

`values` are the form's cleaned values, many-to-many choices included; `version` is the version that the person opened, carried
by a hidden field. A ValidationError of the operation is shown on the form with everything typed still there; a stale save
(code `stale`) shows besides what is now saved in each field that differs, and the next press saves over it knowingly.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import ADMIN_ROLES
from accounts.origin import actor_of
from accounts.permissions import may_enter_admin

VERSION_FIELD = "row_version"


class OperatedForm(forms.ModelForm):
    """A model form that carries the version which the person opened, and shows what the operation refused."""

    refused: ValidationError | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if VERSION_FIELD in self.fields:
            self.fields[VERSION_FIELD].initial = getattr(self.instance, "version", None)

    def clean(self) -> dict[str, Any]:
        """What the operation refused on the first try belongs to the form like any other error."""
        cleaned = super().clean() or self.cleaned_data
        if self.refused is not None:
            self._show(self.refused)
        return cleaned

    def _show(self, refused: ValidationError) -> None:
        by_field = refused.error_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.error_list}
        for name, errors in by_field.items():
            self.add_error(name if name in self.fields else None, list(errors))
        if any(error.code == "stale" for errors in by_field.values() for error in errors):
            self._show_saved()

    def _show_saved(self) -> None:
        """The form was made anew from what is now saved: every field that differs from it says so, and the version moves on."""
        for name in self.changed_data:
            if name in self.cleaned_data and name != VERSION_FIELD:
                self.add_error(name, _("Now saved: %(value)s") % {"value": self._saved(name)})
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix(VERSION_FIELD)] = str(getattr(self.instance, "version", ""))
        self.data = data

    def _saved(self, name: str) -> str:
        """The saved value in a person's words; `instance` still is as it was read, since this is before it takes what was typed."""
        label = getattr(self.instance, f"get_{name}_display", None)
        value = label() if label else getattr(self.instance, name, None)
        if isinstance(value, models.Manager):
            value = ", ".join(str(row) for row in value.all())
        if isinstance(value, datetime):
            value = date_format(localtime(value), "SHORT_DATETIME_FORMAT")
        return str(value) if value not in (None, "") else _("(empty)")


def _once(request: HttpRequest, about: Any, ask: Callable[[], bool]) -> bool:
    """A right that every part of a page asks for is read once in a request: lists, links and rows ask hundreds of times.

    What writes asks the operation, on fresh rows.
    """
    known: dict[Any, bool] = request.__dict__.setdefault("rights_of_page", {})
    if about not in known:
        known[about] = ask()
    return known[about]


class OperatedAdmin(admin.ModelAdmin):
    """An admin page whose every write is an operation; who sees which rows comes from the model's own queryset."""

    operated = True
    entered_by: ClassVar[frozenset[str]] = ADMIN_ROLES
    """To whom the page opens at all."""
    form = OperatedForm
    save_on_top = False
    show_full_result_count = False

    # --- what a model's admin gives ---

    def perform_create(self, *, by: Actor, values: dict[str, Any]) -> models.Model:
        """Calls the operation that makes a row."""
        raise PermissionDenied

    def perform_change(self, *, by: Actor, row: models.Model, version: int | None, values: dict[str, Any]) -> models.Model:
        """Calls the operation that changes the row; `row` tells which one (its fields already carry what was typed)."""
        raise PermissionDenied

    def perform_delete(self, *, by: Actor, row: models.Model) -> None:
        """Calls the operation that deletes the row."""
        raise PermissionDenied

    def readable_rows(self, rows: models.QuerySet[Any], actor: Actor) -> models.QuerySet[Any]:
        """The rows that the actor may see here: the queryset's own answer."""
        return rows.readable_by(actor)  # type: ignore[attr-defined]

    def editable_rows(self, rows: models.QuerySet[Any], actor: Actor) -> models.QuerySet[Any]:
        """The rows that the actor may change here: the queryset's own answer."""
        return rows.editable_by(actor)  # type: ignore[attr-defined]

    def may_create(self, actor: Actor) -> bool:
        """The actor may make new rows; unless said, whoever may enter (the operation decides for the county)."""
        return may_enter_admin(actor, self.entered_by)

    # --- who sees what ---

    def _who_entered(self, request: HttpRequest) -> Staff | None:
        """The member of staff of the request, if the page opens to her at all."""
        actor: Staff | None = getattr(request, "actor", None)
        if actor is None:
            return None
        about = (may_enter_admin, self.entered_by)
        return actor if _once(request, about, lambda: may_enter_admin(actor, self.entered_by)) else None

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Rows that the actor may read, and no others."""
        return self.readable_rows(super().get_queryset(request), actor_of(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A list is filtered by what its page offers and by nothing else: no hash is found out letter by letter."""
        offered = [each[0] if isinstance(each, tuple) else each for each in self.get_list_filter(request)]
        if any(lookup == getattr(each, "parameter_name", None) for each in offered):
            return True  # a filter of its own words: it decides what its parameter means
        names = {each for each in (*offered, self.date_hierarchy) if isinstance(each, str)}
        is_offered = any(lookup == name or lookup.startswith(f"{name}{LOOKUP_SEP}") for name in names)
        return is_offered and super().lookup_allowed(lookup, value, request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the admin sees the list; its rows are scoped."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A row is seen by those whom its queryset names."""
        actor = self._who_entered(request)
        if actor is None:
            return False
        return obj is None or self.readable_rows(self.model._default_manager.all(), actor).filter(pk=obj.pk).exists()

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A row is changed by those whom its queryset names; the operation asks again."""
        actor = self._who_entered(request)
        if actor is None:
            return False
        return obj is None or self.editable_rows(self.model._default_manager.all(), actor).filter(pk=obj.pk).exists()

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Unless said, a row that may be changed may be deleted, when the page has a way of deleting at all."""
        return type(self).perform_delete is not OperatedAdmin.perform_delete and self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """New rows, when the page has a way of making them."""
        makes = type(self).perform_create is not OperatedAdmin.perform_create
        if not makes or self._who_entered(request) is None:
            return False
        return _once(request, type(self).may_create, lambda: self.may_create(actor_of(request)))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The two parts of a date and time are named each, for those who do not see them side by side."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            for part, name in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
                part.attrs["aria-label"] = f"{field.label}: {name}"
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are rows of the actor's own counties."""
        self._scope_choices(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are rows of the actor's own counties."""
        self._scope_choices(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _scope_choices(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        rows = kwargs.get("queryset", db_field.remote_field.model._default_manager.all())
        if hasattr(rows, "readable_by"):
            kwargs["queryset"] = rows.readable_by(actor_of(request))

    # --- saving ---

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form of the row, with the refusal of the operation when this is the second pass."""
        if kwargs.get("fields"):
            kwargs["fields"] = [name for name in kwargs["fields"] if name != VERSION_FIELD]
        form = super().get_form(request, obj, change=change, **kwargs)
        extra: dict[str, Any] = {"refused": getattr(request, "refused", None)}
        if self._is_versioned():
            extra[VERSION_FIELD] = forms.IntegerField(widget=forms.HiddenInput, required=False)
        return type(form.__name__, (form,), extra)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The hidden version goes with the first group of fields, however they are grouped."""
        groups: Any = super().get_fieldsets(request, obj)
        fieldsets: list[tuple[Any, dict[str, Any]]] = [(name, dict(options)) for name, options in groups]
        shown = [field for _name, options in fieldsets for field in options["fields"]]
        if self._is_versioned() and fieldsets and VERSION_FIELD not in shown and self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"] = [*fieldsets[0][1]["fields"], VERSION_FIELD]
        return fieldsets

    def _is_versioned(self) -> bool:
        return any(field.name == "version" for field in self.model._meta.concrete_fields)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """An operation that refuses undoes everything, and the form comes back with its reason."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refused:
            request.refused = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Calls the operation with what the form gave."""
        values = {name: value for name, value in form.cleaned_data.items() if name != VERSION_FIELD}
        by = actor_of(request)
        if change:
            version = form.cleaned_data.get(VERSION_FIELD)
            saved = self.perform_change(by=by, row=obj, version=version, values=values)
        else:
            saved = self.perform_create(by=by, values=values)
        obj.pk = saved.pk
        obj._state.adding = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Many-to-many choices went with the row; only rows on the same page are left."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A page with other rows on it says how they are saved; nothing is saved past the operations."""
        if formset.has_changed():
            raise PermissionDenied

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Calls the operation that deletes."""
        self.perform_delete(by=actor_of(request), row=obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Deletes all of the chosen rows, or none."""
        with transaction.atomic():
            for row in queryset:
                self.delete_model(request, row)

    # --- history: the audit, not Django's own log ---

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[dict[str, Any]]:
        """The audit's before and after say it better."""
        return []

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """The operation has written the audit."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """The operation has written the audit."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """The operation has written the audit."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The history of a row is its part of the audit."""
        row = self.get_object(request, object_id)
        if row is None:
            raise PermissionDenied
        name = str(getattr(row, "public_id", row.pk))
        return HttpResponseRedirect(f"{reverse('admin:accounts_auditentry_changelist')}?{urlencode({'q': name})}")
