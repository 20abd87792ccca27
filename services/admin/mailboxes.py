"""Mailboxes of queues: settings, the try, and how the last fetching went."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.actors import Actor
from accounts.admin.base import OperatedForm
from accounts.origin import actor_of
from services.admin.base import SOURCE, DirectoryAdmin
from services.models import Mailbox, Queue
from services.operations import change_mailbox, make_mailbox, try_mailbox


class MailboxForm(OperatedForm):
    """The password is given and never shown again."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
        help_text=_("It is kept encrypted and never shown. Empty: the stored one stays."),
    )


@admin.register(Mailbox)
class MailboxAdmin(DirectoryAdmin):
    """Where a queue's e-mail comes from."""

    form = MailboxForm
    counted = ngettext_lazy("%(n)s mailbox", "%(n)s mailboxes", "n")
    general = (
        "queue",
        "is_on",
        "address",
        "promise_days",
        "new_per_hour",
        "username",
        "password",
        "imap_host",
        "imap_port",
        "imap_security",
        "folder",
        "smtp_host",
        "smtp_port",
        "smtp_security",
        "last_fetched",
        "last_trouble",
        "left_in_mailbox",
        "try_it",
    )
    readonly_fields = ("last_fetched", "last_trouble", "left_in_mailbox", "try_it")
    list_display = ("address", "queue", "is_on", "fetched_at", "trouble")
    list_select_related = ("queue",)
    search_fields = ("address",)

    def get_urls(self) -> list[URLPattern]:
        """The try stands before the page of a row."""
        trial = path("<int:key>/kokeile/", self.admin_site.admin_view(self.try_view), name="services_mailbox_try")
        return [trial, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Where there is none yet, what one is for is told."""
        rows = self.get_queryset(request) if self.has_view_permission(request) else Mailbox.objects.none()
        hint = "" if rows.exists() else _("No queue has a mailbox yet. With one, letters come into the queue’s line.")
        return super().changelist_view(request, {"hint": hint, **(extra_context or {})})

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Found by its address."""
        return list(self.search_fields)

    def perform_create(self, *, by: Actor, values: dict[str, Any]) -> models.Model:
        """The operation seals the password."""
        password = values.pop("password", "")
        return make_mailbox(by=by, mailbox=Mailbox(**values), password=password, source=SOURCE)

    def perform_change(self, *, by: Actor, row: models.Model, version: int | None, values: dict[str, Any]) -> models.Model:
        """The same, with the version that the person opened."""
        password = values.pop("password", "")
        found = Mailbox.objects.get(pk=row.pk)
        return change_mailbox(by=by, mailbox=found, values=values, password=password, version=version, source=SOURCE)

    def try_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """Both ways are tried when the button is pressed, and what hinders them is told in words."""
        row = self.get_object(request, str(key))
        if row is None or not self.has_change_permission(request, row):
            raise PermissionDenied
        found = try_mailbox(by=actor_of(request), mailbox=row) if request.method == "POST" else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Try the mailbox"),
            "mailbox": row,
            "found": found,
        }
        return TemplateResponse(request, "admin/directory/mailbox_try.html", context)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A queue of the counties whose main user the person is."""
        if db_field.name == "queue":
            kwargs["queryset"] = Queue.objects.editable_by(actor_of(request)).select_related("service")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("last fetched"))
    def last_fetched(self, row: Mailbox) -> Any:
        """When it was last fetched from without trouble."""
        return row.fetched_at or "–"

    @admin.display(description=_("what went wrong last"))
    def last_trouble(self, row: Mailbox) -> str:
        """What hindered the last fetching, and since when."""
        return row.get_trouble_display() if row.trouble else "–"

    @admin.display(description=_("letters left in the mailbox"))
    def left_in_mailbox(self, row: Mailbox) -> str:
        """How many letters are flagged there for a person, and why."""
        return f"{row.left_count} – {Mailbox._meta.get_field('left_count').help_text}"

    @admin.display(description=_("try the connection"))
    def try_it(self, row: Mailbox) -> SafeString | str:
        """The way to the page of the try, once the row is stored."""
        if row.pk is None:
            return str(_("Save first."))
        return format_html('<a href="{}">{}</a>', reverse("admin:services_mailbox_try", args=[row.pk]), _("Try the mailbox"))
