"""A note of a month, the reason of a new revision, and the days of a free period."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handbook.forms.chapters import single_values
from reports.models.notes import LONGEST_NOTE, MonthNote
from reports.months import Period
from services.forms.pages import DayField, PageForm, WordsField

LONGEST_REASON = 200
TO_COME = gettext_lazy("The period begins after today: there is nothing to count yet.")


class NoteForm(PageForm):
    """What happened, in the languages of the county; Finnish is needed."""

    text_fi = WordsField(
        label=gettext_lazy("In Finnish"),
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("For example: “The hours were extended on 1 April.” Nothing of a client. At most 300 characters."),
    )
    text_sv = WordsField(label=gettext_lazy("In Swedish"), max_length=LONGEST_NOTE, required=False)
    text_en = WordsField(label=gettext_lazy("In English"), max_length=LONGEST_NOTE, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: MonthNote | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row is not None:
            self.initial = {"version": row.version, **{name: getattr(row, name) for name in ("text_fi", "text_sv", "text_en")}}

    @property
    def texts(self) -> dict[str, str]:
        """The words by language."""
        return {code: self.cleaned_data[f"text_{code}"] for code in ("fi", "sv", "en")}

    def know(self, row: MonthNote) -> None:
        """What was written is kept; what is saved now has been seen with it."""
        self.data = {**single_values(self.data), "version": str(row.version)}


class RevisionForm(PageForm):
    """Why a new revision is needed."""

    reason = WordsField(label=gettext_lazy("Why is a new revision needed?"), max_length=LONGEST_REASON, rows=2)


class PeriodForm(PageForm):
    """The first and the last day."""

    alku = DayField(label=gettext_lazy("First day"))
    loppu = DayField(label=gettext_lazy("Last day"))
    most_months = 60

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)
        self.today = today
        self.period: Period | None = None

    def clean(self) -> dict[str, Any]:
        """The days in their order, not all to come, and not more than five years."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("alku"), found.get("loppu")
        if first is None or last is None:
            return found
        if last < first:
            raise ValidationError({"loppu": _("The last day is before the first one. Change one of them.")}, code="order")
        if first > self.today:
            raise ValidationError({"alku": str(TO_COME)}, code="future")
        period = Period(first, last)
        if len(period.months) > self.most_months:
            raise ValidationError({"loppu": _("At most five years at once: choose a shorter period.")}, code="too_long")
        self.period = period
        return found
