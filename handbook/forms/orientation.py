"""The forms of orientation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from handbook.choices import LANGUAGES, Skill
from handbook.models import OrientationPlan
from handbook.operations.ground import LINE
from services.forms.pages import DayField, PageForm

LEVELS = [
    (1, _("1 – I need training")),
    (2, _("2 – I manage with help")),
    (3, _("3 – I manage by myself")),
    (4, _("4 – I can teach others")),
]


class PlanForm(PageForm):
    """Whether the orientation is required, and whether practice belongs to it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    is_required = forms.BooleanField(label=_("Real conversations are taken only after the orientation"), required=False)
    with_practice = forms.BooleanField(label=_("A practice conversation belongs to it"), required=False)

    def __init__(self, *args: Any, row: OrientationPlan | None, **kwargs: Any) -> None:
        stored = (
            {"version": row.version, "is_required": row.is_required, "with_practice": row.with_practice}
            if row
            else {"is_required": True, "with_practice": True}
        )
        super().__init__(*args, initial=stored, **kwargs)


class TrainingForm(PageForm):
    """A training elsewhere."""

    title_fi = forms.CharField(label=_("Title, in Finnish"), max_length=LINE)
    title_sv = forms.CharField(label=_("Title, in Swedish"), max_length=LINE, required=False)
    title_en = forms.CharField(label=_("Title, in English"), max_length=LINE, required=False)
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    due_on = DayField(label=_("To be done by"), required=False)
    is_mandatory = forms.BooleanField(label=_("Must be done"), required=False, initial=True)

    def title(self) -> dict[str, str]:
        """The title by language."""
        return {code: self.cleaned_data[f"title_{code}"] for code in LANGUAGES}


class SkillsForm(PageForm):
    """How a person assesses her own skills."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for skill in Skill:
            choices = [("", "–"), *LEVELS]
            field = forms.TypedChoiceField(label=skill.label, choices=choices, coerce=int, empty_value=None, required=False)
            field.widget.attrs["class"] = "form-select"
            self.fields[str(skill)] = field

    def levels(self) -> dict[str, int]:
        """Those that she chose."""
        return {name: level for name, level in self.cleaned_data.items() if level is not None}
