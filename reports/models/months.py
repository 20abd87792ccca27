"""Monthly reports that never change: a correction is a new revision, and both stay (metrics 1.5)."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, System
from reports.choices import FIGURE_READERS
from reports.models.groups import ReportGroup
from reports.models.scoping import OfScopeQuerySet, reached_by
from services.models import County, Service


class MonthlyReportQuerySet(OfScopeQuerySet):
    """Questions about frozen months."""

    def readable_by(self, actor: Actor) -> Self:
        """Those of a service, of a group, or of a county whose figures are open to the person."""
        if isinstance(actor, System):
            return self.all()
        return self.filter(reached_by(actor, FIGURE_READERS) | Q(group__in=ReportGroup.objects.readable_by(actor)))

    def of_scope(self, *, county: County, service: Service | None, group: ReportGroup | None = None) -> Self:
        """Those of the service, of the group, or of the county as a whole."""
        return self.filter(county=county, service=service, group=group)


class MonthlyReport(models.Model):
    """The figures of a month as they were when it was frozen, with the formulas by which they were made."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="monthly_reports", verbose_name=_("county"))
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, related_name="monthly_reports", verbose_name=_("service")
    )
    group = models.ForeignKey(
        ReportGroup,
        on_delete=models.PROTECT,
        null=True,
        related_name="monthly_reports",
        verbose_name=_("group of services in reports"),
    )
    month = models.DateField(_("month"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    formulas = models.CharField(_("version of the formulas"), max_length=20)
    figures = models.JSONField(_("figures"), default=dict)
    digest = models.CharField(_("SHA-256"), max_length=64)
    reason = models.CharField(_("why a new revision"), max_length=200, blank=True)
    differences = models.JSONField(_("what differs from the revision before"), default=list)
    made_at = models.DateTimeField(_("frozen"), default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = MonthlyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        ordering = ["-month", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "month", "revision"], condition=Q(service__isnull=False), name="report_once_of_service"
            ),
            models.UniqueConstraint(
                fields=["county", "month", "revision"],
                condition=Q(service__isnull=True, group__isnull=True),
                name="report_once_of_county",
            ),
            models.UniqueConstraint(
                fields=["group", "month", "revision"], condition=Q(group__isnull=False), name="report_once_of_group"
            ),
            models.CheckConstraint(condition=Q(service__isnull=True) | Q(group__isnull=True), name="report_of_one_scope"),
            models.CheckConstraint(condition=Q(month__day=1), name="report_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(revision=1, reason="") | (Q(revision__gt=1) & ~Q(reason="")), name="report_revision_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.revision}"

    @property
    def values(self) -> dict[str, Any]:
        """The figures by metric."""
        return dict(self.figures)
