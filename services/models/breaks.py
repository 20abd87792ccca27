"""When a service that had opened was not in use: the statistics tell such months as months without data (metrics 1.9)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from services.models.base import scoped
from services.models.service import Service


class ServiceBreak(models.Model):
    """From the pausing or closing of a service to its next opening; without an end it is not in use now.

    Written by the operations that take a service from one state to the next, and by nobody else.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="breaks", verbose_name=_("service"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True)

    objects = scoped("service__county__code").as_manager()

    class Meta:
        verbose_name = _("break of a service")
        verbose_name_plural = _("breaks of services")
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["service"], condition=Q(ends_at__isnull=True), name="service_break_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="service_break_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.starts_at:%Y-%m-%d}"
