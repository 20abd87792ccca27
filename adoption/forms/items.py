"""The forms of one item: its state, its person and day, its parts, comments and attachments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from adoption.choices import ItemState, Outcome
from adoption.forms.base import DayField, EnclosureField, PageForm, PersonField, WordsField
from adoption.models import Meeting, Rollout
from adoption.permissions import readers_of


class MoveForm(PageForm):
    """A step of the item; some steps ask why."""

    to = forms.ChoiceField(choices=ItemState.choices, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = WordsField(label=_("Why?"), rows=2, max_length=300, required=False)


class AssignForm(PageForm):
    """Who does the item, and by when."""

    owner = PersonField(label=_("Person"), required=False, empty_label=_("Nobody yet"))
    due_on = DayField(label=_("Due date"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rollout: Rollout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = readers_of(rollout)  # type: ignore[attr-defined]


class CommentForm(PageForm):
    """What somebody says of the item (S000-59)."""

    text = WordsField(label=_("Comment"), max_length=4000)


class DecisionForm(PageForm):
    """What management decided: outcome, day, words, and the document if there is one."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, widget=forms.RadioSelect)
    on = DayField(label=_("Date of the decision"), initial=timezone.localdate)
    text = WordsField(label=_("What was decided, and on what conditions"), max_length=4000)
    file = EnclosureField(label=_("The decision as a file"))


class DocumentForm(PageForm):
    """A document: a file or a link, with its version and date."""

    document_version = forms.CharField(label=_("Version of the document"), max_length=40, help_text=_("For example 1.0."))
    on = DayField(label=_("Date of the document"), initial=timezone.localdate)
    file = EnclosureField()
    link = forms.URLField(label=_("or a link"), max_length=500, required=False, assume_scheme="https")


class EvidenceForm(PageForm):
    """A short text of what was done, with its date; a link or a file when there is one."""

    text = WordsField(label=_("What was done"), max_length=4000)
    on = DayField(label=_("Date"), initial=timezone.localdate)
    link = forms.URLField(label=_("Link"), max_length=500, required=False, assume_scheme="https")
    file = EnclosureField()


class MeetingForm(PageForm):
    """The meeting or workshop in which the right people were."""

    meeting = forms.ModelChoiceField(label=_("Meeting or workshop"), queryset=Meeting.objects.none(), empty_label=_("Choose"))

    def __init__(self, *args: Any, rollout: Rollout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = Meeting.objects.filter(rollout=rollout)  # type: ignore[attr-defined]


class SignForm(PageForm):
    """The person says that she accepts, in the role that is asked."""

    sure = forms.BooleanField(label=_("I have read this and I accept it"))
