"""The help form of a service, “Pyydä apua”: made by the main user without code, and shown as it was last published (S003-12…14)."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from services.choices import HelpFieldKind
from services.models.base import Versioned, label, scoped
from services.models.service import Service
from services.models.surveys import MOST_OPTIONS, split

MOST_FIELDS = 15
MOST_DAYS = 10


class HelpForm(Versioned):
    """A service's form. Its texts and fields are a draft; `published` is what residents see, and changes by publishing only."""

    service = models.OneToOneField(Service, on_delete=models.CASCADE, related_name="help_form", verbose_name=_("service"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    intro = models.TextField(_("what it is for"), blank=True)
    promise_days = models.PositiveSmallIntegerField(_("answered in so many working days"), default=3)
    asks_contact = models.BooleanField(_("a phone number or e-mail may be left"), default=True)
    is_on = models.BooleanField(_("in use"), default=False, editable=False)
    published = models.JSONField(default=dict, editable=False, help_text="The form as residents see it.")
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    number = models.PositiveIntegerField(default=0, editable=False, help_text="How many times it has been published.")

    objects = scoped("service__county__code").as_manager()

    class Meta:
        verbose_name = _("help form")
        verbose_name_plural = _("help forms")
        ordering = ["service"]
        constraints = [
            models.CheckConstraint(
                condition=Q(promise_days__gte=1) & Q(promise_days__lte=MOST_DAYS),
                name="help_form_promise_sane",
                violation_error_message=_("Promise an answer in 1–10 working days."),
            ),
            models.CheckConstraint(condition=Q(is_on=False) | Q(published_at__isnull=False), name="help_form_on_is_published"),
        ]

    def __str__(self) -> str:
        return str(self.service)

    @property
    def days(self) -> int:
        """The promise that is in force."""
        return int(self.published.get("days", self.promise_days))


class HelpField(Versioned):
    """One field of a help form. `key` stays when its words change."""

    edited_with = "form"

    form = models.ForeignKey(HelpForm, on_delete=models.CASCADE, related_name="fields", verbose_name=_("help form"))
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    kind = models.CharField(_("how it is answered"), max_length=6, choices=HelpFieldKind.choices, default=HelpFieldKind.WORDS)
    text = models.CharField(_("question"), max_length=160)
    help = models.CharField(_("help text"), max_length=240, blank=True)
    options = models.TextField(_("choices"), blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)

    objects = scoped("form__service__county__code").as_manager()

    class Meta:
        verbose_name = _("field of a help form")
        verbose_name_plural = _("fields of a help form")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return label(self, "text")

    def clean(self) -> None:
        """A choice has at least two options, and as many in each language in which there are any."""
        super().clean()
        row: Any = self
        if self.kind != HelpFieldKind.ONE:
            row.options_fi = row.options_sv = row.options_en = ""
            return
        lines = {code: split(getattr(self, f"options_{code}")) for code in ("fi", "sv", "en")}
        count = len(lines["fi"])
        if count < 2:
            message = ValidationError(_("Write at least two choices, one on each line."), code="options")
            raise ValidationError({"options_fi": message})
        if count > MOST_OPTIONS:
            message = ValidationError(_("At most %(most)s choices."), code="most", params={"most": MOST_OPTIONS})
            raise ValidationError({"options_fi": message})
        for code, each in lines.items():
            if each and len(each) != count:
                message = ValidationError(_("Write as many choices as in Finnish, in the same order."), code="options_differ")
                raise ValidationError({f"options_{code}": message})


__all__ = ["MOST_DAYS", "MOST_FIELDS", "HelpField", "HelpForm"]
