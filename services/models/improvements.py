"""What should be better: ideas from feedback, figures and people (S001-24, S002-27)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff
from accounts.choices import Role
from accounts.models import Grant
from services.models.base import ScopedQuerySet, Versioned, supervised_by
from services.models.county import County
from services.models.service import Service

# An idea that nobody moves in this time has been forgotten: it is told (the model's signal `development_loop_alive`).
MOVED_WITHIN = timedelta(days=180)


class ImprovementQuerySet(ScopedQuerySet):
    """Questions about improvements."""

    def editable_by(self, actor: Actor) -> ImprovementQuerySet:
        """Those of the main user's county; a supervisor's and a coordinator's are those of her services."""
        mine = supervised_by(actor) | _coordinated_by(actor)
        return self.filter(pk__in=super().editable_by(actor).values("pk")) | self.filter(mine)

    def unfinished(self) -> ImprovementQuerySet:
        """Those on which somebody should still do something."""
        return self.filter(state__in=[Improvement.State.OPEN, Improvement.State.DOING])

    def for_service(self, service: Service | None) -> ImprovementQuerySet:
        """Those of the service, and those that concern the whole county."""
        return self.filter(models.Q(service=service) | models.Q(service__isnull=True))

    def stalled(self, now: datetime) -> ImprovementQuerySet:
        """Unfinished ones whose state has not moved in 180 days."""
        return self.unfinished().filter(moved_at__lt=now - MOVED_WITHIN)


def _coordinated_by(actor: Actor) -> models.Q:
    if not isinstance(actor, Staff):
        return models.Q(pk__in=[])
    grants = Grant.objects.valid().filter(user_id=actor.user_id, role=Role.COORDINATOR, county=models.OuterRef("county__code"))
    of_service = models.Q(service_id__isnull=True) | models.Q(service_id=models.OuterRef("service__public_id"))
    return models.Q(models.Exists(grants.filter(of_service)))


class Improvement(Versioned):
    """A thing to improve, with its owner and what came of it."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("Open")
        DOING = "doing", _("Being done")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="improvements", verbose_name=_("county"))
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="improvements", verbose_name=_("service")
    )
    title = models.CharField(_("what should be better"), max_length=160)
    description = models.TextField(_("description"), blank=True)
    source = models.CharField(_("where it came from"), max_length=160, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    moved_at = models.DateTimeField(_("state last changed"), default=timezone.now, editable=False)
    due_on = models.DateField(_("due date"), null=True, blank=True)
    closing_note = models.TextField(_("what came of it"), blank=True)

    objects = ImprovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("improvement")
        verbose_name_plural = _("improvements")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Whoever closes it writes what came of it: those who asked for it and voted want to know."""
        super().clean()
        if self.state in (self.State.DONE, self.State.DROPPED) and not self.closing_note.strip():
            raise ValidationError({"closing_note": ValidationError(_("Write what came of it."), code="closing_note")})

    def is_stalled(self, now: datetime) -> bool:
        """Nobody has moved it in 180 days, and it is not finished."""
        return self.state in (self.State.OPEN, self.State.DOING) and self.moved_at < now - MOVED_WITHIN
