"""What services cost: of one service, or shared by several (M31)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from services.choices import CostKind
from services.models.base import ScopedQuerySet, Versioned, scoped
from services.models.county import County
from services.models.service import Service


def _rules(name: str) -> list[models.BaseConstraint]:
    """A cost is of a month, named by its first day, and is no income. `name` begins the names of the rules in the database."""
    return [
        models.CheckConstraint(
            condition=Q(month__day=1),
            name=f"{name}_month_is_a_first_day",
            violation_error_code="month",
            violation_error_message=_("Give the month as its first day."),
        ),
        models.CheckConstraint(
            condition=Q(euros__gte=0),
            name=f"{name}_not_negative",
            violation_error_code="negative",
            violation_error_message=_("A cost cannot be negative."),
        ),
    ]


class Cost(Versioned):
    """What every cost tells: of which month, of what kind, how much, and from where it is known."""

    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    kind = models.CharField(_("kind"), max_length=10, choices=CostKind.choices)
    euros = models.DecimalField(_("euros"), max_digits=12, decimal_places=2)
    source = models.CharField(_("source"), max_length=160)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        abstract = True
        ordering = ["-month", "kind"]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y} {self.euros} €"


class CostRow(Cost):
    """A cost of a service in a month (M31)."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="costs", verbose_name=_("service"))

    objects = scoped("service__county__code").as_manager()

    class Meta(Cost.Meta):
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        constraints = _rules("cost")


class SharedCost(Cost):
    """A cost of a month that several services of a county share: the county says whether it is split among them (M31)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="shared_costs", verbose_name=_("county"))
    services = models.ManyToManyField(
        Service,
        blank=True,
        related_name="shared_costs",
        verbose_name=_("services"),
        help_text=_("Those that share the cost. None chosen: all services of the county."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta(Cost.Meta):
        verbose_name = _("shared cost")
        verbose_name_plural = _("shared costs")
        constraints = _rules("shared_cost")
