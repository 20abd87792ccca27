"""What happened in a month, as people note it beside its figures."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Staff, System
from accounts.models import Grant
from reports.choices import FIGURE_READERS
from services.models import County, Service
from services.models.base import Versioned

LONGEST_NOTE = 300


class MonthNoteQuerySet(models.QuerySet["MonthNote"]):
    """Questions about the notes of months."""

    def readable_by(self, actor: Actor) -> MonthNoteQuerySet:
        """Those of a service to whom its figures are open; the county’s, which explain every service’s figures, to whom any are."""
        match actor:
            case System():
                return self.all()
            case Staff():
                grants = Grant.objects.held_by(actor, FIGURE_READERS).filter(county=OuterRef("county__code"))
                reaches = Q(service_id__isnull=True) | Q(service_id=OuterRef("service__public_id"))
                return self.filter(Exists(grants.filter(reaches)) | Q(Exists(grants), service__isnull=True))
        return self.none()

    def told_with(self, *, county: County, service: Service | None) -> MonthNoteQuerySet:
        """Those that belong beside the figures of the service, or of the county: its own ones, and the county’s."""
        own = Q(service__isnull=True) | Q(service=service) if service else Q(service__isnull=True)
        return self.filter(own, county=county)


class MonthNote(Versioned):
    """What happened in a month and explains its figures: “aukioloa laajennettiin 1.4.” (S004-15). Nothing of a resident."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="month_notes", verbose_name=_("county"))
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="month_notes", verbose_name=_("service"))
    month = models.DateField(_("month"))
    text_fi = models.CharField(_("note in Finnish"), max_length=LONGEST_NOTE)
    text_sv = models.CharField(_("note in Swedish"), max_length=LONGEST_NOTE, blank=True)
    text_en = models.CharField(_("note in English"), max_length=LONGEST_NOTE, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = MonthNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note of a month")
        verbose_name_plural = _("notes of months")
        ordering = ["month", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="note_month_is_a_first_day"),
            models.CheckConstraint(condition=~Q(text_fi=""), name="note_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.text_fi}"
