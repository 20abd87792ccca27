"""Notices to the staff of a service or of the whole county, their versions, and who has read which (S000-46)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.choices import Role
from accounts.models import Grant
from handbook.choices import NOTICE_WRITERS, OPEN_STATES, READER_ROLES, VersionState
from services.models import County, Service
from services.models.base import ScopedQuerySet, Versioned
from services.texts import FALLBACKS, Text, pick


def _reaching(actor: Staff, county: str, service: str, *roles: str) -> Q:
    """Rows that a grant of the person reaches: of the whole county, or of the row's service."""
    grants = Grant.objects.valid().filter(user_id=actor.user_id, county=OuterRef(county))
    grants = grants.filter(role__in=roles) if roles else grants
    return Q(Exists(grants.filter(Q(service_id__isnull=True) | Q(service_id=OuterRef(service)))))


def _seen_by(actor: Staff, prefix: str, *roles: str) -> Q:
    """A service's notices are for those whose grant reaches it; the county's for everybody who works for the county."""
    county, service = f"{prefix}county__code", f"{prefix}service__public_id"
    grants = Grant.objects.valid().filter(user_id=actor.user_id, county=OuterRef(county))
    grants = grants.filter(role__in=roles) if roles else grants
    return _reaching(actor, county, service, *roles) | Q(Exists(grants), **{f"{prefix}service__isnull": True})


def _written_by(actor: Staff, prefix: str) -> Q:
    """A whole county's by a grant of the whole county; a service's also by its supervisor and its coordinator."""
    county, service = f"{prefix}county__code", f"{prefix}service__public_id"
    whole = Grant.objects.valid().filter(
        user_id=actor.user_id, county=OuterRef(county), role__in=NOTICE_WRITERS, service_id__isnull=True
    )
    return Q(Exists(whole)) | _reaching(actor, county, service, *(NOTICE_WRITERS - {Role.MAIN_USER}))


class StaffNoticeQuerySet(ScopedQuerySet):
    """Who may see and write notices."""

    def readable_by(self, actor: Actor) -> Self:
        """What has been published and stands is for those whom it concerns; the rest for those who write it."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        standing = Q(published_at__isnull=False, withdrawn_at__isnull=True)
        return self.filter((_seen_by(actor, "") & standing) | _written_by(actor, ""))

    def editable_by(self, actor: Actor) -> Self:
        """The main user's; a supervisor's and a coordinator's those of her services."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        return self.filter(_written_by(actor, ""))

    def published_for(self, service: Service) -> Self:
        """Notices about this very service that have been published to professionals and not withdrawn, also past their last day."""
        return self.filter(service=service, published_at__isnull=False, withdrawn_at__isnull=True)


