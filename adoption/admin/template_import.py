"""Import of a whole model from a YAML file: looked through first, then taken in as a draft, whole or not at all."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.origin import actor_of
from adoption import operations
from adoption.admin.template_fields import ModelConfirmForm, ModelImportForm, refusal
from adoption.choices import VersionStatus
from adoption.model_file import ModelFile, Reading, differences, read_model
from adoption.models import ModelVersion
from adoption.operations.template_rows import content_of
from services.forms import ImportConfirmForm
from services.models import County

MOST_SHOWN = 200


class ModelImportPages(admin.ModelAdmin):
    """Adds the page “Import a model” to the list of versions, and the way to the items' table."""

    def get_urls(self) -> list[URLPattern]:
        """It stands before the page of a row."""
        page = path("import-model/", self.admin_site.admin_view(self.import_model_view), name="adoption_modelversion_import")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The list links to the import of a whole model, and to the items as a table."""
        links = [(reverse("admin:adoption_modelitem_changelist"), _("Items as a table"))]
        if self._counties(request).exists():
            links.append((reverse("admin:adoption_modelversion_import"), _("Import a model")))
        return super().changelist_view(request, {"exchange": links, **(extra_context or {})})

    def _counties(self, request: HttpRequest) -> Any:
        return County.objects.editable_by(actor_of(request)).order_by("code")

    def import_model_view(self, request: HttpRequest) -> HttpResponseBase:
        """First the file is looked through and nothing is changed; then exactly the same file is taken in."""
        counties = self._counties(request)
        if not counties.exists():
            raise PermissionDenied
        if "checked" in request.POST:
            return self._take_model_in(request, counties)
        form = ModelImportForm(request.POST or None, request.FILES or None, counties=counties)
        if not form.is_valid():
            return self._import_page(request, form=form, is_upload=True)
        content, county = form.cleaned_data["file"], form.cleaned_data["county"]
        reading = read_model(content)
        if reading.data is None:
            return self._import_page(request, form=ModelImportForm(counties=counties), is_upload=True, problems=reading.problems)
        newest = _newest(county, reading.data)
        changed = differences(content_of(newest) if newest else None, reading.data)
        if not changed:
            return self._import_page(request, form=ModelImportForm(counties=counties), is_upload=True, no_changes=True)
        is_draft = newest is not None and newest.status == VersionStatus.DRAFT
        initial = {
            "checked": ImportConfirmForm.sign(content, purpose=self._purpose(request)),
            "county": county.pk,
            "replacing": newest.version if newest is not None and is_draft else None,
        }
        return self._import_page(
            request,
            form=ModelConfirmForm(initial=initial, counties=counties),
            changes=changed[:MOST_SHOWN],
            more=max(0, len(changed) - MOST_SHOWN),
            county=county,
            newest=newest,
            is_draft=is_draft,
        )

    def _purpose(self, request: HttpRequest) -> str:
        return f"import:{self.opts.label_lower}:{actor_of(request).user_id}"

    def _take_model_in(self, request: HttpRequest, counties: Any) -> HttpResponseBase:
        form = ModelConfirmForm(request.POST, counties=counties)
        try:
            reading = self._signed(request, form)
            if reading.data is None:
                return self._import_page(
                    request, form=ModelImportForm(counties=counties), is_upload=True, problems=reading.problems
                )
            version = operations.load_model(
                by=actor_of(request),
                county=form.cleaned_data["county"],
                data=reading.data,
                replacing=form.cleaned_data["replacing"],
                source="import",
            )
        except ValidationError as refused:
            messages.error(request, refusal(refused))
            return self._import_page(request, form=ModelImportForm(counties=counties), is_upload=True)
        messages.success(request, _("Taken in as a draft: %(version)s.") % {"version": version})
        return redirect("admin:adoption_modelversion_change", version.pk)

    def _signed(self, request: HttpRequest, form: ModelConfirmForm) -> Reading:
        """The file that was looked through, and no other."""
        signed = ImportConfirmForm(request.POST)
        if not form.is_valid() or not signed.is_valid():
            raise ValidationError(_("The check of the file is too old. Choose the file again."), code="too_old")
        return read_model(signed.content(purpose=self._purpose(request)))

    def _import_page(self, request: HttpRequest, **context: Any) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": _("Import a model"), **context}
        return TemplateResponse(request, "admin/adoption/import.html", context)


def _newest(county: County, data: ModelFile) -> ModelVersion | None:
    found: ModelVersion | None = (
        ModelVersion.objects.filter(model__county=county, model__key=data.key).select_related("model").order_by("-number").first()
    )
    return found
