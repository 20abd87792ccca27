"""Disruptions and their prepared texts, overrides, improvements, targets and costs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, ngettext_lazy

from services.admin.base import DirectoryAdmin, people_of
from services.metric_names import metric_choices, metric_words
from services.models import CostRow, Disruption, DisruptionText, Improvement, Override, SharedCost, Target


@admin.register(Disruption)
class DisruptionAdmin(DirectoryAdmin):
    """Notices of disruptions; an ended one stays as a record."""

    counted = ngettext_lazy("%(n)s disruption notice", "%(n)s disruption notices", "n")
    general = ("county", "service", "queue", "starts_at", "ends_at", "stops_intake")
    list_display = ("__str__", "county", "service", "starts_at", "ends_at", "stops_intake")


@admin.register(DisruptionText)
class DisruptionTextAdmin(DirectoryAdmin):
    """Prepared notices of disruptions, for the switch in the console."""

    counted = ngettext_lazy("%(n)s prepared notice", "%(n)s prepared notices", "n")
    general = ("county", "key", "order", "stops_intake")
    list_display = ("__str__", "key", "county", "order", "stops_intake")


@admin.register(Override)
class OverrideAdmin(DirectoryAdmin):
    """Open or closed whatever the hours say."""

    counted = ngettext_lazy("%(n)s manual override", "%(n)s manual overrides", "n")
    general = ("county", "service", "queue", "kind", "starts_at", "ends_at")
    list_display = ("__str__", "county", "service", "queue", "starts_at", "ends_at")


@admin.register(Improvement)
class ImprovementAdmin(DirectoryAdmin):
    """What should be better, who sees to it, and what came of it."""

    counted = ngettext_lazy("%(n)s improvement", "%(n)s improvements", "n")
    general = ("county", "service", "title", "description", "source", "state", "owner", "due_on", "closing_note")
    list_display = ("title", "county", "service", "state", "due_on")
    list_filter = ("state", ("service", admin.RelatedOnlyFieldListFilter))
    search_fields = ("title", "description")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The owner is one of the people of the actor's own counties."""
        if db_field.name == "owner":
            kwargs["queryset"] = people_of(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Target)
class TargetAdmin(DirectoryAdmin):
    """Targets of services and of the county."""

    counted = ngettext_lazy("%(n)s target", "%(n)s targets", "n")
    general = (
        "county",
        "service",
        "metric",
        "aim",
        "channel",
        "direction",
        "value",
        "unit",
        "starts_on",
        "ends_on",
        "due_on",
        "source",
    )
    list_display = ("named_metric", "service", "aim", "value", "unit", "due_on", "county")

    @admin.display(description=gettext_lazy("metric"), ordering="metric")
    def named_metric(self, row: Target) -> str:
        """The metric by its code and name."""
        return metric_words(row.metric)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A metric is chosen by name."""
        if db_field.name == "metric":
            return forms.ChoiceField(label=capfirst(db_field.verbose_name), choices=metric_choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(CostRow)
class CostRowAdmin(DirectoryAdmin):
    """Costs of services by month."""

    counted = ngettext_lazy("%(n)s cost", "%(n)s costs", "n")
    general = ("service", "month", "kind", "euros", "source")
    list_display = ("service", "month", "kind", "euros")


@admin.register(SharedCost)
class SharedCostAdmin(DirectoryAdmin):
    """Costs that several services share; whether they are split is a choice of the county."""

    counted = ngettext_lazy("%(n)s shared cost", "%(n)s shared costs", "n")
    general = ("county", "services", "month", "kind", "euros", "source")
    list_display = ("month", "kind", "euros", "county", "source")
