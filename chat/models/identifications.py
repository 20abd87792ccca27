"""Strong identification in the middle of a conversation, or at its start."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.choices import Behalf, IdentificationState, IdentityPurpose
from chat.models.conversations import Conversation, OfConversation

ANSWERED_WITHIN = timedelta(minutes=30)
OPEN_STATES = (IdentificationState.ASKED, IdentificationState.OPENED)
UNFINISHED_STATES = (*OPEN_STATES, IdentificationState.FAILED)


class IdentityRequestQuerySet(OfConversation):
    """Questions about requests to identify."""

    def unfinished(self) -> IdentityRequestQuerySet:
        """Those that the resident may still answer: asked, at the provider, or failed with time left to try again."""
        return self.filter(Q(state__in=OPEN_STATES) | Q(state=IdentificationState.FAILED, due_at__isnull=False))

    def due(self, now: datetime) -> IdentityRequestQuerySet:
        """Those whose time to answer is over."""
        return self.filter(due_at__lte=now, state__in=UNFINISHED_STATES)


class IdentityRequest(models.Model):
    """One request to identify: who asked and why, what the resident did, and what the provider proved.

    The person is a keyed hash of the provider's issuer and subject; her name is kept here for the responder only, and
    goes with the conversation's words. A failed one may be tried again until `due_at`. State, nonce and verifier of the
    round trip are blank once it has ended.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="identity_requests")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    purpose = models.CharField(max_length=16, choices=IdentityPurpose.choices, default=IdentityPurpose.OWN_MATTER)
    state = models.CharField(max_length=8, choices=IdentificationState.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)
    consented_at = models.DateTimeField(null=True, help_text="When she was told what is stored, and said yes.")
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=12, blank=True, help_text="Why it failed: a code.")
    behalf = models.CharField(max_length=8, choices=Behalf.choices, default=Behalf.SELF)

    # The round trip to the provider.
    provider = models.CharField(max_length=40, blank=True)
    state_hash = models.CharField(max_length=64, blank=True, db_index=True, help_text="Hash of the one-time state sent along.")
    nonce = models.CharField(max_length=64, blank=True)
    verifier = models.CharField(max_length=128, blank=True)

    # What was proved.
    method = models.CharField(max_length=80, blank=True)
    assurance = models.CharField(max_length=120, blank=True)
    person = models.CharField(max_length=64, blank=True, help_text="Keyed hash of issuer and subject.")
    name = models.CharField(max_length=120, blank=True)
    behalf_person = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the one for whom she acts.")
    behalf_name = models.CharField(max_length=120, blank=True, help_text="A child's is as told, not proved.")

    objects = IdentityRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("identification")
        verbose_name_plural = _("identifications")
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(state__in=["asked", "opened"]), name="identity_one_open"),
            models.CheckConstraint(condition=Q(state__in=IdentificationState.values), name="identity_state_known"),
            models.CheckConstraint(
                condition=~Q(state="verified") | (~Q(person="") & Q(ended_at__isnull=False)), name="identity_verified_has_person"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="identity_due")]

    def __str__(self) -> str:
        return str(self.public_id)
