"""Which metrics a service's monthly report shows, which of them have no target on purpose, and who gets it (S000-43)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.models.scoping import OfScopeQuerySet
from services.models import County, Service
from services.models.base import Versioned


class ReportSelection(Versioned):
    """The metrics that a service follows. A service without one follows them all."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="report_selection", verbose_name=_("service"))
    metrics = models.JSONField(_("metrics of the report"), default=list)
    without_target = models.JSONField(_("metrics without a target"), default=list)
    recipients = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("recipients of the report")
    )
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = OfScopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of metrics for the report")
        verbose_name_plural = _("choices of metrics for reports")
        ordering = ["service"]

    def __str__(self) -> str:
        return f"{self.service_id}: {', '.join(self.metrics)}"
