"""The forms of the daily counter: a press, or the number of the day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reports.choices import CountKind

STEPS = {"more": 1, "less": -1}


class CountForm(forms.Form):
    """What is counted, by how much or how many, and what she saw. The page draws it itself: plain buttons and one field."""

    kind = forms.ChoiceField(choices=CountKind.choices)
    what = forms.ChoiceField(choices=[(each, each) for each in (*STEPS, "set", "undo")])
    number = forms.IntegerField(label=_("Number of the day"), required=False, min_value=0, max_value=9999)
    seen = forms.IntegerField(required=False)
    token = forms.UUIDField()

    def clean(self) -> dict[str, Any]:
        """A written number is a number."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("what") == "set" and found.get("number") is None and "number" not in self.errors:
            self.add_error("number", ValidationError(_("Write the number."), code="number"))
        return found

    @property
    def refusal(self) -> str:
        """Everything that is wrong, in one line."""
        return " ".join(str(words) for words in self.errors.get("number", [])) or str(_("Something was missing. Try again."))
