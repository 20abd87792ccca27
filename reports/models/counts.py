"""What was handled beside the chats on a day, by the counter of a service (M20, M21; S001-9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.choices import CountKind
from reports.models.scoping import OfScopeQuerySet
from services.models import County, Service


class DayCountQuerySet(OfScopeQuerySet):
    """Questions about what was counted."""

    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(undone_at__isnull=True)

    def totals(self, *, service: Service, days: Iterable[date]) -> dict[tuple[date, str], int]:
        """The number of each day and kind of which something was counted."""
        rows = self.standing().filter(service=service, day__in=list(days)).order_by()
        return {(day, kind): n for day, kind, n in rows.values_list("day", "kind").annotate(n=Sum("change"))}


class DayCount(models.Model):
    """One press or one written number: by how much the number of a day changed. The number of the day is their sum."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="day_counts", verbose_name=_("county"))
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="day_counts", verbose_name=_("service"))
    day = models.DateField(_("day"))
    kind = models.CharField(_("figure"), max_length=10, choices=CountKind.choices)
    change = models.IntegerField(_("change"))
    token = models.UUIDField(editable=False)
    """Of the form that was sent: sent twice, it counts once."""
    entered_at = models.DateTimeField(_("entered"), default=timezone.now)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, editable=False)

    objects = DayCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("number of a day")
        verbose_name_plural = _("numbers of days")
        ordering = ["-day", "kind", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["service", "token"], name="day_count_once"),
            models.CheckConstraint(condition=Q(kind__in=CountKind.values), name="day_count_kind_known"),
        ]
        indexes = [models.Index(fields=["service", "day", "kind"], name="day_count_of_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.change:+d}"
