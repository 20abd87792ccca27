"""A responder's wish of a day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.choices import WishKind
from reports.dates import hour_words
from reports.models.wishes import LONGEST_WISH
from services.forms.pages import DayField, PageForm


class WishForm(PageForm):
    """The day, the hours, and what is wished."""

    kind = forms.ChoiceField(label=_("What do you wish?"), choices=WishKind.choices, widget=forms.RadioSelect)
    day = DayField(label=_("Day"))
    starts = forms.TypedChoiceField(label=_("From"), coerce=int, initial=0)
    ends = forms.TypedChoiceField(label=_("Until"), coerce=int, initial=24)
    words = forms.CharField(
        label=_("In words, if you want"),
        max_length=LONGEST_WISH,
        required=False,
        help_text=_("Your supervisor sees it. You need not tell a reason; do not write of your health."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # In the language of the page.
        self.fields["starts"].choices = [(n, hour_words(n)) for n in range(24)]  # type: ignore[attr-defined]
        self.fields["ends"].choices = [(n, hour_words(n)) for n in range(1, 25)]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What was wished."""
        return dict(self.cleaned_data)
