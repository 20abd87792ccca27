"""A service to which more comes than was expected: one row for each time, from its first day to its last (M28, S002-44)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.scoping import OfScopeQuerySet
from services.models import County, Service


class GrowthAlertQuerySet(OfScopeQuerySet):
    """Questions about alerts."""

    def open(self) -> GrowthAlertQuerySet:
        """Those that have not ended."""
        return self.filter(ended_on__isnull=True)


class GrowthAlert(models.Model):
    """The last five working days brought over a quarter more contacts than was to be expected. It holds numbers only."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="growth_alerts", verbose_name=_("service"))
    began_on = models.DateField(_("since"))
    last_on = models.DateField(_("last seen"))
    ended_on = models.DateField(_("ended"), null=True)
    contacts = models.PositiveIntegerField(_("contacts in five working days"))
    expected = models.DecimalField(_("expected"), max_digits=10, decimal_places=1)

    objects = GrowthAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("growth alert")
        verbose_name_plural = _("growth alerts")
        ordering = ["-began_on"]
        constraints = [
            models.UniqueConstraint(fields=["service"], condition=Q(ended_on__isnull=True), name="growth_alert_open_once"),
            models.UniqueConstraint(fields=["service", "began_on"], name="growth_alert_once_a_day"),
            models.CheckConstraint(condition=Q(last_on__gte=models.F("began_on")), name="growth_alert_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.began_on}"
