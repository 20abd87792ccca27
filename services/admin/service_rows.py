"""What stands on services' pages as lists of their own: rows of all services at once, with export and import."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import ngettext_lazy

from services.admin.base import DirectoryAdmin
from services.models import Channel, LegalBasis, Redirect, ServiceArea, Topic


class ServiceRowAdmin(DirectoryAdmin):
    """Rows of all services in one list; those of one service stand on its page too."""

    list_filter: ClassVar[tuple[Any, ...]] = (("service", admin.RelatedOnlyFieldListFilter),)
    list_select_related: ClassVar[tuple[str, ...]] = ("service",)


@admin.register(Topic)
class TopicAdmin(ServiceRowAdmin):
    """Topics of all services in one list, with export and import; those of one service stand on its page too (S001-10, S002-1)."""

    counted = ngettext_lazy("%(n)s topic", "%(n)s topics", "n")
    general = ("service", "key", "shown_to_residents", "retired", "kind", "order")
    list_display = ("__str__", "service", "key", "shown_to_residents", "retired", "kind", "order")
    list_filter = (("service", admin.RelatedOnlyFieldListFilter), "retired", "kind")
    ordering = ("service__order", "service__key", "order", "key")


@admin.register(Channel)
class ChannelAdmin(ServiceRowAdmin):
    """Other ways to reach the same help (S000-19)."""

    counted = ngettext_lazy("%(n)s other channel", "%(n)s other channels", "n")
    general = ("service", "medium", "contact_point", "order")
    list_display = ("__str__", "service", "medium", "contact_point", "order")
    list_filter = (*ServiceRowAdmin.list_filter, "medium")
    list_select_related = ("service", "contact_point")
    ordering = ("service__order", "service__key", "order", "pk")


@admin.register(Redirect)
class RedirectAdmin(ServiceRowAdmin):
    """What services do not handle, and where it is (S001-48…50)."""

    counted = ngettext_lazy("%(n)s matter that belongs elsewhere", "%(n)s matters that belong elsewhere", "n")
    general = ("service", "to_service", "to_contact", "to_link", "order")
    list_display = ("__str__", "service", "to_service", "to_contact", "to_link", "order")
    list_select_related = ("service", "to_service", "to_contact", "to_link")
    ordering = ("service__order", "service__key", "order", "pk")


@admin.register(LegalBasis)
class LegalBasisAdmin(ServiceRowAdmin):
    """Laws that services rest on (S001-11…14)."""

    counted = ngettext_lazy("%(n)s legal basis", "%(n)s legal bases", "n")
    general = ("service", "number", "url", "order")
    list_display = ("__str__", "service", "number", "order")
    ordering = ("service__order", "service__key", "order", "pk")


@admin.register(ServiceArea)
class ServiceAreaAdmin(ServiceRowAdmin):
    """Where services work, and when (S004-19)."""

    counted = ngettext_lazy("%(n)s service area", "%(n)s service areas", "n")
    general = ("service", "municipalities", "starts_on", "ends_on")
    list_display = ("__str__", "service", "starts_on", "ends_on")
    ordering = ("service__order", "service__key", "starts_on")
