"""A form of the model as fields of a page: made of the version’s own field specs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from adoption.forms.base import DayField, PageForm, WordsField, dress
from adoption.forms_of_model import LONGEST, FieldKind, FieldSpec, FormSpec, Values
from services.forms import LinesField
from services.metric_names import aim_to_keep, aim_to_read, metric_choices
from services.texts import pick

CHOICE_WORDS = {"yes": _("Yes"), "no": _("No"), "planned": _("Planned")}


class ModelForm(PageForm):
    """The fields of one form of the model. What is lacking may be saved all the same: the form is filled in little by little."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, spec: FormSpec, values: Values, version: int | None, language: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={**_to_read(values), "version": version}, **kwargs)
        self.spec = spec
        for each in spec.fields:
            field = _field(each, language)
            dress(field)
            self.fields[each.key] = field

    def spec_fields(self) -> list[tuple[FieldSpec, forms.BoundField]]:
        """Each field of the page beside its spec."""
        return [(each, self[each.key]) for each in self.spec.fields]

    def values(self) -> dict[str, Any]:
        """What was written, by the form’s own fields; a day as it is stored."""
        found = {each.key: self.cleaned_data[each.key] for each in self.spec.fields}
        return {key: _to_keep(value) for key, value in found.items()}


def _to_read(values: Values) -> dict[str, Any]:
    """Lines of metrics with numbers as the reader writes them."""
    return {key: [aim_to_read(str(each)) for each in value] if isinstance(value, list) else value for key, value in values.items()}


def _to_keep(value: Any) -> Any:
    if isinstance(value, list):
        return [aim_to_keep(str(each)) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _field(spec: FieldSpec, language: str) -> forms.Field:
    """One field by its kind; nothing is mandatory for saving, the page says what is still lacking."""
    given: dict[str, Any] = {"label": spec.label, "required": False, "help_text": pick(spec.help, language).value}
    match spec.kind:
        case FieldKind.CHOICE:
            return forms.ChoiceField(choices=_choices(spec), widget=forms.RadioSelect, **given)
        case FieldKind.DATE:
            return DayField(**given)
        case FieldKind.NUMBER:
            return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **given)
        case FieldKind.LIST if spec.is_of_metrics:
            return forms.MultipleChoiceField(choices=metric_choices, widget=forms.CheckboxSelectMultiple, **given)
        case FieldKind.LIST:
            return LinesField(widget=forms.Textarea(attrs={"rows": 4}), **given)
    return WordsField(rows=2, max_length=LONGEST, **given)


def _choices(spec: FieldSpec) -> list[tuple[str, Any]]:
    return [(choice, CHOICE_WORDS.get(choice, choice)) for choice in spec.choices]
