"""Chapters of the handbook and their versions: a common text for the whole county, and sections of single services inside it."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from handbook.choices import OPEN_STATES, PAST_DRAFT, ChapterAudience, VersionState
from services.models import County, Service
from services.models.base import ScopedQuerySet, Versioned, one_key_per_county
from services.texts import FALLBACKS, Text, pick


def _held(actor: Staff, *roles: str, county: str) -> models.QuerySet[Grant]:
    """Her grants in the row's county, of the roles or of any."""
    grants = Grant.objects.valid().filter(user_id=actor.user_id, county=OuterRef(county))
    return grants.filter(role__in=roles) if roles else grants


class ChapterQuerySet(ScopedQuerySet):
    """Who may see and change the frame of a chapter."""

    def in_use(self) -> Self:
        """Chapters that the county has not taken away."""
        return self.filter(retired_at__isnull=True)

    def published(self) -> Self:
        """Those in use whose common text is published."""
        return self.in_use().filter(Exists(ChapterVersion.objects.current().filter(chapter=OuterRef("pk"), service__isnull=True)))

    def owned_by(self, actor: Actor) -> Self:
        """Those whose named owner the person is, while she works for the county."""
        if not isinstance(actor, Staff):
            return self.none()
        return self.filter(Exists(_held(actor, county="county__code")), owner_id=actor.user_id)


class Chapter(Versioned):
    """One chapter: its place in the handbook, who looks after it, and when it is looked at again (S001-35)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="chapters", verbose_name=_("county"))
    key = models.SlugField(_("key"), help_text=_("Texts lead to it as luku:KEY."))
    audience = models.CharField(
        _("who reads it"), max_length=10, choices=ChapterAudience.choices, default=ChapterAudience.STAFF, editable=False
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    owner_role = models.CharField(_("role that looks after it"), max_length=20, choices=Role.choices, default=Role.MAIN_USER)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    review_months = models.PositiveSmallIntegerField(_("looked at again after (months)"), default=12)
    review_on = models.DateField(_("looked at again on"), null=True, blank=True)
    per_service = models.BooleanField(_("services have sections of their own"), default=False)
    in_orientation = models.BooleanField(_("belongs to the orientation of a new responder"), default=False)
    duties = models.JSONField(_("what the text must contain"), default=list, blank=True)
    retired_at = models.DateTimeField(_("taken away"), null=True, blank=True, editable=False)

    objects = ChapterQuerySet.as_manager()

    class Meta:
        verbose_name = _("chapter of the handbook")
        verbose_name_plural = _("chapters of the handbook")
        ordering = ["order", "key"]
        constraints = [
            one_key_per_county("chapter"),
            models.CheckConstraint(condition=Q(review_months__range=(1, 60)), name="chapter_review_months_of_a_few_years"),
            models.CheckConstraint(condition=Q(audience__in=ChapterAudience.values), name="chapter_audience_known"),
            models.UniqueConstraint(
                fields=["county"], condition=Q(audience=ChapterAudience.RESIDENTS), name="residents_guide_once_per_county"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_guide(self) -> bool:
        """It is the guide that residents read."""
        return self.audience == ChapterAudience.RESIDENTS


class VersionQuerySet(ScopedQuerySet):
    """Questions about versions of chapters."""

    county_path = "chapter__county__code"

    def current(self) -> Self:
        """What readers see now."""
        return self.filter(state=VersionState.PUBLISHED)

    def open(self) -> Self:
        """What is being written or waits for approval."""
        return self.filter(state__in=OPEN_STATES)

    def readable_by(self, actor: Actor) -> Self:
        """What has been published is for everybody with a role in the county; drafts are for those who write or approve them."""
        rows = super().readable_by(actor)
        if isinstance(actor, System):
            return rows
        mine = self.editable_by(actor).values("pk")
        return rows.filter(Q(state__in=PAST_DRAFT) | Q(pk__in=mine))

    def editable_by(self, actor: Actor) -> Self:
        """The main user's; a named owner's of her chapters; a supervisor's of the sections of her services."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        owner = Q(Exists(_held(actor, county="chapter__county__code")), chapter__owner_id=actor.user_id)
        main = Q(Exists(_held(actor, Role.MAIN_USER, county="chapter__county__code").filter(service_id__isnull=True)))
        services = Service.objects.filter(supervised_service(actor)).values("pk")
        return self.filter(main | owner | Q(service__in=services))


def supervised_service(actor: Actor) -> Q:
    """Services that a supervisor's grant of the person reaches."""
    if not isinstance(actor, Staff):
        return Q(pk__in=[])
    grants = _held(actor, Role.SUPERVISOR, county="county__code")
    return Q(Exists(grants.filter(Q(service_id__isnull=True) | Q(service_id=OuterRef("public_id")))))


class ChapterVersion(Versioned):
    """One version of a chapter's common text, or of a service's section of it. A published one never changes."""

    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="versions", verbose_name=_("chapter"))
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="handbook_sections", verbose_name=_("service")
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    title = models.JSONField(_("title"), default=dict)
    purpose = models.JSONField(_("what it is for"), default=dict, blank=True)
    body = models.JSONField(_("text"), default=dict)
    questions = models.JSONField(_("check questions"), default=list, blank=True)
    confirmed = models.JSONField(_("confirmed contents"), default=list, blank=True)
    writers = models.JSONField(_("who wrote it"), default=list, blank=True)
    from_content = models.BooleanField(_("the portal's starter text, as it came"), default=False)
    needs_approval = models.BooleanField(_("needs the county's approval"), default=False)
    is_significant = models.BooleanField(_("significant change: is read again"), default=False)
    read_within_days = models.PositiveSmallIntegerField(_("is read within (days)"), default=14)
    change_note = models.CharField(_("what changed and why"), max_length=400, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(_("sent to review"), null=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    retired_at = models.DateTimeField(_("retired"), null=True)
    reviewed_at = models.DateTimeField(_("looked through and found right"), null=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a chapter")
        verbose_name_plural = _("versions of chapters")
        ordering = ["chapter", "service", "-number"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="chapter_version_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES) | Q(published_at__isnull=False), name="chapter_version_published_when"
            ),
            *(
                constraint
                for name, where, fields in (
                    ("common", Q(service__isnull=True), ["chapter"]),
                    ("section", Q(service__isnull=False), ["chapter", "service"]),
                )
                for constraint in (
                    models.UniqueConstraint(
                        fields=[*fields, "number"], condition=where, name=f"chapter_{name}_version_numbered_once"
                    ),
                    models.UniqueConstraint(
                        fields=fields, condition=where & Q(state=VersionState.PUBLISHED), name=f"chapter_{name}_published_once"
                    ),
                    models.UniqueConstraint(
                        fields=fields, condition=where & Q(state__in=OPEN_STATES), name=f"chapter_{name}_written_once_at_a_time"
                    ),
                )
            ),
        ]

    def __str__(self) -> str:
        return str(pick(self.title, "fi")) or self.chapter.key

    def words(self, field: str, language: str) -> Text:
        """A text of the version in the language, or in the one it falls back to."""
        return pick(getattr(self, field), language)

    @property
    def is_open(self) -> bool:
        """It is being written, or waits for approval."""
        return self.state in OPEN_STATES

    @property
    def languages(self) -> list[str]:
        """The languages in which it has a text."""
        return [code for code in FALLBACKS if str(self.body.get(code, "")).strip()]


__all__ = ["Chapter", "ChapterVersion", "supervised_service"]
