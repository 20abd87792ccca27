"""Versions of the adoption model: edited as a draft, looked at as rollouts will show them, published, exported and imported."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy
from django.utils.translation import gettext as _

from accounts.choices import AuditAction
from accounts.operations import record_audit
from accounts.origin import actor_of
from adoption import operations
from adoption.admin.template_fields import StepForm, refusal
from adoption.admin.template_import import ModelImportPages
from adoption.admin.template_rows import TemplateAdmin
from adoption.choices import MemberRole, PartKind, VersionStatus
from adoption.model_file import missing_languages, problems_of, shipped_signals, write_model
from adoption.models import ModelCondition, ModelItem, ModelPhase, ModelVersion
from adoption.operations.template_rows import content_of
from services.admin.base import RowInline
from services.publication import mandatory_languages
from services.texts import pick

STEPS: dict[str, Any] = {
    "publish": gettext_lazy("Publish"),
    "draft": gettext_lazy("Begin a new draft from this"),
    "retire": gettext_lazy("Give to no new rollouts"),
}
MEANINGS: dict[str, Any] = {
    "publish": gettext_lazy("From now on this version never changes, and new rollouts get it. Rollouts that run keep theirs."),
    "draft": gettext_lazy("The next version begins as a copy of this one. Nothing changes for rollouts until it is published."),
    "retire": gettext_lazy("New rollouts get another published version. Rollouts that run keep this one."),
}


class ConditionInline(RowInline):
    """Conditions of success."""

    model = ModelCondition
    shown = ("order", "key", "text", "source")


class PhaseInline(RowInline):
    """Phases in their order; each has a page of its own for the rest of its texts."""

    model = ModelPhase
    shown = ("order", "key", "name")
    show_change_link = True


@admin.register(ModelVersion)
class ModelVersionAdmin(ModelImportPages, TemplateAdmin):
    """One version with everything in it."""

    counted = ngettext_lazy("%(n)s version", "%(n)s versions", "n")
    change_form_template = "admin/adoption/version.html"
    county_path = "model__county"
    general = ("model", "number", "source")
    list_display = ("__str__", "status", "published_at", "county")
    list_filter = ("status",)
    inlines = (PhaseInline, ConditionInline)
    ordering = ("model__county__code", "-number", "pk")

    @admin.display(description=gettext_lazy("county"))
    def county(self, version: ModelVersion) -> str:
        """Whose it is."""
        return str(version.model.county)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the county, which the list shows."""
        return super().get_queryset(request).select_related("model__county")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A version is begun from another one, or from a file."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Whose version it is, and its number, never change."""
        return [*super().get_readonly_fields(request, obj), "model", "number"]

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Versions stand on the admin's front page."""
        return super(TemplateAdmin, self).get_model_perms(request)

    def get_urls(self) -> list[URLPattern]:
        """The version's own pages stand before its form."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/step/<str:step>/", view(self.step_view), name="adoption_modelversion_step"),
            path("<int:pk>/preview/", view(self.preview_view), name="adoption_modelversion_preview"),
            path("<int:pk>/yaml/", view(self.yaml_view), name="adoption_modelversion_yaml"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The page shows the status, what lacks before publishing, the steps, and the way to each item and gate."""
        version = kwargs.get("obj") or (args[3] if len(args) > 3 else None)
        if version is not None and version.pk:
            stored = self._stored(request, version.pk)
            context["model_version"] = stored
            context["is_draft"] = stored.status == VersionStatus.DRAFT
            context["problems"] = self._problems(stored) if context["is_draft"] else []
            context["steps"] = [
                (reverse("admin:adoption_modelversion_step", args=[stored.pk, step]), STEPS[step])
                for step in self._steps(request, stored)
            ]
            context["phases"] = stored.phases.prefetch_related("items")
            context["gates"] = stored.gates.all()
        return super().render_change_form(request, context, *args, **kwargs)

    def _stored(self, request: HttpRequest, pk: int) -> ModelVersion:
        rows = ModelVersion.objects.readable_by(actor_of(request)).select_related("model__county", "published_by")
        version: ModelVersion | None = rows.filter(pk=pk).first()
        if version is None:
            raise Http404
        return version

    def _problems(self, version: ModelVersion) -> list[Any]:
        data = content_of(version)
        lacking = missing_languages(data, mandatory_languages(version.model.county.official_languages))
        return [*problems_of(data, shipped_signals()), *lacking]

    def _may_step(self, request: HttpRequest, version: ModelVersion) -> bool:
        return type(version.model)._default_manager.editable_by(actor_of(request)).filter(pk=version.model_id).exists()

    def _steps(self, request: HttpRequest, version: ModelVersion) -> list[str]:
        if not self._may_step(request, version):
            return []
        if version.status == VersionStatus.DRAFT:
            return ["publish"]
        siblings = version.model.versions.exclude(pk=version.pk)
        steps = [] if siblings.filter(status=VersionStatus.DRAFT).exists() else ["draft"]
        is_last = not siblings.filter(status=VersionStatus.PUBLISHED).exists()
        return steps if is_last or version.status == VersionStatus.RETIRED else [*steps, "retire"]

    def _own_page(self, request: HttpRequest, template: str, title: str, version: ModelVersion, **context: Any) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "model_version": version,
            **context,
        }
        return TemplateResponse(request, f"admin/adoption/{template}.html", context)

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponseBase:
        """Says what the step means, and takes it."""
        version = self._stored(request, pk)
        if step not in STEPS:
            raise Http404
        if not self._may_step(request, version):
            raise PermissionDenied
        form = StepForm(request.POST or None, button=STEPS[step], initial={"seen": version.version})
        if form.is_valid():
            try:
                result = self._take_step(request, version, step, form.cleaned_data["seen"])
            except ValidationError as refused:
                form.add_error(None, refusal(refused))
            else:
                messages.success(request, _("“%(version)s” is now: %(status)s.") % _told(result))
                return redirect("admin:adoption_modelversion_change", result.pk)
        return self._own_page(request, "step", STEPS[step], version, form=form, meaning=MEANINGS[step])

    def _take_step(self, request: HttpRequest, version: ModelVersion, step: str, seen: int) -> ModelVersion:
        by = actor_of(request)
        match step:
            case "publish":
                return operations.publish_version(by=by, version=version, now=timezone.now(), seen=seen)
            case "retire":
                return operations.retire_version(by=by, version=version)
        return operations.new_draft(by=by, version=version)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The version as rollouts show it, in the language of the page."""
        version = self._stored(request, pk)
        title = _("Preview: %(version)s") % {"version": version}
        phases = version.phases.prefetch_related("items__requirements")
        gates = {gate.from_phase: gate for gate in version.gates.all()}
        language = (get_language() or "fi")[:2]
        return self._own_page(
            request,
            "preview",
            title,
            version,
            phases=[(phase, [_shown(item) for item in phase.items.all()], gates.get(phase.key)) for phase in phases],
            conditions=version.conditions.all(),
            forms=[
                (name, [(pick(each, language), each.get("required")) for each in form["fields"]])
                for name, form in sorted(version.forms.items())
            ],
        )

    def yaml_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The whole version as a file; the audit keeps who took it."""
        version = self._stored(request, pk)
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        data = content_of(version)
        record_audit(
            by=actor_of(request),
            action=AuditAction.EXPORT,
            object_type=self.opts.label_lower,
            object_id=version.pk,
            county=version.model.county.code,
            count=sum(1 for _item in data.all_items()),
            source="admin",
        )
        name = f"{data.key}-v{version.number}.yaml"
        return HttpResponse(
            write_model(data),
            content_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


def _shown(item: ModelItem) -> tuple[ModelItem, list[tuple[str, str]], str]:
    """The item, what it asks in words, and which parts the live system fills."""
    roles = dict(MemberRole.choices)
    parts = []
    for each in item.requirements.all():
        names = [str(roles.get(role, role)) for role in each.roles]
        detail = [each.name or each.form or each.document or each.signal, str(each.minimum or ""), ", ".join(names), each.when]
        parts.append((str(PartKind(each.kind).label), " · ".join(filter(None, detail))))
    return item, parts, ", ".join(item.covers)


def _told(version: ModelVersion) -> dict[str, Any]:
    return {"version": version, "status": VersionStatus(version.status).label}
