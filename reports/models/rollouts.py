"""How far the rollouts were at the end of each month (M29): written down by adoption, so that a report reads downwards only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.scoping import OfScopeQuerySet
from services.models import County, Service


class RolloutMonth(models.Model):
    """One rollout as it was at the last moment of a month. What was frozen so does not change."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("service"))
    rollout = models.UUIDField(_("rollout"))
    name = models.CharField(_("name"), max_length=200)
    month = models.DateField(_("month"))
    done = models.PositiveSmallIntegerField(_("items done"))
    applicable = models.PositiveSmallIntegerField(_("items that apply"))
    phases = models.JSONField(_("phases"), default=list)
    overdue = models.PositiveSmallIntegerField(_("overdue items"), default=0)
    risks = models.PositiveSmallIntegerField(_("open risks"), default=0)
    proven = models.PositiveSmallIntegerField(_("items proven by the system"), default=0)
    noted_at = models.DateTimeField(_("written down"))

    objects = OfScopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("rollout at the end of a month")
        verbose_name_plural = _("rollouts at the ends of months")
        ordering = ["month", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "month"], name="rollout_month_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="rollout_month_is_a_first_day"),
            models.CheckConstraint(condition=Q(done__lte=models.F("applicable")), name="rollout_month_done_of_applicable"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.month:%Y-%m}"
