"""Searches of the library that found nothing: what it lacks, in the words of whoever looked for it (M22)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from guidance.choices import SEARCH_LIMIT
from guidance.models.paths import PathScopedQuerySet
from services.models import County


class MissedSearchQuerySet(PathScopedQuerySet):
    """Questions about searches without a hit."""

    def readable_by(self, actor: Actor) -> Self:
        """Those who write the county's paths."""
        return self.editable_by(actor)

    def waiting(self) -> Self:
        """Whose words are still there and which no author has dealt with."""
        return self.filter(handled_at__isnull=True).exclude(words="")


class MissedSearch(models.Model):
    """One search that found no path. Nothing tells who searched; identity codes are masked before the words are stored.

    The words go after their time; the row stays as a number.
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    words = models.CharField(_("words"), max_length=SEARCH_LIMIT, blank=True)
    language = models.CharField(_("language"), max_length=2, default="fi")
    handled_at = models.DateTimeField(_("done"), null=True, editable=False)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = MissedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("search without a hit")
        verbose_name_plural = _("searches without a hit")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["county", "made_at"], name="path_search_month")]

    def __str__(self) -> str:
        return f"{self.county_id} {self.made_at:%Y-%m-%d}"


__all__ = ["MissedSearch"]
