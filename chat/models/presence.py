"""Presence as intervals: who was there, how, and from when to when (M26)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.choices import PresenceEnd, PresenceKind
from services.models import County
from services.models.base import ScopedQuerySet

LOST_AFTER = timedelta(minutes=2)
"""So long without a sign of a responder who had an open line: it is cut, or her machine is off (S002-43)."""
PLAIN_LOST_AFTER = timedelta(minutes=5)
"""So long without a sign of one who uses plain pages, without a script: she gives a sign only when she presses something, and an
answer may take longer than two minutes to write. Five minutes is what an offer of a transfer may wait too; a resident is not left
alone for longer."""


class PresenceQuerySet(ScopedQuerySet):
    """Questions about presence."""

    def running(self) -> PresenceQuerySet:
        """Intervals that have not ended: who is present now, in whatever way."""
        return self.filter(ends_at__isnull=True)

    def taking(self) -> PresenceQuerySet:
        """Those who take new conversations now."""
        return self.running().filter(kind=PresenceKind.AVAILABLE)


class Presence(models.Model):
    """A stretch of one way of being present. The next one ends it; so do signing out, closing time and silence.

    Off is no row: who has no running interval is off. Statistics count `available` as time in which she answers (M26); its
    `limit` is her own most at once. `finishing` takes no new conversations and ends by itself with the last of hers.
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presences")
    kind = models.CharField(max_length=9, choices=PresenceKind.choices)
    limit = models.PositiveSmallIntegerField(null=True, help_text="Her own most conversations at once; empty: the queues'.")
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=8, choices=PresenceEnd.choices, blank=True)
    back_at = models.DateTimeField(null=True, help_text="When a break is meant to end; told to those who wait.")
    cover = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now, help_text="Her last sign of life.")
    line_at = models.DateTimeField(null=True, help_text="Her last sign over an open line, which gives one by itself.")
    stays_until = models.DateTimeField(null=True, help_text="She has said that she stays this long after closing time.")
    warned_at = models.DateTimeField(null=True, help_text="When she was told that the services close soon.")

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "county"], condition=Q(ends_at__isnull=True), name="presence_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="presence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=(Q(ends_at__isnull=True) & Q(ended_by="")) | (Q(ends_at__isnull=False) & ~Q(ended_by="")),
                name="presence_end_has_cause",
            ),
            models.CheckConstraint(condition=Q(kind__in=PresenceKind.values), name="presence_kind_known"),
        ]
        indexes = [models.Index(fields=["county", "starts_at"], name="presence_month")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"

    def is_lost(self, *, now: datetime) -> bool:
        """No sign of life of the responder: for two minutes when she had an open line, for five when she uses plain pages."""
        had_line = self.line_at is not None and self.seen_at - self.line_at <= LOST_AFTER
        return now - self.seen_at > (LOST_AFTER if had_line else PLAIN_LOST_AFTER)
