"""The verdict on a gate (S000-29, S000-35)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from adoption.choices import MemberRole, Verdict
from adoption.forms.base import DayField, EnclosureField, PageForm, WordsField
from services.forms.pages import with_value

CONDITIONS = 3
"""How many conditions one verdict may set on the page."""


class VerdictForm(PageForm):
    """What was decided at a gate, in which role, on what grounds and on what conditions."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict.choices, widget=forms.RadioSelect)
    role = forms.ChoiceField(label=_("In your role"))
    text = WordsField(
        label=_("Grounds"), rows=4, max_length=4000, required=False, help_text=_("Always when the verdict is not “go”.")
    )
    file = EnclosureField(label=_("Minutes or another document"))
    sure = forms.BooleanField(
        label=_("I have read the checklist. A verdict is kept as it is and can’t be taken back; a new one can be given.")
    )

    seen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, roles: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [(code, name) for code, name in MemberRole.choices if code in roles]
        for number in range(1, CONDITIONS + 1):
            self.fields[f"condition_{number}"] = forms.CharField(label=_("Condition"), max_length=300, required=False)
            self.fields[f"due_{number}"] = DayField(label=_("By"), required=False)
            for name in (f"condition_{number}", f"due_{number}"):
                self.fields[name].widget.attrs["class"] = "form-control"

    def look_again(self, verdicts: int) -> None:
        """The page shows what was given meanwhile: pressing again is about that."""
        self.data = with_value(self.data, "seen", str(verdicts))

    def condition_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The rows of conditions, as the page lays them out."""
        return [(self[f"condition_{number}"], self[f"due_{number}"]) for number in range(1, CONDITIONS + 1)]

    def conditions(self) -> Sequence[tuple[str, date]]:
        """The conditions that were written."""
        rows = [(self.cleaned_data[f"condition_{n}"], self.cleaned_data[f"due_{n}"]) for n in range(1, CONDITIONS + 1)]
        return [(text, due) for text, due in rows if text]

    def clean(self) -> dict[str, Any]:
        """A condition has its day; “go, with conditions” has a condition."""
        data = super().clean() or self.cleaned_data
        for number in range(1, CONDITIONS + 1):
            if data.get(f"condition_{number}") and not data.get(f"due_{number}"):
                self.add_error(f"due_{number}", _("Give the day by which the condition is to be met."))
            if data.get(f"due_{number}") and not data.get(f"condition_{number}"):
                self.add_error(f"condition_{number}", _("Write the condition."))
        if data.get("verdict") == Verdict.CONDITIONS and not any(data.get(f"condition_{n}") for n in range(1, CONDITIONS + 1)):
            self.add_error("condition_1", _("Write at least one condition and its day."))
        return data
