"""Lists of the template as fields that take choices and lines instead of JSON."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from adoption.choices import MemberRole, Outcome
from adoption.model_file import shipped_signals
from adoption.signals.words import signal_name
from services.forms import AdminForm, ImportForm, LanguagesField, LinesField
from services.models import County


class TickedField(LanguagesField):
    """Names of a closed list to be ticked, in columns where there is room."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.widget.attrs["class"] = "nl-admin-choices"


class RolesField(TickedField):
    """Roles to be ticked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "choices": MemberRole.choices})


class OutcomesField(TickedField):
    """Outcomes of a decision to be ticked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "choices": Outcome.choices})


class SignalsField(TickedField):
    """Signals of the live system to be ticked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "choices": [(name, f"{signal_name(name)} ({name})") for name in shipped_signals()]})


FIELDS: dict[str, Any] = {
    "involved": RolesField,
    "roles": RolesField,
    "outcomes": OutcomesField,
    "signals": SignalsField,
    "depends_on": LinesField,
    "covers": LinesField,
    "items": LinesField,
    "parts": LinesField,
}


class StepForm(AdminForm):
    """The person has looked at the version, and takes the step."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, button: Any, **kwargs: Any) -> None:
        self.button = button
        super().__init__(*args, **kwargs)


class ModelImportForm(ImportForm):
    """The file of a whole model, and for whom."""

    county = forms.ModelChoiceField(label=_("County"), queryset=County.objects.none(), empty_label=None)
    field_order = ["county", "file"]

    def __init__(self, *args: Any, counties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        county, file = self.fields["county"], self.fields["file"]
        assert isinstance(county, forms.ModelChoiceField)
        county.queryset = counties
        county.initial = counties.first()
        file.help_text = _("YAML, at most one megabyte. Nothing is changed yet.")
        file.widget.attrs["accept"] = ".yaml,.yml"


class ModelConfirmForm(AdminForm):
    """The file that was looked through goes along signed, with the draft that it replaces as it was then."""

    button = _("Take these changes in")
    checked = forms.CharField(widget=forms.HiddenInput)
    county = forms.ModelChoiceField(queryset=County.objects.none(), widget=forms.HiddenInput)
    replacing = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, counties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        county = self.fields["county"]
        assert isinstance(county, forms.ModelChoiceField)
        county.queryset = counties


def refusal(error: ValidationError) -> str:
    """What an operation refused, in one paragraph."""
    return " ".join(error.messages)


__all__ = ["FIELDS", "ModelConfirmForm", "ModelImportForm", "StepForm", "refusal"]
