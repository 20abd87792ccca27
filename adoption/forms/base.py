"""What the forms of adoption share: how a field looks, and how an operation’s refusal comes back beside what was written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from adoption.people import people_of
from services.forms.pages import DayField, PageForm, WordsField, dress
from services.metric_names import metric_choices

TYPES_OF_FILE = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.png,.jpg,.jpeg,.txt"


def metrics_or_none() -> list[tuple[str, Any]]:
    """Every metric by name, after the choice of none."""
    return [("", _("Choose a metric")), *metric_choices()]


class PersonField(forms.ModelChoiceField):
    """A person who works for the county."""

    def __init__(self, *, county: str = "", **kwargs: Any) -> None:
        super().__init__(queryset=people_of(county) if county else User.objects.none(), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """The name by which colleagues know her."""
        return str(obj)


class EnclosureField(forms.FileField):
    """A file; what it is, is judged by its content when it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", _("File"))
        kwargs.setdefault("help_text", _("PDF, Word, Excel, PowerPoint, OpenDocument, picture or text; at most 10 MB."))
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = TYPES_OF_FILE


__all__ = ["TYPES_OF_FILE", "DayField", "EnclosureField", "PageForm", "PersonField", "WordsField", "dress", "metrics_or_none"]
