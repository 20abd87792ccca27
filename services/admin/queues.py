"""Queues, and the groups that answer them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import ngettext_lazy

from services.admin.base import DirectoryAdmin, RowInline, people_of
from services.models import Membership, Queue, ResponderGroup


class MembershipInline(RowInline):
    """Who is in the group, possibly until a day."""

    model = Membership
    shown = ("user", "valid_until")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """People who have a right in a county of the main user."""
        if db_field.name == "user":
            kwargs["queryset"] = people_of(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(ResponderGroup)
class ResponderGroupAdmin(DirectoryAdmin):
    """People who answer together."""

    counted = ngettext_lazy("%(n)s responder group", "%(n)s responder groups", "n")
    general = ("county", "key", "office")
    list_display = ("name_fi", "county", "key", "office")
    inlines = (MembershipInline,)


@admin.register(Queue)
class QueueAdmin(DirectoryAdmin):
    """A waiting line of a service."""

    counted = ngettext_lazy("%(n)s queue", "%(n)s queues", "n")
    general = (
        "service",
        "key",
        "languages",
        "order",
        "is_entry",
        "is_active",
        "is_doctor",
        "for_professionals",
        "needs_presence",
        "takes_calls",
        "schedule",
        "groups",
        "max_waiting",
        "max_parallel",
        "intake_stops_minutes",
        "drain_minutes",
        "no_transfers",
        "transfer_targets",
        "overflow_to",
        "overflow_after_seconds",
        "offer_seconds",
        "supervisor_after_seconds",
        "alternatives_after_seconds",
    )
    list_display = ("name_fi", "service", "order", "is_active", "schedule")
    list_filter = (("service", admin.RelatedOnlyFieldListFilter), "is_active")
    list_select_related = ("service", "schedule")
