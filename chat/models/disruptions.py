"""What those who waited were told of a disruption."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.choices import ToldPhase
from chat.models.conversations import Conversation, OfConversation
from services.models import Disruption


class ToldDisruption(models.Model):
    """One who waited was told of a disruption: that it began, that its text changed, or that it is over (S001-31).

    The words that she read stand in the log's event; here is a digest of the text, so that the same is not told twice.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="told_disruptions")
    disruption = models.ForeignKey(Disruption, on_delete=models.PROTECT, related_name="told")
    phase = models.CharField(max_length=7, choices=ToldPhase.choices)
    version = models.PositiveIntegerField(help_text="The version of the notice that was told.")
    digest = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = OfConversation.as_manager()

    class Meta:
        verbose_name = _("told of a disruption")
        verbose_name_plural = _("told of disruptions")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "disruption", "phase", "version"], name="told_disruption_once"),
        ]
        indexes = [models.Index(fields=["disruption", "conversation"], name="told_disruption_report")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.phase}"
