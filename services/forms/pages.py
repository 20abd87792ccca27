"""What the forms of staff pages share: how a field looks, and how an operation’s refusal comes back beside what was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict


class PageForm(forms.Form):
    """A form of a page: large fields, and ids of its own when the page has several."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)

    @property
    def has_file(self) -> bool:
        """A file must be chosen again after a refusal: the page says so."""
        return any(isinstance(field, forms.FileField) for field in self.fields.values())

    def refuse(self, error: ValidationError) -> None:
        """The operation’s refusal, beside the field when it is the form’s own."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


def with_value(data: Mapping[str, Any], name: str, value: str) -> QueryDict:
    """What a person sent, with one value exchanged: shown again, the form goes on from what the page knows now."""
    changed = data.copy() if isinstance(data, QueryDict) else QueryDict(mutable=True)
    if not isinstance(data, QueryDict):
        changed.update(data)
    changed[name] = value
    return changed


def dress(field: forms.Field) -> None:
    """The look of a field by the kind of its widget."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        widget.attrs.setdefault("class", "form-check-input")
    elif isinstance(widget, forms.Select):
        widget.attrs.setdefault("class", "form-select")
    elif not widget.is_hidden:
        widget.attrs.setdefault("class", "form-control")


class DayField(forms.DateField):
    """A day, chosen from the browser’s own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)


class WordsField(forms.CharField):
    """A text of several lines."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
