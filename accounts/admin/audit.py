"""The audit, to be searched by the privacy officer and the main user of the county; reading it is itself audited (domain 5.10)."""

import json
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.admin.base import OperatedAdmin
from accounts.audit_words import DOERS, PAGE, kind_in_words, kinds
from accounts.choices import AUDIT_READER_ROLES, AuditAction
from accounts.models import AuditEntry
from accounts.operations import record_audit
from accounts.origin import actor_of
from accounts.permissions import counties_of, has_role_anywhere


class KindFilter(admin.SimpleListFilter):
    """Kinds of objects in words, those that occur in the actor's own counties; all refused pages are one choice."""

    title = _("kind of object")
    parameter_name = "object_type"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """In the order of the words."""
        named = kinds()
        found = set(model_admin.get_queryset(request).order_by().values_list("object_type", flat=True).distinct())
        choices = sorted(((code, named[code]) for code in found if code in named), key=lambda choice: choice[1].casefold())
        return choices + ([(PAGE, kind_in_words(PAGE))] if found - named.keys() else [])

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Lines of the kind."""
        if self.value() == PAGE:
            return queryset.exclude(object_type__in=kinds())
        return queryset.filter(object_type=self.value()) if self.value() else queryset


class DoerFilter(admin.SimpleListFilter):
    """Who acts, in words."""

    title = _("kind of doer")
    parameter_name = "actor_kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        """The closed list."""
        return list(DOERS.items())

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Lines of such doers."""
        return queryset.filter(actor_kind=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(OperatedAdmin):
    """Read only, whoever asks: the database refuses anything else."""

    counted = ngettext_lazy("%(n)s entry", "%(n)s entries", "n")
    list_display = ["at", "actor_name", "action", "shown_kind", "object_id", "purpose", "address"]
    list_filter = ["action", KindFilter, DoerFilter]
    search_fields = ["actor_name", "actor_id", "object_id", "session"]
    date_hierarchy = "at"
    list_per_page = 100
    actions = None
    exclude = ["before", "after", "roles"]
    readonly_fields = ["shown_roles", "shown_before", "shown_after"]

    def editable_rows(self, rows: models.QuerySet[Any], actor: Any) -> models.QuerySet[Any]:
        """None."""
        return rows.none()

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Readers of the audit only."""
        return super().has_view_permission(request, obj) and has_role_anywhere(actor_of(request), AUDIT_READER_ROLES)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A search of the audit is written down before its results are shown, in each county that it reached."""
        response = super().changelist_view(request, extra_context)
        found = getattr(response, "context_data", {}).get("cl")
        if found is not None:
            asked = {name: [_storable(each) for each in request.GET.getlist(name)] for name in request.GET}
            for county in sorted(counties_of(actor_of(request), AUDIT_READER_ROLES, whole=True)):
                record_audit(
                    by=actor_of(request),
                    action=AuditAction.SEARCH,
                    object_type="accounts.auditentry",
                    county=county,
                    after={"asked": asked},
                    count=found.result_count,
                )
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening one line is written down too."""
        entry = self.get_object(request, object_id)
        if isinstance(entry, AuditEntry):
            record_audit(
                by=actor_of(request),
                action=AuditAction.READ,
                object_type="accounts.auditentry",
                object_id=entry.pk,
                county=entry.county,
            )
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.display(description=_("kind of object"), ordering="object_type")
    def shown_kind(self, entry: AuditEntry) -> str:
        """In words; the technical name is on the page of the line."""
        return kind_in_words(entry.object_type)

    @admin.display(description=_("roles"))
    def shown_roles(self, entry: AuditEntry) -> str:
        """The roles of the moment."""
        return ", ".join(entry.roles)

    @admin.display(description=_("before"))
    def shown_before(self, entry: AuditEntry) -> str:
        """What was saved before."""
        return _shown(entry.before)

    @admin.display(description=_("after"))
    def shown_after(self, entry: AuditEntry) -> str:
        """What was saved after."""
        return _shown(entry.after)


def _storable(asked: str) -> str:
    """PostgreSQL stores no NUL, and a search with one is written down too."""
    return asked.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _shown(facts: Any) -> str:
    return format_html("<pre>{}</pre>", json.dumps(facts, ensure_ascii=False, indent=1)) if facts else "–"
