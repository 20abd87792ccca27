"""Appointments that a responder has booked for an identified resident: a record of unit, time and kind, and a remote one's link."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chat.choices import AppointmentKind
from chat.models.conversations import Conversation, OfConversation


class Appointment(models.Model):
    """The time itself stands in the county's booking system; here is what the resident was told of it (S002-37, S004-21)."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="appointments")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.UUIDField(help_text="Made with the form: booking twice with it books once.")
    kind = models.CharField(max_length=6, choices=AppointmentKind.choices)
    unit = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    link = models.URLField(max_length=500, blank=True, help_text="Of a remote one only; goes with the words.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    objects = OfConversation.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "token"], name="appointment_booked_once"),
            models.CheckConstraint(condition=Q(link="") | Q(kind="remote"), name="appointment_link_of_remote_only"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.at:%Y-%m-%d}"


__all__ = ["Appointment"]
