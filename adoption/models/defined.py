"""What of the live system came from the definition of a rollout, and from which point (S000-40)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from adoption.models.rollouts import Rollout, rollout_rows
from services.models import Queue, ResponderGroup, Schedule, Service, Target

PLACES = ("service", "queue", "schedule", "group", "target")


class DefinedRow(models.Model):
    """A row of the live system that stands for a row of the definition; once it is deleted there, this names nothing."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="defined_rows")
    point = models.CharField(_("point of the definition"), max_length=20)
    kind = models.CharField(max_length=8, choices=[(name, name) for name in PLACES])
    slot = models.CharField(max_length=32, blank=True, help_text="The row of the definition; empty for the service itself.")
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, null=True, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.SET_NULL, null=True, related_name="+")
    schedule = models.ForeignKey(Schedule, on_delete=models.SET_NULL, null=True, related_name="+")
    group = models.ForeignKey(ResponderGroup, on_delete=models.SET_NULL, null=True, related_name="+")
    target = models.ForeignKey(Target, on_delete=models.SET_NULL, null=True, related_name="+")
    was_there = models.BooleanField(default=False, help_text="It was found in the service, not made from the definition.")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = rollout_rows().as_manager()

    class Meta:
        verbose_name = _("row made from the definition")
        verbose_name_plural = _("rows made from the definition")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "kind", "slot"], name="defined_row_once"),
            models.CheckConstraint(
                condition=~Q(kind="service") | Q(slot=""),
                name="defined_row_service_has_no_slot",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point}: {self.kind} {self.slot}".strip()
