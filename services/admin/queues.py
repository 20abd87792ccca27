"""Queues, and the groups that answer them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from services.admin.base import DirectoryAdmin, RowInline, people_of
from services.models import Membership, Queue, ResponderGroup
from services.permissions import people_of_queue


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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What the members may not answer is said at once: else what comes there waits unseen."""
        super().save_related(request, form, formsets, change)
        _warn(request, Queue.objects.filter(groups=form.instance.pk, is_active=True))


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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """That nobody may answer the queue is said at once: else what comes there waits unseen."""
        super().save_related(request, form, formsets, change)
        _warn(request, Queue.objects.filter(pk=form.instance.pk, is_active=True))


def _warn(request: HttpRequest, queues: Iterable[Queue]) -> None:
    for queue in queues:
        able, unable = people_of_queue(queue, now=timezone.now())
        if unable:
            words = _("In “%(queue)s” these people cannot answer before they have a responder’s right in its service: %(people)s.")
            messages.warning(request, words % {"queue": queue, "people": ", ".join(user.shown_name for user in unable)})
        if not able:
            words = _("Nobody may answer in “%(queue)s” now: what comes there waits. Give it a group, and the group people.")
            messages.warning(request, words % {"queue": queue})
