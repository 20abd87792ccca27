"""The work around a rollout: meetings with participants, and what was told to whom (S000-23, S000-46, S001-36, S001-38)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from adoption.choices import CommunicationKind, MeetingKind, MemberRole, ReachedAudience
from adoption.models.rollouts import Rollout, team_rows
from services.models import Improvement
from services.models.base import Versioned, scoped


class Meeting(Versioned):
    """A workshop or meeting, with who was there and what came of it."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="meetings", verbose_name=_("rollout"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=MeetingKind.choices, default=MeetingKind.WORKSHOP)
    title = models.CharField(_("title"), max_length=160)
    on = models.DateField(_("date"))
    starts = models.TimeField(_("starts at"), null=True, blank=True)
    place = models.CharField(_("place or link"), max_length=200, blank=True)
    agenda = models.TextField(_("agenda"), blank=True)
    outcome = models.TextField(_("what came of it"), blank=True)
    phase = models.CharField(_("phase"), max_length=50, blank=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    written_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When the outcome was written.")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")

    objects = team_rows().as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_past(self) -> bool:
        """Its day is gone or it is today."""
        return self.on <= timezone.localdate()


class Participant(models.Model):
    """Somebody who was there: a person of the county, or a name from outside."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("name, if she has no account"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=MemberRole.choices)

    objects = team_rows("meeting__rollout").as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | ~models.Q(name=""),
                name="participant_is_somebody",
                violation_error_message=_("Choose a person or write a name."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user_id else self.name


class CommunicationAction(Versioned):
    """Something that was told about the service: what, where, to whom, when."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="communication", verbose_name=_("rollout"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    on = models.DateField(_("date"), default=timezone.localdate)
    audience = models.CharField(_("to whom"), max_length=16, choices=ReachedAudience.choices)
    kind = models.CharField(_("kind"), max_length=8, choices=CommunicationKind.choices, default=CommunicationKind.OWN)
    what = models.CharField(_("what"), max_length=200)
    medium = models.CharField(_("where"), max_length=120, help_text=_("For example the local paper, the intranet, a poster."))
    link = models.URLField(_("link"), max_length=500, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")

    objects = team_rows().as_manager()

    class Meta:
        verbose_name = _("communication action")
        verbose_name_plural = _("communication log")
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return self.what


class ImprovementVote(models.Model):
    """Somebody wants an improvement: one vote each (S001-73)."""

    improvement = models.ForeignKey(Improvement, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(default=timezone.now)

    objects = scoped("improvement__county__code").as_manager()

    class Meta:
        verbose_name = _("vote for an improvement")
        verbose_name_plural = _("votes for improvements")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["improvement", "user"], name="improvement_vote_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.improvement}"
