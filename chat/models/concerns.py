"""The concern of a flagged conversation and the steps that have been gone through: marks, never words (domain 5.8, P-9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from chat.choices import CONCERN_KINDS, CONCERNS, ConcernEnd, ConcernNotice, WithdrawalReason
from chat.models.conversations import Conversation, OfConversation


class ConcernQuerySet(OfConversation):
    """Questions about concerns."""

    def open(self) -> Self:
        """Those whose checklist has not been gone through, the longest first."""
        return self.filter(closed_at__isnull=True).order_by("opened_at", "pk")

    def counted(self) -> Self:
        """Those that figures count: none of practice and tests."""
        return self.filter(conversation__is_test=False)

    def supervised_by(self, actor: Actor) -> Self:
        """Those of the services that the person supervises."""
        return self.filter(conversation__in=Conversation.objects.supervised_by(actor))

    def tally(self) -> Sequence[tuple[str, str, str, int]]:
        """How many of each: (kind, how it was closed, what came of the notice, how many). One query, and no words."""
        rows = self.order_by("kind", "closing", "notice").values_list("kind", "closing", "notice")
        return list(rows.annotate(n=Count("pk")))


class Concern(models.Model):
    """A concern for somebody that came up in a conversation. The portal keeps its kind, when, who, and that a notice was made."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="concerns")
    kind = models.CharField(max_length=9, choices=CONCERN_KINDS)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    notice = models.CharField(max_length=9, choices=ConcernNotice.choices, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    closing = models.CharField(max_length=9, choices=ConcernEnd.choices, blank=True)
    reason = models.CharField(max_length=10, choices=WithdrawalReason.choices, blank=True)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")
        ordering = ["opened_at"]
        indexes = [models.Index(fields=["opened_at"], condition=Q(closed_at__isnull=True), name="concern_open")]
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(closed_at__isnull=True), name="concern_one_open"),
            models.CheckConstraint(condition=Q(kind__in=CONCERNS), name="concern_kind_is_a_concern"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closing="") | Q(closed_at__isnull=False) & ~Q(closing=""),
                name="concern_closed_somehow",
            ),
            models.CheckConstraint(condition=~Q(closing=ConcernEnd.DONE) | ~Q(notice=""), name="concern_done_tells_of_the_notice"),
            models.CheckConstraint(
                condition=Q(closing=ConcernEnd.WITHDRAWN) & ~Q(reason="") | ~Q(closing=ConcernEnd.WITHDRAWN) & Q(reason=""),
                name="concern_withdrawn_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.opened_at:%Y-%m-%d}"


class ConcernStepQuerySet(models.QuerySet["ConcernStep"]):
    """Questions about steps."""

    def readable_by(self, actor: Actor) -> Self:
        """Those of the conversations that the actor may read."""
        return self.filter(concern__in=Concern.objects.readable_by(actor))


class ConcernStep(models.Model):
    """One step of the checklist that somebody has gone through."""

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="steps")
    key = models.SlugField(max_length=20)
    done_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ConcernStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a concern")
        verbose_name_plural = _("steps of a concern")
        ordering = ["done_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["concern", "key"], name="concern_step_once")]

    def __str__(self) -> str:
        return self.key
