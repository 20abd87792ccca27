"""The quality sample of a month: random conversations gone through with a check list (M35, S004-35)."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import CONSOLE_ROLES
from accounts.models import Grant
from chat.models import Conversation
from reports.choices import REVIEWERS
from reports.models.scoping import OfScopeQuerySet, reached_by
from services.models import County, Service
from services.models.base import Versioned


class QualitySample(models.Model):
    """Which conversations of a service's month were drawn, by whom, when and by which seed: the same seed draws the same ones."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+", verbose_name=_("county"))
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="quality_samples", verbose_name=_("service"))
    month = models.DateField(_("month"))
    seed = models.CharField(_("seed of the draw"), max_length=32)
    population = models.PositiveIntegerField(_("conversations to draw from"))
    drawn_at = models.DateTimeField(_("drawn"))
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = OfScopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("quality sample")
        verbose_name_plural = _("quality samples")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["service", "month"], name="quality_sample_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="quality_sample_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class QualityCheckQuerySet(models.QuerySet[Any]):
    """Questions about the conversations of a sample."""

    def readable_by(self, actor: Actor) -> Self:
        """Those of the services that she supervises or manages, and what was remarked on her own conversations."""
        match actor:
            case System():
                return self.all()
            case Staff():
                samples = QualitySample.objects.filter(reached_by(actor, REVIEWERS))
                return self.filter(Q(sample__in=samples) | Q(pk__in=self.remarks_for(actor).values("pk")))
        return self.none()

    def remarks_for(self, actor: Actor) -> Self:
        """What was remarked on her own conversations, once it is done, while she works as one who answers in the county."""
        if not isinstance(actor, Staff):
            return self.none()
        grants = Grant.objects.held_by(actor, CONSOLE_ROLES).filter(county=OuterRef("sample__county__code"))
        return self.filter(Exists(grants), responder_id=actor.user_id, checked_at__isnull=False)

    def standing(self) -> Self:
        """Without those that were erased before anybody went through them: others were drawn in their place."""
        return self.filter(replaced=False)


class QualityCheck(Versioned):
    """One conversation of a sample, and what was found. It holds no words of the conversation, and outlives them."""

    sample = models.ForeignKey(QualitySample, on_delete=models.CASCADE, related_name="checks", verbose_name=_("quality sample"))
    number = models.PositiveSmallIntegerField(_("number"))
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+", verbose_name=_("conversation"))
    responder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", help_text="Who answered, at the draw."
    )
    replaced = models.BooleanField(default=False, help_text="Erased before it was gone through: another was drawn.")
    marks = models.JSONField(_("check list"), default=dict, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    checked_at = models.DateTimeField(_("gone through"), null=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = QualityCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation of a quality sample")
        verbose_name_plural = _("conversations of a quality sample")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="quality_check_number_once"),
            models.UniqueConstraint(fields=["sample", "conversation"], name="quality_check_conversation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sample} {self.number}"
