"""What every admin page of the directory shares: saved by the operations, scoped by county, a group of fields per language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.forms import ModelChoiceField
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import NotRegistered, translator

from accounts.actors import Actor
from accounts.admin.base import OperatedAdmin
from accounts.models import User
from accounts.origin import actor_of
from accounts.permissions import counties_of
from services.admin.exchange import ExchangePages
from services.forms import LanguagesField, LinesField, OfficialLanguagesField
from services.models import County, Use
from services.models.base import EDITOR_ROLES
from services.operations import Change, Create, Delete, RowChange, apply_changes, change_row, create_row, delete_row

SOURCE = "admin"
LANGUAGE_GROUPS = (("fi", _("In Finnish")), ("sv", _("In Swedish")), ("en", _("In English")))
FIELDS: dict[str, Any] = {
    "hosts": LinesField,
    "embed_hosts": LinesField,
    "allowed_domains": LinesField,
    "official_languages": OfficialLanguagesField,
    "languages": LanguagesField,
}


def translated_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The model's fields that stand in a column for each language, in the model's order."""
    try:
        names = set(translator.get_options_for_model(model).get_field_names())
    except NotRegistered:
        return ()
    return tuple(field.name for field in model._meta.concrete_fields if field.name in names)


def in_languages(model: type[models.Model], names: Sequence[str]) -> list[str]:
    """The names of columns, a translated field as its three."""
    translated = translated_fields(model)
    return [
        column
        for name in names
        for column in ([f"{name}_{code}" for code, _label in LANGUAGE_GROUPS] if name in translated else [name])
    ]


