"""Verdicts on gates (S000-29, S000-35), with the conditions that they set."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import StoredFile
from adoption.choices import MemberRole, Verdict
from adoption.models.rollouts import Rollout, rollout_rows
from adoption.models.template import ModelGate


class GateVerdict(models.Model):
    """A record of what was decided at a gate; append-only, the newest one stands."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="verdicts")
    gate = models.ForeignKey(ModelGate, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("in the role"), max_length=20, choices=MemberRole.choices)
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("grounds"), blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the checklist as it stood.")
    checklist = models.JSONField(default=dict, help_text="The checklist as it stood: states and dates by item.")
    unmet = models.JSONField(default=list, help_text="What was unfinished when a soft gate was passed.")

    objects = rollout_rows().as_manager()

    class Meta:
        verbose_name = _("verdict on a gate")
        verbose_name_plural = _("verdicts on gates")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.gate.key}: {self.get_verdict_display()}"


class VerdictCondition(models.Model):
    """A condition of a verdict, with its due date."""

    verdict = models.ForeignKey(GateVerdict, on_delete=models.CASCADE, related_name="conditions")
    text = models.CharField(_("condition"), max_length=300)
    due_on = models.DateField(_("due date"))
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = rollout_rows("verdict__rollout").as_manager()

    class Meta:
        verbose_name = _("condition of a verdict")
        verbose_name_plural = _("conditions of verdicts")
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text