class StaffNotice(Versioned):
    """A notice on the board: whom it concerns, and whether it still stands. Its words are its versions'."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="staff_notices", verbose_name=_("county"))
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="staff_notices", verbose_name=_("service")
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.SlugField(_("key"), blank=True, help_text=_("Of a notice that came with the portal."))
    published_at = models.DateTimeField(_("published first"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = StaffNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice to staff")
        verbose_name_plural = _("notices to staff")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "key"], condition=~Q(key=""), name="staff_notice_key_once_per_county")
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class NoticeVersionQuerySet(ScopedQuerySet):
    """Questions about versions of notices."""

    county_path = "notice__county__code"

    def current(self) -> Self:
        """What readers may see now: published, of a notice that has not been withdrawn."""
        return self.filter(state=VersionState.PUBLISHED, notice__withdrawn_at__isnull=True)

    def in_force(self, today: date) -> Self:
        """Those current ones whose last day is not over."""
        return self.current().filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))

    def open(self) -> Self:
        """What is being written."""
        return self.filter(state__in=OPEN_STATES)

    def readable_by(self, actor: Actor) -> Self:
        """What stands is for those whom it concerns; drafts and earlier versions for those who write them."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        standing = Q(state=VersionState.PUBLISHED, notice__withdrawn_at__isnull=True)
        return self.filter((_seen_by(actor, "notice__") & standing) | _written_by(actor, "notice__"))

    def editable_by(self, actor: Actor) -> Self:
        """As the notices."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        return self.filter(_written_by(actor, "notice__"))

    def unread_by(self, actor: Actor, today: date) -> Self:
        """What those who answer and lead have not marked as read; nobody is asked to read what she has published herself."""
        if not isinstance(actor, Staff):
            return self.none()
        return self.unmarked_by(actor, today).filter(_seen_by(actor, "notice__", *READER_ROLES))

    def unmarked_by(self, actor: Actor, today: date) -> Self:
        """What others have published and she has not marked as read, whether it concerns her or not."""
        if not isinstance(actor, Staff):
            return self.none()
        read = NoticeReading.objects.filter(
            user_id=actor.user_id, version__notice=OuterRef("notice"), version__number__gte=OuterRef("counts_from")
        )
        return self.in_force(today).exclude(published_by_id=actor.user_id).filter(~Exists(read))


class NoticeVersion(Versioned):
    """The words of a notice. A published version never changes: a correction is the next one."""

    notice = models.ForeignKey(StaffNotice, on_delete=models.CASCADE, related_name="versions", verbose_name=_("notice"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    title = models.JSONField(_("title"), default=dict)
    body = models.JSONField(_("text"), default=dict)
    is_pinned = models.BooleanField(_("kept first on the board"), default=False)
    valid_until = models.DateField(_("shown until"), null=True, blank=True)
    counts_from = models.PositiveIntegerField(_("earliest version whose reading still counts"), default=1)
    from_content = models.BooleanField(_("the portal's starter text, as it came"), default=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    retired_at = models.DateTimeField(_("retired"), null=True)

    objects = NoticeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a notice")
        verbose_name_plural = _("versions of notices")
        ordering = ["notice", "-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[VersionState.DRAFT, VersionState.PUBLISHED, VersionState.RETIRED]),
                name="notice_version_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES) | Q(published_at__isnull=False), name="notice_version_published_when"
            ),
            models.UniqueConstraint(fields=["notice", "number"], name="notice_version_numbered_once"),
            models.UniqueConstraint(fields=["notice"], condition=Q(state=VersionState.PUBLISHED), name="notice_published_once"),
            models.UniqueConstraint(fields=["notice"], condition=Q(state__in=OPEN_STATES), name="notice_written_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return str(pick(self.title, "fi")) or str(self.number)

    def words(self, field: str, language: str) -> Text:
        """A text of the version in the language, or in the one it falls back to."""
        return pick(getattr(self, field), language)

    @property
    def is_open(self) -> bool:
        """It is being written."""
        return self.state in OPEN_STATES

    @property
    def languages(self) -> list[str]:
        """The languages in which it has a text."""
        return [code for code in FALLBACKS if str(self.body.get(code, "")).strip()]


class NoticeReadingQuerySet(ScopedQuerySet):
    """Whose marks may be seen."""

    county_path = "version__notice__county__code"

    def readable_by(self, actor: Actor) -> Self:
        """Her own; and those of the people of her services for their supervisor."""
        if not isinstance(actor, Staff):
            return self.all() if isinstance(actor, System) else self.none()
        grants = Grant.objects.valid().filter(user_id=actor.user_id, county=OuterRef(self.county_path))
        leads = _reaching(actor, self.county_path, "version__notice__service__public_id", Role.SUPERVISOR)
        return self.filter(Q(Exists(grants), user_id=actor.user_id) | leads)


class NoticeReading(models.Model):
    """A person's “luettu” on one version of a notice."""

    version = models.ForeignKey(NoticeVersion, on_delete=models.CASCADE, related_name="readings", verbose_name=_("version"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = NoticeReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark of having read a notice")
        verbose_name_plural = _("marks of having read notices")
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="notice_reading_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.version_id}"


__all__ = ["NoticeReading", "NoticeVersion", "StaffNotice"]
