"""What a person decides against the calendar: overrides and disruption notices."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from services.choices import OverrideKind
from services.models.base import ScopedQuerySet, Versioned, ends_after_start, label, one_key_per_county, supervised_by
from services.models.county import County
from services.models.queues import Queue
from services.models.service import Service


class NoticeQuerySet(ScopedQuerySet):
    """Questions about overrides and disruptions."""

    def in_force(self, *, at: datetime | None = None) -> NoticeQuerySet:
        """Those in force at the instant (now unless given)."""
        at = at or timezone.now()
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)

    def concerning(self, service: Service) -> NoticeQuerySet:
        """Those of the service, of a queue of it, and of its whole county."""
        everywhere = Q(service__isnull=True, queue__isnull=True, county=service.county_id)
        return self.filter(Q(service=service) | Q(queue__service=service) | everywhere)

    def editable_by(self, actor: Actor) -> NoticeQuerySet:
        """Those of the main user's county; a supervisor's are those of her services (S001-31)."""
        return self.filter(pk__in=super().editable_by(actor).values("pk")) | self.filter(supervised_by(actor))


class Notice(Versioned):
    """Concerns a queue, a service or the whole county, for a time."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="%(class)ss", verbose_name=_("county"))
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss", verbose_name=_("service")
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss", verbose_name=_("queue")
    )
    starts_at = models.DateTimeField(_("starts"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True, help_text=_("Empty: until it is ended."))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-starts_at"]


class Override(Notice):
    """Keeps a queue, a service or the county open or closed whatever the calendar says."""

    kind = models.CharField(_("what it does"), max_length=5, choices=OverrideKind.choices)
    reason = models.CharField(_("reason"), max_length=160)

    class Meta(Notice.Meta):
        abstract = False
        verbose_name = _("manual override")
        verbose_name_plural = _("manual overrides")
        constraints = [ends_after_start("override")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {label(self, 'reason')}"


class Disruption(Notice):
    """A notice of a disruption to residents and responders (S001-31)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    text = models.TextField(_("notice to residents"), max_length=600)
    staff_text = models.TextField(_("instruction to responders"), max_length=600, blank=True)
    stops_intake = models.BooleanField(_("no new conversations are taken"), default=False)

    class Meta(Notice.Meta):
        abstract = False
        verbose_name = _("disruption notice")
        verbose_name_plural = _("disruption notices")
        constraints = [ends_after_start("disruption")]

    def __str__(self) -> str:
        return label(self, "text")[:80]


class DisruptionText(Versioned):
    """A prepared notice of a disruption, ready in every language before it is needed (S001-31)."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="disruption_texts", verbose_name=_("county"))
    key = models.SlugField(_("key"))
    title = models.CharField(_("name for staff"), max_length=80)
    text = models.TextField(_("notice to residents"), max_length=600)
    staff_text = models.TextField(_("instruction to responders"), max_length=600, blank=True)
    stops_intake = models.BooleanField(_("no new conversations are taken"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("prepared disruption notice")
        verbose_name_plural = _("prepared disruption notices")
        ordering = ["order", "key"]
        constraints = [one_key_per_county("disruption_text")]

    def __str__(self) -> str:
        return label(self, "title")
