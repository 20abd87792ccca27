"""Paths and their versions: a path is a place in the library, its words and its graph stand in versions."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.models import Grant
from guidance.choices import AUTHOR_ROLES, OPEN_STATES, SHOWN_STATES, PathState
from services.models import County
from services.models.base import ScopedQuerySet, Versioned
from services.texts import Text, pick


class PathScopedQuerySet(ScopedQuerySet):
    """Rows of paths: the authors' and main users' of the county, with a grant of the whole of it, to change."""

    def editable_by(self, actor: Actor) -> Self:
        """Rows of the counties in which the actor writes paths."""
        match actor:
            case System():
                return self.all()
            case Staff(user_id=user_id):
                grants = Grant.objects.valid().filter(user_id=user_id, role__in=AUTHOR_ROLES, service_id__isnull=True)
                return self.filter(**{f"{self.county_path}__in": grants.values("county")})
        return self.none()


class PathQuerySet(PathScopedQuerySet):
    """Questions about paths."""

    def in_use(self) -> Self:
        """Paths that the county has not taken away."""
        return self.filter(withdrawn_at__isnull=True)

    def published(self) -> Self:
        """Those that residents can begin."""
        return self.in_use().filter(Exists(PathVersion.objects.current().filter(path=OuterRef("pk"))))

    def overdue(self, today: object) -> Self:
        """Published ones whose review day has passed: they stay published, and their owner sees it."""
        return self.published().filter(review_on__lt=today)


class Path(Versioned):
    """One path of the county's library: its address, who looks after it, and when it is looked at again (S003-4, S003-9)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="paths", verbose_name=_("county"))
    slug = models.SlugField(_("address name"), max_length=64, help_text=_("Stable: addresses and other paths name it."))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    review_on = models.DateField(_("looked at again on"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    withdrawn_at = models.DateTimeField(_("taken away"), null=True, blank=True, editable=False)

    objects = PathQuerySet.as_manager()

    class Meta:
        verbose_name = _("guidance path")
        verbose_name_plural = _("guidance paths")
        ordering = ["order", "slug"]
        constraints = [models.UniqueConstraint(fields=["county", "slug"], name="path_slug_once_per_county")]

    def __str__(self) -> str:
        return self.slug


class PathVersionQuerySet(PathScopedQuerySet):
    """Questions about versions of paths."""

    county_path = "path__county__code"

    def current(self) -> Self:
        """What residents begin now."""
        return self.filter(state=PathState.PUBLISHED)

    def walkable(self) -> Self:
        """What somebody may be walking: published now or before, of a path that has not been taken away."""
        return self.filter(state__in=SHOWN_STATES, path__withdrawn_at__isnull=True)

    def open(self) -> Self:
        """What is being written, or is approved and waits for publishing."""
        return self.filter(state__in=OPEN_STATES)

    def readable_by(self, actor: Actor) -> Self:
        """What has been published is for everybody with a role in the county; drafts are for those who write paths."""
        rows = super().readable_by(actor)
        if isinstance(actor, System):
            return rows
        return rows.filter(Q(state__in=SHOWN_STATES) | Q(pk__in=self.editable_by(actor).values("pk")))


class PathVersion(Versioned):
    """One version of a path. `text` is the whole document (`guidance.document`): no jsonb, which loses the author's order.

    What lists and searches need of it stands beside it, written when the text is.
    """

    path = models.ForeignKey(Path, on_delete=models.CASCADE, related_name="versions", verbose_name=_("guidance path"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=PathState.choices, default=PathState.DRAFT)
    text = models.TextField(_("document"))
    title = models.JSONField(_("title"), default=dict)
    keywords = models.JSONField(_("words that find it"), default=dict, blank=True)
    area = models.CharField(_("area"), max_length=64, blank=True)
    audience = models.JSONField(_("for whom"), default=list, blank=True)
    topics = models.JSONField(_("topics"), default=list, blank=True)
    is_health = models.BooleanField(_("health path"), default=False)
    leads_to = models.JSONField(_("queues that it hands over to"), default=list, blank=True)
    writers = models.JSONField(_("who wrote it"), default=list, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    from_content = models.BooleanField(_("the portal's starter path, as it came"), default=False)
    change_note = models.CharField(_("what changed and why"), max_length=400, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    retired_at = models.DateTimeField(_("retired"), null=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PathVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a path")
        verbose_name_plural = _("versions of paths")
        ordering = ["path", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["path", "number"], name="path_version_numbered_once"),
            models.UniqueConstraint(fields=["path"], condition=Q(state=PathState.PUBLISHED), name="path_published_once"),
            models.UniqueConstraint(fields=["path"], condition=Q(state__in=OPEN_STATES), name="path_written_once_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=PathState.values), name="path_version_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES) | Q(published_at__isnull=False), name="path_version_published_when"
            ),
            models.CheckConstraint(
                condition=Q(is_health=False) | Q(state=PathState.DRAFT) | Q(approved_at__isnull=False),
                name="path_of_health_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{pick(self.title, 'fi')} {self.mark}"

    @property
    def mark(self) -> str:
        """The version as addresses name it."""
        return f"v{self.number}"

    @property
    def is_open(self) -> bool:
        """It is being written, or waits for publishing."""
        return self.state in OPEN_STATES

    def name(self, language: str) -> Text:
        """The title in the language, or in the one it falls back to."""
        return pick(self.title, language)


__all__ = ["Path", "PathVersion"]
