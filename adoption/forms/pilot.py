"""The evaluation of a pilot."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from adoption.choices import PilotVerdict
from adoption.forms.base import DayField, PageForm, WordsField


class PilotForm(PageForm):
    """What is decided of the pilot, when and why."""

    verdict = forms.ChoiceField(label=_("What is decided"), choices=PilotVerdict.choices, widget=forms.RadioSelect)
    on = DayField(label=_("Date of the decision"), initial=timezone.localdate)
    text = WordsField(label=_("Grounds, and what is changed"), rows=6, max_length=8000)
