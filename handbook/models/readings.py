"""Who has read which version: the mark “luettu” belongs to a version."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from handbook.models.chapters import ChapterVersion
from services.models.base import ScopedQuerySet


class ReadingQuerySet(ScopedQuerySet):
    """Whose marks may be seen."""

    county_path = "version__chapter__county__code"

    def readable_by(self, actor: Actor) -> Self:
        """Her own; and those of the county for its supervisors and main users, who look after what is read."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        grants = Grant.objects.valid().filter(user_id=actor.user_id, county=OuterRef(self.county_path))
        looks_after = Exists(grants.filter(role__in=[Role.SUPERVISOR, Role.MAIN_USER]))
        return self.filter(Q(Exists(grants), user_id=actor.user_id) | Q(looks_after))


class Reading(models.Model):
    """A person's “luettu” on one version."""

    version = models.ForeignKey(ChapterVersion, on_delete=models.CASCADE, related_name="readings", verbose_name=_("version"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark of having read")
        verbose_name_plural = _("marks of having read")
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="reading_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.version_id}"
