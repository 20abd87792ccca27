"""The rows of a version: phases, items with what they ask, and gates. Those of a published version can be looked at only."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.actors import Actor
from accounts.origin import actor_of
from adoption.admin.template_fields import FIELDS
from adoption.choices import VersionStatus
from adoption.models import ModelGate, ModelItem, ModelPhase, ModelRequirement, ModelVersion
from adoption.resources.template import ItemTable
from services.admin.base import DirectoryAdmin, RowInline


def kept_order(row: models.Model, values: dict[str, Any]) -> dict[str, Any]:
    """Ticked boxes come in the order of the boxes: the same ones in another order are no change."""
    return {
        name: stored if isinstance(value, list) and sorted(value) == sorted(stored := getattr(row, name) or []) else value
        for name, value in values.items()
    }


def version_of(row: ModelVersion | ModelPhase | ModelItem | ModelGate) -> int:
    """The number of the version to which a row belongs."""
    if isinstance(row, ModelVersion):
        return row.pk
    return row.phase.model_version_id if isinstance(row, ModelItem) else row.model_version_id


class TemplateAdmin(DirectoryAdmin):
    """What the pages of a version's rows share."""

    county_path = "model_version__model__county"

    def perform_change(self, *, by: Actor, row: models.Model, version: int | None, values: dict[str, Any]) -> models.Model:
        """A list that was not touched is given as it stands."""
        stored = type(row)._default_manager.get(pk=row.pk)
        return super().perform_change(by=by, row=row, version=version, values=kept_order(stored, values))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Lists are ticked or written in lines."""
        if isinstance(db_field, models.JSONField) and db_field.name in FIELDS:
            return db_field.formfield(form_class=FIELDS[db_field.name])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A row is put into a draft."""
        target = db_field.remote_field.model
        if target in (ModelVersion, ModelPhase):
            kwargs["queryset"] = target.objects.editable_by(actor_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A stored row stays in its version."""
        fixed = ["model_version"] if obj is not None and "model_version" in self.general else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back to the version, where the rest of it is."""
        return HttpResponseRedirect(reverse("admin:adoption_modelversion_change", args=[version_of(obj)]))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back to the version, where the rest of it is."""
        return HttpResponseRedirect(reverse("admin:adoption_modelversion_change", args=[version_of(obj)]))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """A list shows drafts and frozen versions side by side: rows are deleted on their own pages, of a draft only."""
        return {name: each for name, each in super().get_actions(request).items() if name != "delete_selected"}

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """The front page of the admin leads to versions, and a version to its rows."""
        return {}


class RequirementInline(RowInline):
    """What an item asks, one under another: too wide for a row of a table."""

    model = ModelRequirement
    template = "admin/edit_inline/stacked.html"
    shown = ("order", "kind", "name", "form", "document", "signal", "minimum", "of_members", "roles", "outcomes", "when")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Lists are ticked; here each field shows its own label."""
        if isinstance(db_field, models.JSONField):
            return db_field.formfield(form_class=FIELDS[db_field.name])
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if found is not None:
            found.widget.attrs.pop("aria-label", None)
        return found


class ItemOrderInline(RowInline):
    """The items of a phase in their order; each has a page of its own."""

    model = ModelItem
    shown = ("order", "responsible", "is_optional")
    show_change_link = True
    max_num = 0


@admin.register(ModelPhase)
class ModelPhaseAdmin(TemplateAdmin):
    """One phase."""

    counted = ngettext_lazy("%(n)s phase", "%(n)s phases", "n")
    general = ("model_version", "key", "order")
    list_display = ("name_fi", "model_version", "order")
    inlines = (ItemOrderInline,)


@admin.register(ModelItem)
class ModelItemAdmin(TemplateAdmin):
    """One item: what, who, what it asks, and what the live system proves of it."""

    counted = ngettext_lazy("%(n)s item", "%(n)s items", "n")
    exchange_table = ItemTable
    county_path = "phase__model_version__model__county"
    general = (
        *("version_link", "phase", "code", "key", "order", "is_optional", "responsible", "involved", "depends_on", "recurrence"),
        *("source", "question_key", "applies_when", "proof_level", "signals", "covers", "proof_rule"),
    )
    readonly_fields = ("version_link",)
    list_display = ("code", "text_fi", "phase", "version_shown", "responsible", "proof_level", "is_optional")
    list_filter = ("is_optional", "proof_level", "responsible")
    inlines = (RequirementInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the version, which the list shows: the same item stands there once for each."""
        return super().get_queryset(request).select_related("phase__model_version__model")

    @admin.display(description=_("version"), ordering="phase__model_version__number")
    def version_shown(self, item: ModelItem) -> str:
        """Whose item it is, and whether it can be changed still."""
        version = item.phase.model_version
        return f"{version} · {VersionStatus(version.status).label}"

    @admin.display(description=_("version"))
    def version_link(self, item: ModelItem) -> str:
        """The way back."""
        if not item.phase_id:
            return "–"
        version = item.phase.model_version
        return format_html('<a href="{}">{}</a>', reverse("admin:adoption_modelversion_change", args=[version.pk]), version)


@admin.register(ModelGate)
class ModelGateAdmin(TemplateAdmin):
    """One gate."""

    counted = ngettext_lazy("%(n)s gate", "%(n)s gates", "n")
    general: ClassVar[tuple[str, ...]] = (
        *("model_version", "key", "order", "from_phase", "to_phase", "hard", "items", "parts", "signals", "rule", "writes_permit"),
    )
    list_display = ("key", "name_fi", "model_version", "hard")
