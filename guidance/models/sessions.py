"""How residents walk the paths: sessions without a person, their answers as keys, and what they say of it (M22).

A session is known by a random id that travels in the address, never by a cookie. It holds no words of the resident; her words of
feedback stand in a column of their own, without identity codes.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Resident
from chat.choices import State
from chat.models import Conversation
from guidance.choices import ENTRY_LIMIT, Helped
from guidance.models.paths import PathScopedQuerySet, PathVersion
from services.models import County


class SessionQuerySet(PathScopedQuerySet):
    """Questions about sessions."""

    def readable_by(self, actor: Actor) -> Self:
        """Those who write the county's paths read how they are walked; a resident her own, by its id."""
        if isinstance(actor, Resident):
            return self.filter(public_id=actor.key)
        return self.editable_by(actor)

    def silenced(self) -> Self:
        """Those whose person is talking with a human now: the guide is silent for them."""
        return self.filter(conversation__state=State.ACTIVE)


class PathSession(models.Model):
    """One walk, perhaps through several paths: where it is, what it reached, and the conversation that it became."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey(PathVersion, on_delete=models.PROTECT, related_name="sessions_begun")
    version = models.ForeignKey(PathVersion, on_delete=models.PROTECT, related_name="sessions")
    node = models.CharField(max_length=64, help_text="Where she is now: the node that her last answer led to.")
    outcome = models.CharField(max_length=20, blank=True, help_text="The kind of the last outcome that she reached (M22).")
    outcome_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=2, default="fi")
    entry = models.CharField(max_length=ENTRY_LIMIT, blank=True, help_text="From which page she came, for example service:neuvola.")
    began_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="path_sessions")
    handed_over_at = models.DateTimeField(null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("walk of a path")
        verbose_name_plural = _("walks of paths")
        indexes = [models.Index(fields=["county", "began_at"], name="path_session_month")]
        constraints = [
            models.CheckConstraint(
                condition=Q(conversation__isnull=True) | Q(handed_over_at__isnull=False), name="path_session_handed_over_when"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class OfSession(PathScopedQuerySet):
    """Rows of sessions, read by those who write the county's paths."""

    county_path = "version__path__county__code"

    def readable_by(self, actor: Actor) -> Self:
        """Those who write the county's paths."""
        return self.editable_by(actor)


class PathStep(models.Model):
    """One answer: by keys only, which never change when a label is edited."""

    session = models.ForeignKey(PathSession, on_delete=models.CASCADE, related_name="steps")
    version = models.ForeignKey(PathVersion, on_delete=models.PROTECT, related_name="steps")
    node = models.CharField(max_length=64)
    answer = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OfSession.as_manager()

    class Meta:
        ordering = ["session", "pk"]
        indexes = [models.Index(fields=["version", "node"], name="path_step_of_node")]

    def __str__(self) -> str:
        return f"{self.node}: {self.answer}"


class PathFeedback(models.Model):
    """“Oliko tästä apua?” at an outcome, or words of any step; stored by version (S003-27)."""

    session = models.ForeignKey(PathSession, on_delete=models.SET_NULL, null=True, related_name="feedback")
    version = models.ForeignKey(PathVersion, on_delete=models.PROTECT, related_name="feedback")
    node = models.CharField(max_length=64)
    helped = models.CharField(max_length=6, choices=Helped.choices, blank=True)
    words = models.TextField(blank=True)
    language = models.CharField(max_length=2, default="fi")
    token = models.UUIDField(unique=True, help_text="Made with the form: sending twice is once, and it can be completed.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = OfSession.as_manager()

    class Meta:
        verbose_name = _("feedback of a path")
        verbose_name_plural = _("feedback of paths")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(helped__in=["", *Helped.values]), name="path_feedback_helped_known"),
            models.CheckConstraint(condition=~Q(helped="") | ~Q(words=""), name="path_feedback_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.node}"


__all__ = ["PathFeedback", "PathSession", "PathStep"]
