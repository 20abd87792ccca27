"""What residents say of a contact afterwards."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.choices import Settled, WhyChat
from chat.models.conversations import Conversation, OfConversation

FEEDBACK_TIME = timedelta(days=7)


class Feedback(models.Model):
    """The answer to “how did it go”: asked after every contact, abandoned ones too (M14–M17); every question may be skipped."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="feedback")
    asked_at = models.DateTimeField(default=timezone.now, help_text="When the questions were first shown.")
    answered_at = models.DateTimeField(null=True, help_text="The last answer; the last one before freezing counts.")
    satisfaction = models.PositiveSmallIntegerField(null=True)
    recommend = models.PositiveSmallIntegerField(null=True)
    settled = models.CharField(max_length=6, choices=Settled.choices, blank=True)
    why_chat = models.CharField(max_length=10, choices=WhyChat.choices, blank=True)
    words = models.TextField(blank=True, help_text="Identity codes masked; erased with the conversation's words.")

    objects = OfConversation.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback answers")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)), name="feedback_satisfaction_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(recommend__isnull=True) | Q(recommend__range=(0, 10)), name="feedback_recommend_0_to_10"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False)
                | Q(satisfaction__isnull=True, recommend__isnull=True, settled="", why_chat="", words=""),
                name="feedback_answers_are_stamped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}"