def split(row: models.Model, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Form values as columns of the row, and as many-to-many choices."""
    many = {field.name for field in row._meta.many_to_many}
    columns = {field.name for field in row._meta.concrete_fields}
    return (
        {name: value for name, value in values.items() if name in columns},
        {name: value for name, value in values.items() if name in many},
    )


def told_uses(uses: Iterable[Use]) -> str:
    """Where a thing is used, with the way there: who would notice a change."""
    found = [format_html('<a href="{}">{}</a>', use.address, use.label) if use.url else use.label for use in uses]
    return format_html_join(", ", "{}", ((each,) for each in found)) or "–"


def people_of(request: HttpRequest) -> models.QuerySet[User]:
    """People who have a right in a county whose main user the person is."""
    counties = County.objects.editable_by(actor_of(request)).values("code")
    return User.objects.filter(is_active=True, grants__county__in=counties, grants__revoked_at__isnull=True).distinct()


def _extra(db_field: Any) -> dict[str, Any]:
    """An address typed without its scheme is meant as https."""
    return {"assume_scheme": "https"} if isinstance(db_field, models.URLField) else {}


def _to_the_minute(stored: models.Model, columns: dict[str, Any]) -> dict[str, Any]:
    """A form shows whole minutes: an instant that differs by less was not touched."""
    return {name: value for name, value in columns.items() if not _is_same_minute(getattr(stored, name), value)}


def _is_same_minute(stored: Any, given: Any) -> bool:
    shown = (stored.replace(microsecond=0), stored.replace(second=0, microsecond=0)) if isinstance(stored, datetime) else ()
    return isinstance(given, datetime) and given in shown


class RowInline(admin.TabularInline):
    """Rows on their parent's page; each cell has a label of its own for screen readers."""

    extra = 0
    template = "admin/directory/rows.html"
    shown: ClassVar[tuple[str, ...]] = ()
    # Django's own permissions are not in use: whoever may change the parent may change its rows.

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """As the page names them, a translated field in its three languages."""
        return in_languages(self.model, self.shown)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With the parent."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With the parent."""
        return self._parent_is_editable(request, obj)

    has_add_permission = has_change_permission
    has_delete_permission = has_change_permission

    def _parent_is_editable(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None or obj.pk is None:
            return True
        # Asked many times over for each kind of row; within one request the answer is one. The operation asks again.
        known: dict[Any, bool] = request.__dict__.setdefault("editable_parents", {})
        key = (type(obj), obj.pk)
        if key not in known:
            known[key] = type(obj)._default_manager.editable_by(actor_of(request)).filter(pk=obj.pk).exists()
        return known[key]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The column's heading is the label of the cell."""
        found = super().formfield_for_dbfield(db_field, request, **{**kwargs, **_extra(db_field)})
        if isinstance(found, ModelChoiceField):
            found.choices = list(ModelChoiceIterator(found))  # read once, not again for each row of the page
        if found is not None:
            found.widget.attrs["aria-label"] = str(found.label)
            inner = getattr(found.widget, "widget", None)
            if inner is not None:
                inner.attrs["aria-label"] = str(found.label)
        return found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are rows of the actor's own counties."""
        rows = db_field.remote_field.model._default_manager.all()
        if hasattr(rows, "readable_by"):
            kwargs["queryset"] = rows.readable_by(actor_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The box that deletes a row has a label too."""
        base = super().get_formset(request, obj, **kwargs)

        class Labelled(base):  # type: ignore[misc, valid-type]
            def add_fields(self, form: Any, index: int | None) -> None:
                super().add_fields(form, index)
                if "DELETE" in form.fields:
                    form.fields["DELETE"].widget.attrs["aria-label"] = str(_("Delete this row"))

        return Labelled


class DirectoryAdmin(ExchangePages, OperatedAdmin):
    """An admin page of the directory: it says which fields it shows, and the rest follows from the model."""

    general: ClassVar[tuple[str, ...]] = ()
    county_path: ClassVar[str] = "county"
    save_as = False
    list_per_page = 100

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        translated = translated_fields(model)
        groups: list[Any] = [(None, {"fields": list(self.general)})]
        if translated:
            groups += [(label, {"fields": [f"{name}_{code}" for name in translated]}) for code, label in LANGUAGE_GROUPS]
        type(self).fieldsets = groups  # each model has a class of its own
        super().__init__(model, admin_site)

    # --- saving ---

    def perform_create(self, *, by: Actor, values: dict[str, Any]) -> models.Model:
        """The generic operation; it knows the rules of each kind of row."""
        row = self.model()
        columns, many = split(row, values)
        for name, value in columns.items():
            setattr(row, name, value)
        return create_row(by=by, row=row, many=many, source=SOURCE)

    def perform_change(self, *, by: Actor, row: models.Model, version: int | None, values: dict[str, Any]) -> models.Model:
        """The generic operation, with the version that the person opened."""
        columns, many = split(row, values)
        columns = _to_the_minute(type(row)._default_manager.get(pk=row.pk), columns)
        return change_row(by=by, row=row, values=columns, version=version, many=many, source=SOURCE)

    def perform_delete(self, *, by: Actor, row: models.Model) -> None:
        """The generic operation."""
        delete_row(by=by, row=row, source=SOURCE)

    def may_create(self, actor: Actor) -> bool:
        """Who is the main user of some county."""
        return bool(counties_of(actor, EDITOR_ROLES, whole=True))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The rows of the page go in one batch, so that what must hold for all of them is judged at the end."""
        formset.save(commit=False)
        changes: list[RowChange] = [Delete(row) for row in formset.deleted_objects]
        for each in formset.initial_forms:
            if each.instance not in formset.deleted_objects and each.has_changed():
                columns, many = split(each.instance, {name: each.cleaned_data[name] for name in each.changed_data})
                changes.append(Change(each.instance, columns, None, many))
        for each in formset.extra_forms:
            if each.has_changed() and not each.cleaned_data.get("DELETE"):
                _columns, many = split(each.instance, each.cleaned_data)
                changes.append(Create(each.instance, many))
        apply_changes(by=actor_of(request), changes=changes, source=SOURCE)

    # --- fields ---

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What names a row for content and addresses never changes once it is saved."""
        fixed = [
            name
            for name in ("county", "key", "code", "slug", "service")
            if obj is not None and name in self.general and self._is_fixed(name)
        ]
        return [*super().get_readonly_fields(request, obj), *fixed]

    def _is_fixed(self, name: str) -> bool:
        return name in ("key", "code", "slug") or (name in ("county", "service") and "key" in self.general)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Lists are written in words instead of JSON."""
        kind = FIELDS.get(db_field.name)
        if kind is not None and isinstance(db_field, models.JSONField):
            return db_field.formfield(form_class=kind)
        if isinstance(db_field, models.TextField):
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 4})
        return super().formfield_for_dbfield(db_field, request, **{**kwargs, **_extra(db_field)})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A county is chosen among those whose main user the person is."""
        if db_field.remote_field.model is County:
            kwargs["queryset"] = County.objects.editable_by(actor_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The county of the page, or the only one, is chosen already."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        counties = list(County.objects.editable_by(actor_of(request))[:2])
        county = getattr(request, "county", None)
        if "county" in self.general and counties:
            own = [each for each in counties if county and each.pk == county.pk]
            initial.setdefault("county", (own or counties)[0].pk)
        return initial

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Django's “Change %s” needs the name of the kind in a case of its own, which a translation cannot give."""
        if context.get("original") is not None and self.has_change_permission(request, context["original"]):
            context["title"] = _("Change: %(kind)s") % {"kind": self.opts.verbose_name}
        return super().render_change_form(request, context, *args, **kwargs)

    # --- lists ---

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """A row is found by its key and by its words in every language."""
        names = {field.name for field in self.model._meta.concrete_fields}
        return [
            *(name for name in ("key", "code") if name in names),
            *in_languages(self.model, [n for n in ("name", "text", "reason", "matter") if n in names]),
        ]
