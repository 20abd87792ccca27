"""Practice conversations with a simulated resident, and how each responder likes her console."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff
from accounts.choices import Role
from accounts.models import Grant, GrantQuerySet
from chat.models.conversations import Conversation, OfConversation


def responders_of(actor: Actor, *, county: str) -> GrantQuerySet:
    """The responders' grants that a supervisor's own in the county reach: of her service, or of all when hers is the county's."""
    hers = Grant.objects.held_by(actor, [Role.SUPERVISOR]).filter(county=county)
    scope = Q(Exists(hers.filter(service_id__isnull=True))) | Q(service_id__in=hers.values("service_id"))
    scope |= Q(Exists(hers), service_id__isnull=True)
    return Grant.objects.valid().filter(scope, role=Role.RESPONDER, county=county)


class PracticeRunQuerySet(OfConversation):
    """Questions about practice."""

    def running(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def own(self, actor: Staff) -> Self:
        """Those of the person herself."""
        return self.filter(user_id=actor.user_id)

    def done(self) -> Self:
        """Those that were answered and have ended: one that nobody took is no practice."""
        return self.filter(ended_at__isnull=False, conversation__first_reply_at__isnull=False)

    def supervised_by(self, actor: Actor, *, county: str) -> Self:
        """Those of people who answer where a supervisor's grant of hers in the county reaches: that it was done, no words."""
        reached = responders_of(actor, county=county).values("user_id")
        return self.filter(user_id__in=reached, conversation__county__code=county)


class PracticeRun(models.Model):
    """One practice conversation: whose, by which script, how far it is, and when it was done. Never counted."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="practice")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practice_runs")
    script = models.CharField(max_length=40)
    step = models.PositiveSmallIntegerField(default=0, help_text="How many of the script's turns the simulated resident has taken.")
    started_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, help_text="When she writes next.")
    ended_at = models.DateTimeField(null=True)
    ticked = models.JSONField(default=list, help_text="Keys of what the responder says her own answer had.")
    ticked_at = models.DateTimeField(null=True, help_text="When she looked at her own answer.")

    objects = PracticeRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice conversation")
        verbose_name_plural = _("practice conversations")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="practice_due")]

    def __str__(self) -> str:
        return f"{self.script} {self.user_id}"


class ConsoleSettings(models.Model):
    """A responder's own console: keys, sound, one conversation at a time or several side by side."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="console_settings")
    keys_on = models.BooleanField(default=True)
    keys = models.JSONField(default=dict, help_text="Command to key, where she has changed it.")
    sound = models.BooleanField(default=True)
    columns = models.PositiveSmallIntegerField(default=1, help_text="How many conversations stand side by side on a wide screen.")

    class Meta:
        verbose_name = _("console settings")
        verbose_name_plural = _("console settings")
        constraints = [models.CheckConstraint(condition=Q(columns__range=(1, 4)), name="console_one_to_four_columns")]

    def __str__(self) -> str:
        return f"{self.user_id}"
