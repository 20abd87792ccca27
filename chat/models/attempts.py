"""Tries outside opening hours (M05): a row of its own, without a name or a word."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from chat.choices import EntryChannel, WentTo
from services.models import County, Service


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Questions about attempts."""

    def readable_by(self, actor: Actor) -> AttemptQuerySet:
        """Supervisors and managers of the county."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                grants = Grant.objects.valid().filter(user_id=user_id, role__in=[Role.SUPERVISOR, Role.MANAGER, Role.MAIN_USER])
                return self.filter(county__code__in=grants.values("county"))
        return self.none()


class Attempt(models.Model):
    """Someone came when the service was closed. One browser session counts once per service and closed period."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="attempts")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    language = models.CharField(max_length=2)
    entry_channel = models.CharField(max_length=3, choices=EntryChannel.choices, default=EntryChannel.WEB)
    visit = models.CharField(max_length=64, help_text="Keyed hash of browser session, service and closed period.", unique=True)
    went_to = models.CharField(max_length=14, choices=WentTo.choices, blank=True)
    is_test = models.BooleanField(default=False)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt outside hours")
        verbose_name_plural = _("attempts outside hours")
        ordering = ["-at"]
        indexes = [models.Index(fields=["county", "at"])]

    def __str__(self) -> str:
        return f"{self.service_id} {self.at:%Y-%m-%d %H:%M}"
