"""Groups of services of which figures are told together, and who gets the letters of a group and of the whole county."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.models import Grant
from reports.choices import FIGURE_READERS
from services.models import County, Service
from services.models.base import Versioned


class ReportGroupQuerySet(models.QuerySet[Any]):
    """Questions about groups of services."""

    def readable_by(self, actor: Actor) -> Self:
        """Those of the counties whose figures the person reads as a whole, and those of whose every service she reads them."""
        match actor:
            case System():
                return self.all()
            case Staff():
                grants = Grant.objects.held_by(actor, FIGURE_READERS).filter(county=OuterRef("county__code"))
                members = Service.objects.filter(report_groups=OuterRef("pk"))
                strange = members.exclude(Exists(grants.filter(service_id=OuterRef("public_id"))))
                return self.filter(Exists(grants.filter(service_id__isnull=True)) | (Q(Exists(members)) & ~Q(Exists(strange))))
        return self.none()


class ReportGroup(Versioned):
    """Services whose figures are told together beside each one's own and the county's."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="report_groups", verbose_name=_("county"))
    key = models.SlugField(_("key"), max_length=40)
    name_fi = models.CharField(_("name in Finnish"), max_length=80)
    name_sv = models.CharField(_("name in Swedish"), max_length=80, blank=True)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    services = models.ManyToManyField(Service, related_name="report_groups", verbose_name=_("services"))
    ended_at = models.DateTimeField(_("no longer used"), null=True, help_text="Its frozen reports stay.")

    objects = ReportGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of services in reports")
        verbose_name_plural = _("groups of services in reports")
        ordering = ["name_fi", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "key"], name="report_group_key_once"),
            models.CheckConstraint(condition=~Q(name_fi=""), name="report_group_has_name"),
        ]

    def __str__(self) -> str:
        return self.name_fi


class ReportRecipientQuerySet(models.QuerySet[Any]):
    """Questions about those who get letters."""

    def readable_by(self, actor: Actor) -> Self:
        """Those of a county for those who read the figures of all of it."""
        match actor:
            case System():
                return self.all()
            case Staff():
                grants = Grant.objects.held_by(actor, FIGURE_READERS).filter(county=OuterRef("county__code"))
                return self.filter(Exists(grants.filter(service_id__isnull=True)))
        return self.none()


class ReportRecipient(models.Model):
    """One who gets a letter when the report of the group, or without one of the county as a whole, is ready."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    group = models.ForeignKey(ReportGroup, on_delete=models.CASCADE, null=True, related_name="recipients")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    objects = ReportRecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient of a report")
        verbose_name_plural = _("recipients of reports")
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], condition=Q(group__isnull=False), name="report_recipient_of_group"),
            models.UniqueConstraint(fields=["county", "user"], condition=Q(group__isnull=True), name="report_recipient_of_county"),
        ]

    def __str__(self) -> str:
        return f"{self.county_id} {self.group_id or ''} {self.user_id}"
