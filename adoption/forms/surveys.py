"""A survey is begun for a rollout."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from adoption.forms.base import PageForm
from services.choices import SurveyKind


class BeginSurveyForm(PageForm):
    """Who is asked, and what the survey is called; the rest is written on the survey's own pages."""

    kind = forms.ChoiceField(
        label=_("Who is asked"), choices=SurveyKind.choices, initial=SurveyKind.PUBLIC, widget=forms.RadioSelect
    )
    title = forms.CharField(label=_("Title, in Finnish"), max_length=120)
