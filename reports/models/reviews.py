"""A month's report gone through: what was found of its four topics, and what was agreed (S000-53, S001-24)."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from reports.choices import REVIEWERS
from reports.models.months import MonthlyReport
from reports.models.scoping import OfScopeQuerySet, reached_by
from services.models import County, Improvement, Service
from services.models.base import Versioned

TOPICS = ("contacts", "queue_times", "satisfaction", "free_feedback")
_WHOLE = ~Q(contacts="") & ~Q(queue_times="") & ~Q(satisfaction="") & ~Q(free_feedback="")


class ReviewQuerySet(OfScopeQuerySet):
    """Questions about reviews."""

    def writable_by(self, actor: Actor) -> Self:
        """Those of the scopes that she supervises or manages."""
        return self.filter(reached_by(actor, REVIEWERS))

    def signed(self) -> Self:
        """The signed ones, the one that stands first: a newer one takes the place of the older."""
        return self.filter(signed_at__isnull=False).order_by("-month", "-signed_at", "-pk")


class Review(Versioned):
    """What a supervisor or manager found in a month's report. Signed it never changes: a new one takes its place."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("county"))
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="reviews", verbose_name=_("service"))
    month = models.DateField(_("month"))
    report = models.ForeignKey(MonthlyReport, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("report"))
    contacts = models.TextField(_("Number of contacts"), blank=True)
    queue_times = models.TextField(_("Queue times"), blank=True)
    satisfaction = models.TextField(_("Customer satisfaction"), blank=True)
    free_feedback = models.TextField(_("Free feedback"), blank=True)
    no_actions = models.BooleanField(_("No actions are needed"), default=False)
    reason = models.CharField(_("why a new review"), max_length=200, blank=True)
    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    signer = models.CharField(_("signed by"), max_length=200, blank=True, help_text="The name of the moment.")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of a monthly report")
        verbose_name_plural = _("reviews of monthly reports")
        ordering = ["-month", "-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "month"],
                condition=Q(signed_at__isnull=True, service__isnull=False),
                name="review_one_draft_of_service",
            ),
            models.UniqueConstraint(
                fields=["county", "month"],
                condition=Q(signed_at__isnull=True, service__isnull=True),
                name="review_one_draft_of_county",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="review_month_is_a_first_day"),
            models.CheckConstraint(condition=Q(signed_at__isnull=True) | _WHOLE, name="review_signed_has_four_topics"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was found, with the name of each topic; what is not written yet is left out."""
        return [(str(self._meta.get_field(topic).verbose_name), words) for topic in TOPICS if (words := getattr(self, topic))]  # type: ignore[union-attr]


class ActionQuerySet(models.QuerySet["AgreedAction"]):
    """Questions about what was agreed."""

    def readable_by(self, actor: Actor) -> Self:
        """Those of the reviews that she may read."""
        return self.filter(review__in=Review.objects.readable_by(actor))


class AgreedAction(models.Model):
    """What was agreed in a review: who does it and by when. It becomes an improvement when the review is signed."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="actions")
    order = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("what is done"), max_length=160)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("who does it")
    )
    due_on = models.DateField(_("by when"), null=True)
    improvement = models.ForeignKey(Improvement, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreed action")
        verbose_name_plural = _("agreed actions")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title
