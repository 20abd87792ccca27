"""The check list of one conversation of a quality sample (M35)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.choices import QualityItem, QualityMark
from reports.models import QualityCheck
from reports.operations.quality import LONGEST_REMARKS
from services.forms.pages import PageForm, WordsField


class CheckForm(PageForm):
    """Yes, no or does not apply for every item, and remarks for her who answered."""

    remarks = WordsField(
        label=_("Remarks for the one who answered"),
        max_length=LONGEST_REMARKS,
        required=False,
        help_text=_("She and her supervisor see them, nobody else. Do not write of the client."),
    )

    def __init__(self, *args: Any, row: QualityCheck, **kwargs: Any) -> None:
        super().__init__(*args, initial={**row.marks, "remarks": row.remarks}, **kwargs)
        items: dict[str, forms.Field] = {
            code: forms.ChoiceField(label=label, choices=QualityMark.choices, widget=forms.RadioSelect)
            for code, label in QualityItem.choices
        }
        for field in items.values():
            field.widget.attrs["class"] = "form-check-input"
        self.fields = {**items, "remarks": self.fields["remarks"]}

    def marks(self) -> dict[str, str]:
        """What was said of each item."""
        return {code: self.cleaned_data[code] for code in QualityItem.values}
