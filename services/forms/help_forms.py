"""The forms with which the main user makes a help form: its words and promise, and one of its fields."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from services.choices import HelpFieldKind
from services.forms.pages import PageForm, WordsField
from services.models.help_forms import MOST_DAYS


class _RowForm(PageForm):
    """A form of one row: its fields are the row's own columns; `version` is what the person read."""

    columns: ClassVar[tuple[str, ...]] = ()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        stored = {name: getattr(row, name) for name in (*self.columns, "version")} if row is not None else {}
        super().__init__(*args, initial=stored, **kwargs)

    def values(self) -> dict[str, Any]:
        """What was written, by the row's columns."""
        return {name: self.cleaned_data[name] for name in self.columns}


class HelpFormForm(_RowForm):
    """What the form is for, by when it is answered, and whether a contact detail is asked for."""

    columns = ("promise_days", "asks_contact", "intro_fi", "intro_sv", "intro_en")
    promise_days = forms.IntegerField(
        label=_("An answer is promised within so many working days"),
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("The day on which the question is sent is not counted."),
    )
    asks_contact = forms.BooleanField(label=_("A phone number or e-mail address may be left"), required=False)
    intro_fi = WordsField(label=_("What the form is for, in Finnish"), required=False, max_length=1500, rows=4)
    intro_sv = WordsField(label=_("What the form is for, in Swedish"), required=False, max_length=1500, rows=4)
    intro_en = WordsField(label=_("What the form is for, in English"), required=False, max_length=1500, rows=4)


class HelpFieldForm(_RowForm):
    """One field: what is asked, a help text, and its choices, in each language."""

    columns = (
        "kind",
        *("text_fi", "text_sv", "text_en"),
        *("help_fi", "help_sv", "help_en"),
        *("options_fi", "options_sv", "options_en"),
        "is_required",
    )
    kind = forms.ChoiceField(
        label=_("How it is answered"), choices=HelpFieldKind.choices, initial=HelpFieldKind.WORDS, widget=forms.RadioSelect
    )
    text_fi = forms.CharField(label=_("Question, in Finnish"), max_length=160)
    text_sv = forms.CharField(label=_("Question, in Swedish"), max_length=160, required=False)
    text_en = forms.CharField(label=_("Question, in English"), max_length=160, required=False)
    help_fi = forms.CharField(label=_("Help text, in Finnish"), max_length=240, required=False)
    help_sv = forms.CharField(label=_("Help text, in Swedish"), max_length=240, required=False)
    help_en = forms.CharField(label=_("Help text, in English"), max_length=240, required=False)
    options_fi = WordsField(
        label=_("Choices, in Finnish"), required=False, help_text=_("One on each line. Only for choices."), rows=4
    )
    options_sv = WordsField(label=_("Choices, in Swedish"), required=False, help_text=_("In the same order."), rows=4)
    options_en = WordsField(label=_("Choices, in English"), required=False, help_text=_("In the same order."), rows=4)
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)
