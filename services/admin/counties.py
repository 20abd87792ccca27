"""Counties, their places, contact points and links."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.actors import Actor
from services.admin.base import SOURCE, DirectoryAdmin, told_uses
from services.models import ContactPoint, County, LifeSituation, Link, Municipality, Office
from services.operations import remove_link
from services.operations.links import result_label


@admin.register(County)
class CountyAdmin(DirectoryAdmin):
    """The county itself. A new one comes with the content, never from here."""

    counted = ngettext_lazy("%(n)s county", "%(n)s counties", "n")
    general = (
        "code",
        "slug",
        "accent_colour",
        "guide_first",
        "official_languages",
        "hosts",
        "website",
        "embed_hosts",
        "allowed_domains",
        "population",
        "switchboard",
        "registry_email",
        "survey_words_months",
        "cost_split",
        "is_active",
        "is_demo",
    )
    list_display = ("name_fi", "code", "is_active", "is_demo")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rights are given in a county: one that nobody has rights in is made by the portal."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A county is taken out of use, not deleted."""
        return False


@admin.register(Municipality)
class MunicipalityAdmin(DirectoryAdmin):
    """Municipalities; an ended one keeps its row."""

    counted = ngettext_lazy("%(n)s municipality", "%(n)s municipalities", "n")
    general = ("county", "code", "valid_from", "valid_to", "successor", "residents")
    list_display = ("name_fi", "code", "county", "residents", "valid_to")
    list_filter = ("county",)


@admin.register(Office)
class OfficeAdmin(DirectoryAdmin):
    """The county's offices."""

    counted = ngettext_lazy("%(n)s office", "%(n)s offices", "n")
    general = ("county", "key", "postal_code", "is_digital", "order")
    list_display = ("name_fi", "county", "town_fi", "order")


@admin.register(LifeSituation)
class LifeSituationAdmin(DirectoryAdmin):
    """How services are grouped for residents."""

    counted = ngettext_lazy("%(n)s life situation", "%(n)s life situations", "n")
    general = ("county", "key", "order")
    list_display = ("name_fi", "county", "order")


@admin.register(ContactPoint)
class ContactPointAdmin(DirectoryAdmin):
    """Phone numbers and addresses; where they are used is shown beside them."""

    counted = ngettext_lazy("%(n)s contact point", "%(n)s contact points", "n")
    general = ("county", "key", "kind", "audience", "value", "price", "schedule", "review_date", "needs_check", "used_in")
    readonly_fields = ("used_in",)
    list_display = ("name_fi", "value", "audience", "county", "review_date", "needs_check")
    list_filter = ("audience", "needs_check", "kind")

    @admin.display(description=_("used in"))
    def used_in(self, point: ContactPoint) -> str:
        """Who would notice a change."""
        return told_uses(point.uses.order_by("label")) if point.pk else "–"


@admin.register(Link)
class LinkAdmin(DirectoryAdmin):
    """Web addresses, and what the nightly check found."""

    counted = ngettext_lazy("%(n)s link", "%(n)s links", "n")
    general = ("county", "key", "audience", "category", "service", "review_date", "checked_at", "result", "used_in")
    readonly_fields = ("checked_at", "result", "used_in")
    list_display = ("name_fi", "url_fi", "county", "category", "result", "checked_at")
    list_filter = ("category", "audience")

    @admin.display(description=_("result of the check"), ordering="fails")
    def result(self, link: Link) -> str:
        """In words, with how many nights it has been so."""
        words = result_label(link.check_result) or "–"
        return f"{words} ({link.fails})" if link.fails else words

    @admin.display(description=_("used in"))
    def used_in(self, link: Link) -> str:
        """Who would notice a change."""
        return told_uses(link.uses.order_by("label")) if link.pk else "–"

    def perform_delete(self, *, by: Actor, row: models.Model) -> None:
        """The file of a material is removed with it."""
        assert isinstance(row, Link)
        remove_link(by=by, link=row, source=SOURCE)
