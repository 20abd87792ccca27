"""What should be better: ideas from feedback, figures and people (S001-24, S002-27)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from services.models.base import ScopedQuerySet, Versioned, supervised_by
from services.models.county import County
from services.models.service import Service


class ImprovementQuerySet(ScopedQuerySet):
    """Questions about improvements."""

    def editable_by(self, actor: Actor) -> ImprovementQuerySet:
        """Those of the main user's county; a supervisor's are those of her services."""
        return self.filter(pk__in=super().editable_by(actor).values("pk")) | self.filter(supervised_by(actor))


class Improvement(Versioned):
    """A thing to improve, with its owner and what came of it."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("Open")
        DOING = "doing", _("Being done")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

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
    due_on = models.DateField(_("due date"), null=True, blank=True)
    closing_note = models.TextField(_("what came of it"), blank=True)

    objects = ImprovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("improvement")
        verbose_name_plural = _("improvements")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title
