"""Export and import of a list in the admin: a file is looked through first, and taken in whole or not at all."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.results import Result

from accounts.choices import AuditAction
from accounts.operations import record_audit
from accounts.origin import actor_of
from accounts.permissions import counties_of
from services.forms import ExportForm, ImportConfirmForm, ImportForm
from services.models.base import EDITOR_ROLES
from services.resources import RESOURCES
from services.resources.base import OperatedResource, changes_of
from services.resources.files import CONTENT_TYPES, read_file, write_file

MOST_SHOWN = 200


class ExchangePages(admin.ModelAdmin):
    """Adds the pages “Export” and “Import” to a list whose rows are a table of `services.resources`."""

    change_list_template = "admin/directory/change_list.html"
    # The table of a model of a higher floor, which `RESOURCES` cannot know.
    exchange_table: ClassVar[type[OperatedResource] | None] = None

    @property
    def table_class(self) -> type[OperatedResource] | None:
        """The table of the list's rows; None: the list is neither exported nor imported."""
        return self.exchange_table or RESOURCES.get(self.model)

    def get_urls(self) -> list[URLPattern]:
        """The two pages stand before the page of a row."""
        if self.table_class is None:
            return super().get_urls()
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("export/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The list links to its two pages."""
        context = {"exchange": self._exchange_links(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def _exchange_links(self, request: HttpRequest) -> list[tuple[str, str]]:
        if self.table_class is None:
            return []
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        links = [(reverse(f"{name}_export"), _("Export"))]
        return [*links, (reverse(f"{name}_import"), _("Import"))] if self._may_import(request) else links

    def _may_import(self, request: HttpRequest) -> bool:
        return bool(counties_of(actor_of(request), EDITOR_ROLES, whole=True))

    def _table(self, request: HttpRequest) -> OperatedResource:
        if self.table_class is None:
            raise Http404
        return self.table_class(by=actor_of(request))

    def _page(self, request: HttpRequest, title: str, **context: Any) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        return TemplateResponse(request, "admin/directory/exchange.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The rows that the person may see, as a file; the audit keeps how many."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST or None)
        if not form.is_valid():
            return self._page(request, _("Export: %(rows)s") % {"rows": self.opts.verbose_name_plural}, form=form)
        kind = form.cleaned_data["kind"]
        dataset = self._table(request).export()
        for county in sorted({str(code) for code in dataset["county"]}):
            record_audit(
                by=actor_of(request),
                action=AuditAction.EXPORT,
                object_type=self.opts.label_lower,
                county=county,
                count=dataset["county"].count(county),
                source="admin",
            )
        name = f"{self.opts.model_name}-{timezone.localdate():%Y-%m-%d}.{kind}"
        return HttpResponse(
            write_file(dataset, kind),
            content_type=CONTENT_TYPES[kind],
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )

    def import_view(self, request: HttpRequest) -> HttpResponseBase:
        """First the file is looked through and nothing is changed; then exactly the same file is taken in."""
        if not self._may_import(request):
            raise PermissionDenied
        title = _("Import: %(rows)s") % {"rows": self.opts.verbose_name_plural}
        columns = [field.column_name for field in self._table(request).fields.values()]
        purpose = f"import:{self.opts.label_lower}:{actor_of(request).user_id}"
        if "checked" in request.POST:
            return self._take_in(request, title, columns, purpose)
        form = ImportForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self._page(request, title, form=form, columns=columns, is_upload=True)
        content = form.cleaned_data["file"]
        try:
            result = self._table(request).take_in(read_file(content), dry_run=True)
        except ValidationError as refused:
            form.add_error("file", refused)
            return self._page(request, title, form=form, columns=columns, is_upload=True)
        problems = list(_problems(result))
        changed = _changed(result)
        context: dict[str, Any] = {"problems": problems, "rows": changed[:MOST_SHOWN], "more": max(0, len(changed) - MOST_SHOWN)}
        if problems or not changed:
            context |= {"form": ImportForm(), "is_upload": True, "columns": columns, "no_changes": not problems}
        else:
            context["form"] = ImportConfirmForm(initial={"checked": ImportConfirmForm.sign(content, purpose=purpose)})
        return self._page(request, title, totals=result.totals, **context)

    def _take_in(self, request: HttpRequest, title: str, columns: list[str], purpose: str) -> HttpResponseBase:
        form = ImportConfirmForm(request.POST)
        try:
            content = form.content(purpose=purpose) if form.is_valid() else b""
            result = self._table(request).take_in(read_file(content), dry_run=False)
        except ValidationError as refused:
            upload = ImportForm()
            messages.error(request, " ".join(refused.messages))
            return self._page(request, title, form=upload, columns=columns, is_upload=True)
        problems = list(_problems(result))
        if problems:  # somebody changed the rows between the two steps
            return self._page(request, title, form=ImportForm(), columns=columns, is_upload=True, problems=problems)
        messages.success(
            request,
            _("Taken in: %(new)s new, %(changed)s changed, %(deleted)s deleted. %(same)s rows were the same already.")
            % {
                "new": result.totals["new"],
                "changed": result.totals["update"],
                "deleted": result.totals["delete"],
                "same": result.totals["skip"],
            },
        )
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _problems(result: Result) -> Any:
    """Each problem: the row's number (empty for the file), the column, and what to do."""
    for error in result.base_errors:
        yield "", "", " ".join(error.error.messages) if isinstance(error.error, ValidationError) else str(error.error)
    for number, errors in result.row_errors():
        for error in errors:
            yield number, "", str(error.error)
    for row in result.invalid_rows:
        wrong = row.error_dict
        for name, found in wrong.items():
            if "county" in wrong and name != "county":
                continue  # what the county has can't be known before the county is
            yield row.number, "" if name == "__all__" else name, " ".join(found)


def _changed(result: Result) -> list[dict[str, Any]]:
    kinds = {"new": _("Will be new"), "update": _("Will change"), "delete": _("Will be deleted")}
    return [
        {"kind": kinds[row.import_type], "code": row.import_type, "row": str(row.instance), "changes": changes_of(row)}
        for row in result.valid_rows()
        if row.import_type in kinds
    ]
