"""Moving a conversation to another queue or person."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.choices import Crossing, TransferReason, TransferState
from chat.models.conversations import Conversation, OfConversation
from chat.models.legs import Leg
from services.models import Queue

TAKEN_WITHIN = timedelta(minutes=5)
ANSWERED_WITHIN = timedelta(minutes=10)
"""How long the resident has for her yes or no: reading slowly is no refusal."""
OPEN_STATES = (TransferState.ASKED, TransferState.OFFERED)


class TransferQuerySet(OfConversation):
    """Questions about transfers."""

    def matrix(self, *, county: str, since: datetime, until: datetime) -> TransferQuerySet:
        """How many went, or were meant to go, from where to where, why and with what end, test data excluded (M13): one query.

        Rows of keys: from_service, from_queue_key, to_service, to_queue_key, reason, state and n; by the instant at which it began.
        """
        rows: TransferQuerySet = self.filter(
            conversation__county__code=county, conversation__is_test=False, asked_at__gte=since, asked_at__lt=until
        )
        counted: TransferQuerySet = (
            rows.order_by()
            .values(
                "reason",
                "state",
                from_service=F("from_queue__service__key"),
                from_queue_key=F("from_queue__key"),
                to_service=F("to_queue__service__key"),
                to_queue_key=F("to_queue__key"),
            )
            .annotate(n=Count("pk"))
            .order_by("from_service", "from_queue_key", "to_service", "to_queue_key", "reason", "state")
        )
        return counted


class Transfer(models.Model):
    """One try to move a conversation: asked of the resident when it leaves the service, offered, and what came of it (M13).

    Words stand in the log only: the note for the colleague in a staff event, the message to the resident in a message.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="transfers")
    from_leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="transfers_out")
    to_leg = models.ForeignKey(Leg, on_delete=models.SET_NULL, null=True, related_name="transfers_in")
    from_queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    to_queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    to_person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=12, choices=TransferReason.choices)
    crossing = models.CharField(max_length=8, choices=Crossing.choices, blank=True)
    state = models.CharField(max_length=9, choices=TransferState.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    consented_at = models.DateTimeField(null=True)
    offered_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True, help_text="A place in the line of this next opening, instead of a person now.")
    due_at = models.DateTimeField(null=True, help_text="When it goes back to the sender if nobody has taken it.")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(state__in=["asked", "offered"]), name="transfer_one_open"),
            models.CheckConstraint(condition=Q(state__in=TransferState.values), name="transfer_state_known"),
            models.CheckConstraint(
                condition=(Q(state__in=["asked", "offered"]) & Q(ended_at__isnull=True))
                | (~Q(state__in=["asked", "offered"]) & Q(ended_at__isnull=False)),
                name="transfer_end_stamped",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["offered", "accepted", "declined", "expired"])
                | Q(offered_at__isnull=False, to_leg__isnull=False),
                name="transfer_offer_has_leg",
            ),
            models.CheckConstraint(
                condition=Q(crossing="") | Q(offered_at__isnull=True) | Q(consented_at__isnull=False),
                name="transfer_leaves_with_consent",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="transfer_due")]

    def __str__(self) -> str:
        return str(self.public_id)
