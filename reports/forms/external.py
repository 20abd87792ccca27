"""The forms of figures from elsewhere: one by hand, and a file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from handbook.forms.chapters import single_values
from reports.choices import ExternalKind
from reports.external import SAVINGS, Entry, read_month, read_value
from services.forms.pages import PageForm
from services.forms.surveys import AnswersFileForm


class FigureFileForm(AnswersFileForm):
    """The file to be looked through first; nothing is changed yet."""


class FigureForm(PageForm):
    """One figure of a month, with its source."""

    month = forms.CharField(label=_("Month"), max_length=10, help_text=_("For example 2026-11."))
    kind = forms.ChoiceField(label=_("Figure"), choices=())
    value = forms.CharField(
        label=_("Value"),
        max_length=24,
        required=False,
        help_text=_("Leave empty to take away a figure that was entered by mistake."),
    )
    source = forms.CharField(
        label=_("Where the figure comes from"), max_length=160, help_text=_("For example the report of the phone system.")
    )
    words = forms.CharField(
        label=_("Explanation"),
        max_length=300,
        required=False,
        help_text=_("For example which visits are meant. Nothing of a client. Savings need a reason."),
    )
    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=32000)

    def __init__(self, *args: Any, key: str, today: date, judges: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key, self.today = key, today
        self.fields["kind"].choices = [each for each in ExternalKind.choices if judges or each[0] not in SAVINGS]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The month and the number, as the kind allows them."""
        found: dict[str, Any] = super().clean() or {}
        if "month" in found:
            try:
                found["month"] = read_month(found["month"].strip(), today=self.today)
            except ValidationError as error:
                self.add_error("month", error)
        if found.get("value") and "kind" in found:
            try:
                found["value"] = read_value(found["value"], found["kind"])
            except ValidationError as error:
                self.add_error("value", error)
        return found

    @property
    def entry(self) -> Entry:
        """What was written."""
        data = self.cleaned_data
        value: Decimal | None = data["value"] or None if data["value"] != 0 else Decimal(0)
        return Entry(self.key, data["month"], data["kind"], value, data["source"], data["words"])

    def know(self, revision: int) -> None:
        """What was written is kept; what is saved now has seen the revision that is there."""
        self.data = {**single_values(self.data), "replaces": str(revision)}
