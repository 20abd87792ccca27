"""A person's calendar feed: a key of its own, so that it can be revoked without touching her account."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System


class CalendarKeyQuerySet(models.QuerySet["CalendarKey"]):
    """A key is its person's own."""

    def readable_by(self, actor: Actor) -> CalendarKeyQuerySet:
        """The actor's own key, and no other."""
        if isinstance(actor, System):
            return self.all()
        return self.filter(user_id=actor.user_id) if isinstance(actor, Staff) else self.none()


class CalendarKey(models.Model):
    """What the signed address of a person's calendar names; without the row the address opens nothing."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = CalendarKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("key of a calendar")
        verbose_name_plural = _("keys of calendars")

    def __str__(self) -> str:
        return f"{self.user_id}"
