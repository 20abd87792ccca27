"""Figures from elsewhere: phone, e-mail, visits and the like. A correction is a new revision; the old ones stay (S001-9)."""

from __future__ import annotations

from fractions import Fraction
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.choices import ExternalKind
from reports.models.scoping import OfScopeQuerySet
from services.models import County, Service


class ExternalFigureQuerySet(OfScopeQuerySet):
    """Questions about figures from elsewhere."""

    def last_revisions(self) -> Self:
        """The last revision of each cell: the same place, month and kind."""
        cell = {"month": OuterRef("month"), "kind": OuterRef("kind"), "revision__gt": OuterRef("revision")}
        of_service = ExternalFigure.objects.filter(service=OuterRef("service"), **cell)
        of_county = ExternalFigure.objects.filter(service__isnull=True, county=OuterRef("county"), **cell)
        return self.filter((Q(service__isnull=True) & ~Exists(of_county)) | (Q(service__isnull=False) & ~Exists(of_service)))

    def in_force(self) -> Self:
        """The last revisions that have a value: one without was taken away."""
        return self.last_revisions().filter(value__isnull=False)


class ExternalFigure(models.Model):
    """One number of a month, of a service or of the county as a whole, with its source and who entered it."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="external_figures", verbose_name=_("county"))
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, related_name="external_figures", verbose_name=_("service")
    )
    month = models.DateField(_("month"))
    kind = models.CharField(_("figure"), max_length=20, choices=ExternalKind.choices)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=3, null=True)
    source = models.CharField(_("source"), max_length=160)
    words = models.CharField(_("explanation"), max_length=300, blank=True)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    entered_at = models.DateTimeField(_("entered"), default=timezone.now)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ExternalFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure from elsewhere")
        verbose_name_plural = _("figures from elsewhere")
        ordering = ["-month", "kind", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "month", "kind", "revision"],
                condition=Q(service__isnull=False),
                name="external_once_of_service",
            ),
            models.UniqueConstraint(
                fields=["county", "month", "kind", "revision"],
                condition=Q(service__isnull=True),
                name="external_once_of_county",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="external_month_is_a_first_day"),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=0), name="external_not_below_zero"),
            models.CheckConstraint(condition=~Q(source=""), name="external_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.kind}"

    @property
    def exact(self) -> Fraction:
        """The value of a figure in force."""
        return Fraction(self.value or 0)

    @property
    def is_by_file(self) -> bool:
        """It came in a file, not by hand."""
        return bool(self.digest)
