"""What the author's desk keeps beside paths and versions: who was asked to approve, and where a retired path leads."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from guidance.models.paths import Path, PathScopedQuerySet, PathVersion


class ApprovalRequestQuerySet(PathScopedQuerySet):
    """Questions about requests: they concern drafts, so whoever writes paths reads them."""

    county_path = "version__path__county__code"

    def readable_by(self, actor: Actor) -> Self:
        """Those of the counties in which the actor writes paths."""
        return self.editable_by(actor)

    def open(self) -> Self:
        """Those that wait for an answer."""
        return self.filter(answered_at__isnull=True, version__approved_at__isnull=True)


class ApprovalRequest(models.Model):
    """A draft was sent for approval; it may come back with what to mend (S003-17)."""

    version = models.OneToOneField(
        PathVersion, on_delete=models.CASCADE, related_name="approval_request", verbose_name=_("version of a path")
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("sent for approval"))
    answer = models.TextField(_("what to mend"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)

    objects = ApprovalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for approval")
        verbose_name_plural = _("requests for approval")

    def __str__(self) -> str:
        return str(self.version)


class RedirectQuerySet(PathScopedQuerySet):
    """Questions about redirects."""

    county_path = "path__county__code"


class Redirect(models.Model):
    """Whoever comes to a retired path is led to this one; published again, the path is its own."""

    path = models.OneToOneField(Path, on_delete=models.CASCADE, related_name="redirect", verbose_name=_("retired path"))
    to = models.ForeignKey(Path, on_delete=models.CASCADE, related_name="redirects_here", verbose_name=_("leads to"))

    objects = RedirectQuerySet.as_manager()

    class Meta:
        verbose_name = _("redirect of a path")
        verbose_name_plural = _("redirects of paths")

    def __str__(self) -> str:
        return f"{self.path} → {self.to}"


__all__ = ["ApprovalRequest", "Redirect"]
