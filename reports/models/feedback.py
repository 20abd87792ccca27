"""What a person has said of a resident's own words: their tone and themes, never the words themselves (M17, S001-43)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation, Feedback
from reports.choices import Tone
from reports.models.scoping import OfScopeQuerySet
from services.models import County, Improvement, Service

TOLD = ~Q(tone="") & Q(of=F("feedback__answered_at"))
"""Gone through, and not written anew since."""


class FeedbackMark(models.Model):
    """The tone and themes of one text. It outlives the words, which are erased with the conversation."""

    feedback = models.OneToOneField(Feedback, on_delete=models.CASCADE, related_name="mark", verbose_name=_("feedback"))
    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+", verbose_name=_("county"))
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+", verbose_name=_("service"))
    of = models.DateTimeField(_("answer"), help_text="When the answer that was read had been given; a newer one is read anew.")
    tone = models.CharField(_("tone"), max_length=8, choices=Tone.choices, blank=True)
    themes = models.JSONField(_("themes"), default=list)
    improvement = models.ForeignKey(
        Improvement, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("improvement")
    )
    marked_at = models.DateTimeField(_("gone through"))
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = OfScopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("tone and themes of feedback")
        verbose_name_plural = _("tones and themes of feedback")
        ordering = ["-marked_at"]

    def __str__(self) -> str:
        return f"{self.tone}: {', '.join(self.themes)}"


def texts_of(conversations: QuerySet[Conversation]) -> QuerySet[Feedback]:
    """The feedback of the conversations in which somebody wrote in her own words; also when the words were erased since."""
    gone = Q(words="", conversation__erased_at__isnull=False, mark__isnull=False)
    rows: QuerySet[Feedback] = Feedback.objects.filter(~Q(words="") | gone, conversation__in=conversations)
    return rows.order_by()
