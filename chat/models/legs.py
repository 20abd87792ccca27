"""The visits of a conversation to queues: every waiting figure comes from them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from chat.choices import LegExit
from chat.models.conversations import Conversation
from services.models import Queue


class LegQuerySet(models.QuerySet["Leg"]):
    """Questions about legs."""

    def present_of(self, conversation: Conversation) -> Leg:
        """The leg in which the conversation is now, or ended: the newest one that is no offer still open nor one that came back."""
        legs = self.filter(conversation=conversation).exclude(exit=LegExit.RETURNED).order_by("-number")
        newest = list(legs[:2])
        # An offer's leg is never the first: of one leg alone nothing need be asked, and that is how nearly all are.
        return newest[0] if len(newest) == 1 else legs.exclude(Q(transfers_in__state="offered"))[0]


class Leg(models.Model):
    """One visit to one queue: a transfer opens a new leg and can't spoil the first wait."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="legs")
    number = models.PositiveSmallIntegerField(default=1)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="legs")
    responder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="legs")
    queued_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    exit = models.CharField(max_length=11, choices=LegExit.choices, blank=True)
    wait_seconds = models.FloatField(null=True)
    wrong_service = models.BooleanField(default=False)

    # What was promised at joining, beside the truth in `wait_seconds`.
    estimate_low_seconds = models.PositiveIntegerField(null=True)
    estimate_high_seconds = models.PositiveIntegerField(null=True)

    # The overflow ladder.
    offered_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    offers = models.PositiveSmallIntegerField(default=0, help_text="To how many people in turn it has been offered.")
    supervisor_told_at = models.DateTimeField(null=True)
    alternatives_at = models.DateTimeField(null=True, help_text="When other ways were offered to the resident.")

    objects = LegQuerySet.as_manager()

    class Meta:
        ordering = ["conversation", "number"]
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="leg_number_once")]
        indexes = [models.Index(fields=["queue", "accepted_at"], name="leg_recent_claims")]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.number}"
