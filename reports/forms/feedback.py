"""The forms of the feedback inbox (M17)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.choices import Theme, Tone
from services.forms.pages import PageForm, WordsField


class MarkForm(PageForm):
    """The tone and themes of one text."""

    tone = forms.ChoiceField(label=_("Tone"), choices=Tone.choices, widget=forms.RadioSelect)
    themes = forms.MultipleChoiceField(
        label=_("Themes"), choices=Theme.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class IdeaForm(PageForm):
    """An improvement, in the reader’s own words."""

    title = forms.CharField(label=_("What should be better"), max_length=160)
    description = WordsField(
        label=_("Description"),
        required=False,
        max_length=4000,
        help_text=_("Write it in your own words. Do not copy the resident’s text: it is erased in time, this is not."),
    )
