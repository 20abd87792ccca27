"""A group of services, and who gets letters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reports.forms.selections import recipients_field
from reports.models import ReportGroup
from services.forms.pages import PageForm
from services.models import Service
from services.texts import text


class ServicesField(forms.ModelMultipleChoiceField):
    """Services by their names."""

    def label_from_instance(self, obj: Any) -> str:
        """In the language of the page."""
        return str(text(obj, "name", (get_language() or "fi")[:2]))


class GroupForm(PageForm):
    """Its name in the languages of the county, and its services."""

    name_fi = forms.CharField(label=_("Name in Finnish"), max_length=80)
    name_sv = forms.CharField(label=_("Name in Swedish"), max_length=80, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    services = ServicesField(
        label=_("Services of the group"), queryset=Service.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: ReportGroup | None, services: Any, **kwargs: Any) -> None:
        initial: dict[str, Any] = {}
        if row is not None:
            initial = {name: getattr(row, name) for name in ("name_fi", "name_sv", "name_en", "version")}
            initial["services"] = list(row.services.values_list("pk", flat=True))
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["services"].queryset = services  # type: ignore[attr-defined]

    @property
    def names(self) -> dict[str, str]:
        """The name by language."""
        return {code: self.cleaned_data[f"name_{code}"] for code in ("fi", "sv", "en")}


class RecipientsForm(PageForm):
    """Who gets a letter when the report is ready."""

    recipients = recipients_field()

    def __init__(self, *args: Any, people: Any, chosen: list[int], **kwargs: Any) -> None:
        super().__init__(*args, initial={"recipients": chosen}, **kwargs)
        self.fields["recipients"].queryset = people  # type: ignore[attr-defined]
