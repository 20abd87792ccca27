"""What the night's check found in what residents walk now."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from guidance.models.paths import PathScopedQuerySet, PathVersion


class PathCheckQuerySet(PathScopedQuerySet):
    """Questions about checks: they are for those who can mend."""

    county_path = "version__path__county__code"

    def readable_by(self, actor: Actor) -> Self:
        """Those of the counties in which the actor writes paths."""
        return self.editable_by(actor)

    def current(self) -> Self:
        """Of what residents begin now."""
        return self.filter(version__in=PathVersion.objects.current().walkable())

    def failed(self) -> Self:
        """Those in which something was wrong."""
        return self.exclude(wrong=[])


class PathCheck(models.Model):
    """The newest check of a published version: its scenarios were walked, and what it names was looked up.

    `wrong` has a pair of the finding's code and its place for each; the words are made anew in the reader's language.
    """

    version = models.OneToOneField(
        PathVersion, on_delete=models.CASCADE, related_name="nightly_check", verbose_name=_("version of a path")
    )
    checked_at = models.DateTimeField(_("checked"))
    since = models.DateTimeField(_("the result has been this since"))
    walks = models.PositiveIntegerField(_("scenarios walked"), default=0)
    wrong = models.JSONField(_("what was wrong"), default=list, blank=True)

    objects = PathCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("nightly check of a path")
        verbose_name_plural = _("nightly checks of paths")

    def __str__(self) -> str:
        return f"{self.version} {self.checked_at:%Y-%m-%d}"


__all__ = ["PathCheck"]
