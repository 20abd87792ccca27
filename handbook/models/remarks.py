"""What readers say of a chapter, and to each other of it: comments, suggested changes, tips and replies (S001-32, S001-37)."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from handbook.choices import RemarkKind, RemarkState
from handbook.models.chapters import Chapter
from services.models import Service
from services.models.base import ScopedQuerySet


class RemarkQuerySet(ScopedQuerySet):
    """Questions about remarks: colleagues read each other's."""

    county_path = "chapter__county__code"

    def open(self) -> Self:
        """Those that nobody has answered yet; what colleagues reply to each other waits for no answer."""
        return self.filter(state=RemarkState.OPEN, reply_to__isnull=True)

    def first_words(self) -> Self:
        """What begins a discussion, each with what colleagues have replied."""
        replies = Remark.objects.select_related("made_by").order_by("made_at", "pk")
        return self.filter(reply_to__isnull=True).prefetch_related(models.Prefetch("replies", replies))


class Remark(models.Model):
    """One comment, suggestion or tip of a colleague, and what became of it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE, related_name="remarks", verbose_name=_("chapter"))
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    reply_to = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="replies", verbose_name=_("what it replies to")
    )
    number = models.PositiveIntegerField(_("version that was read"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=RemarkKind.choices, default=RemarkKind.COMMENT)
    text = models.TextField(_("text"), max_length=2000)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=RemarkState.choices, default=RemarkState.OPEN)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark on the handbook")
        verbose_name_plural = _("remarks on the handbook")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RemarkKind.values), name="remark_kind_known"),
            models.CheckConstraint(
                condition=Q(state=RemarkState.OPEN, answered_at__isnull=True)
                | Q(~Q(state=RemarkState.OPEN), answered_at__isnull=False),
                name="remark_settled_when",
            ),
            models.CheckConstraint(
                condition=Q(reply_to__isnull=True) | Q(kind=RemarkKind.COMMENT, state=RemarkState.OPEN),
                name="remark_reply_is_plain",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
