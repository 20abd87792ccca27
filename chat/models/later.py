"""Reaching a resident later: a call request that was left to a unit, or a follow-up that was agreed in a conversation."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from chat.choices import DayPart, LaterChannel, LaterKind, LaterResult, TryResult
from chat.models.conversations import Conversation, OfConversation

MOST_TRIES = 3
"""After so many attempts in vain she counts as not reached (M33: the agreed tries)."""


class LaterContact(models.Model):
    """The promise of a conversation that is no chat: by when and by what she is reached, and what came of it (S001-6, S002-38).

    Her number or address stands apart, in the conversation's contact detail, and goes two weeks after it is done.
    """

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="later_contact")
    kind = models.CharField(max_length=12, choices=LaterKind.choices)
    channel = models.CharField(max_length=5, choices=LaterChannel.choices, default=LaterChannel.PHONE)
    due_on = models.DateField(help_text="The agreed day; without one, the third working day (M33).")
    day_part = models.CharField(max_length=9, choices=DayPart.choices, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", help_text="Empty: the resident herself."
    )
    reminded_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=11, choices=LaterResult.choices, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = OfConversation.as_manager()

    class Meta:
        verbose_name = _("later contact")
        verbose_name_plural = _("later contacts")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(result="") & Q(done_at__isnull=True)) | (~Q(result="") & Q(done_at__isnull=False)),
                name="later_contact_done_has_result",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="later_contact_due")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.due_on}"

    @property
    def is_open(self) -> bool:
        """She has not been reached, nor given up, nor has she cancelled it."""
        return self.done_at is None


class ContactTryQuerySet(models.QuerySet["ContactTry"]):
    """Questions about attempts to reach."""

    def readable_by(self, actor: Actor) -> ContactTryQuerySet:
        """Attempts of the conversations that the actor may read."""
        return self.filter(later__conversation__in=Conversation.objects.readable_by(actor))


class ContactTry(models.Model):
    """One attempt to reach her, and its result. `token`: pressing twice is one attempt."""

    later = models.ForeignKey(LaterContact, on_delete=models.CASCADE, related_name="tries")
    token = models.UUIDField(default=uuid.uuid4)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    result = models.CharField(max_length=9, choices=TryResult.choices)

    objects = ContactTryQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt to reach")
        verbose_name_plural = _("attempts to reach")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["later", "token"], name="contact_try_once")]

    def __str__(self) -> str:
        return f"{self.later_id} {self.result}"


__all__ = ["MOST_TRIES", "ContactTry", "LaterContact"]
