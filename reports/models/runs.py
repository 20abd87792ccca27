"""The making of monthly reports that are not there yet: what waits, what is being made, and what failed and why."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.choices import Making, WhyNotMade
from reports.models.groups import ReportGroup
from reports.models.months import MonthlyReportQuerySet
from services.models import County, Service


class ReportRunQuerySet(MonthlyReportQuerySet):
    """Questions about reports that are yet to be made: of whom they are is as it is of those that are made."""

    def failed(self) -> Self:
        """Those that were tried in vain the last time, of counties in use."""
        return self.filter(state=Making.FAILED, county__is_active=True)


class ReportRun(models.Model):
    """A monthly report that is due and not made. The row goes when the report is there; it is no lock, and keeps nobody from it.

    It holds no figure, and of a failure no words of the error: they may tell of rows.
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("service"))
    group = models.ForeignKey(
        ReportGroup, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("group of services in reports")
    )
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=10, choices=Making, default=Making.WAITING)
    reason = models.CharField(_("reason"), max_length=10, choices=WhyNotMade, blank=True)
    error = models.CharField(max_length=60, blank=True, help_text="The kind of the error, for those who maintain the portal.")
    tries = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        ordering = ["-month", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["service", "month"], condition=Q(service__isnull=False), name="run_once_of_service"),
            models.UniqueConstraint(
                fields=["county", "month"], condition=Q(service__isnull=True, group__isnull=True), name="run_once_of_county"
            ),
            models.UniqueConstraint(fields=["group", "month"], condition=Q(group__isnull=False), name="run_once_of_group"),
            models.CheckConstraint(condition=Q(service__isnull=True) | Q(group__isnull=True), name="run_of_one_scope"),
            models.CheckConstraint(condition=Q(month__day=1), name="run_month_is_a_first_day"),
            models.CheckConstraint(
                condition=(Q(state=Making.FAILED) & ~Q(reason="")) | (~Q(state=Making.FAILED) & Q(reason="")),
                name="run_that_failed_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.state}"
