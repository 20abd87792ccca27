"""Outgoing letters, to be seen: what waits, what went, and why one did not."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import ngettext_lazy

from accounts.admin.base import OperatedAdmin
from accounts.choices import Role
from accounts.models import OutgoingMail
from accounts.origin import actor_of
from accounts.permissions import has_role_anywhere


@admin.register(OutgoingMail)
class OutgoingMailAdmin(OperatedAdmin):
    """Read only."""

    counted = ngettext_lazy("%(n)s letter", "%(n)s letters", "n")
    list_display = ["created_at", "to", "subject", "sent_at", "tries", "error"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter)]
    search_fields = ["to", "subject"]
    actions = None

    def editable_rows(self, rows: models.QuerySet[Any], actor: Any) -> models.QuerySet[Any]:
        """None."""
        return rows.none()

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Main users only."""
        return super().has_view_permission(request, obj) and has_role_anywhere(actor_of(request), Role.MAIN_USER)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody: the row is the queue."""
        return False
