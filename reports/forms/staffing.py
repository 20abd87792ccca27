"""What is asked of the staffing of a week: the week, how the line is answered, and what if."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.dates import hour_words, span_words
from reports.staffing import SIDE_BY_SIDE, Question
from services.forms.pages import PageForm

WEEKS_AHEAD = 5


def monday_after(today: date) -> date:
    """The Monday of next week."""
    return today + timedelta(days=7 - today.weekday())


class StaffingForm(PageForm):
    """Asked by GET, so that an answer has an address; what is left out is as the service has it."""

    viikko = forms.ChoiceField(label=gettext_lazy("Week"), required=False)
    rinnan = forms.TypedChoiceField(
        label=gettext_lazy("Conversations at once"),
        coerce=int,
        required=False,
        help_text=gettext_lazy("At most 3 are recommended."),
    )
    tavoite = forms.IntegerField(label=gettext_lazy("Answered within the target, %"), min_value=1, max_value=99, required=False)
    poissa = forms.IntegerField(
        label=gettext_lazy("Away from the desk, %"),
        min_value=0,
        max_value=80,
        required=False,
        help_text=gettext_lazy("Breaks, meetings and recording of the paid time."),
    )
    avataan = forms.TypedChoiceField(
        label=gettext_lazy("What if the service opened at"), coerce=int, required=False, empty_value=None
    )
    suljetaan = forms.TypedChoiceField(label=gettext_lazy("and closed at"), coerce=int, required=False, empty_value=None)
    muutos = forms.IntegerField(
        label=gettext_lazy("More contacts, %"),
        min_value=-90,
        max_value=300,
        required=False,
        help_text=gettext_lazy("For example 10; −10 means fewer."),
    )

    def __init__(self, data: Any, *, today: date, usual: Question) -> None:
        super().__init__(data, auto_id="%s")
        self.today, self.usual = today, usual
        most = max(*SIDE_BY_SIDE, *usual.table)
        self.fields["rinnan"].choices = [(n, str(n)) for n in range(1, most + 1)]  # type: ignore[attr-defined]
        first = monday_after(today)
        weeks = [first + timedelta(weeks=n) for n in range(WEEKS_AHEAD)]
        self.fields["viikko"].choices = [(str(day), week_words(day)) for day in weeks]  # type: ignore[attr-defined]
        as_now = ("", _("as now"))
        self.fields["avataan"].choices = [as_now, *((n, hour_words(n)) for n in range(24))]  # type: ignore[attr-defined]
        self.fields["suljetaan"].choices = [as_now, *((n, hour_words(n)) for n in range(1, 25))]  # type: ignore[attr-defined]
        known = {
            "viikko": str(first),
            "rinnan": usual.at_once,
            "tavoite": round(usual.target_percent),
            "poissa": usual.away_percent,
        }
        if data is None or not any(data.get(name) for name in self.fields):
            self.is_bound = False
        else:
            # What an address leaves out is as usual, and the form shows it.
            self.data = {**known, "muutos": 0, **{name: data[name] for name in self.fields if data.get(name)}}
        self.initial = {**known, "muutos": 0}

    def clean(self) -> dict[str, Any]:
        """A service closes after it has opened."""
        found: dict[str, Any] = super().clean() or {}
        opens, closes = found.get("avataan"), found.get("suljetaan")
        if opens is not None and closes is not None and closes <= opens:
            raise ValidationError({"suljetaan": _("The closing time must be later than the opening time.")}, code="order")
        return found

    @property
    def monday(self) -> date:
        """The first day of the week that is asked for."""
        told = self.cleaned_data.get("viikko") if self.is_bound and self.is_valid() else ""
        return date.fromisoformat(told) if told else monday_after(self.today)

    @property
    def base(self) -> Question:
        """The hours and the demand as they are, answered as is asked."""
        if not (self.is_bound and self.is_valid()):
            return self.usual
        told = self.cleaned_data
        target = told["tavoite"]
        exact = self.usual.target_percent if target in (None, round(self.usual.target_percent)) else Fraction(target)
        return replace(
            self.usual,
            at_once=told["rinnan"] or self.usual.at_once,
            target_percent=exact,
            away_percent=self.usual.away_percent if told["poissa"] is None else told["poissa"],
        )

    @property
    def what_if(self) -> Question | None:
        """The same with other hours or another demand; None when nothing is asked."""
        if not (self.is_bound and self.is_valid()):
            return None
        told, base = self.cleaned_data, self.base
        if told["avataan"] is None and told["suljetaan"] is None and not told["muutos"]:
            return None
        return replace(base, more_percent=told["muutos"] or 0, opens=told["avataan"], closes=told["suljetaan"])


def week_words(monday: date) -> str:
    """Week 49, 30.11.–6.12.2026; 30 Nov–6 Dec 2026."""
    days = span_words(monday, monday + timedelta(days=6))
    return _("Week %(n)s, %(days)s") % {"n": monday.isocalendar().week, "days": days}
