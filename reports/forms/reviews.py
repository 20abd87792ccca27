"""The form of a review: the four topics of the model’s item 4.2, and what is agreed (S000-53)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reports.models import Review
from reports.models.reviews import TOPICS
from reports.operations import Action, Findings
from services.forms.pages import DayField, PageForm, WordsField

LONGEST = 4000
SPARE = 2
MOST_ACTIONS = 20


class ReviewForm(PageForm):
    """What was found; it can be saved half-filled, and signed when it is whole."""

    contacts = WordsField(label=_("Number of contacts"), required=False, max_length=LONGEST)
    queue_times = WordsField(label=_("Queue times"), required=False, max_length=LONGEST)
    satisfaction = WordsField(label=_("Customer satisfaction"), required=False, max_length=LONGEST)
    free_feedback = WordsField(
        label=_("Free feedback"),
        required=False,
        max_length=LONGEST,
        help_text=_("Tell what residents say in general. Do not copy their words or write of anyone by name."),
    )
    no_actions = forms.BooleanField(label=_("No actions are needed"), required=False)
    reason = forms.CharField(label=_("Why a new review is needed"), max_length=200, required=False)

    def __init__(self, *args: Any, review: Review | None, replaces: bool, **kwargs: Any) -> None:
        stored = {name: getattr(review, name) for name in (*TOPICS, "no_actions", "reason")} if review else {}
        super().__init__(*args, initial=stored, **kwargs)
        if not replaces:
            del self.fields["reason"]

    def findings(self) -> Findings:
        """What was written."""
        return Findings(**{name: self.cleaned_data[name] for name in (*TOPICS, "no_actions")})


class PersonField(forms.ModelChoiceField):
    """A person who works for the service."""

    def label_from_instance(self, obj: Any) -> str:
        """The name by which colleagues know her."""
        return str(obj)


class ActionForm(PageForm):
    """One action: what, who and by when."""

    title = forms.CharField(label=_("What is done"), max_length=160, required=False)
    owner = PersonField(label=_("Who does it"), queryset=User.objects.none(), required=False, empty_label=_("Choose"))
    due_on = DayField(label=_("By when"), required=False)

    def __init__(self, *args: Any, workers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = workers  # type: ignore[attr-defined]

    def action(self) -> Action | None:
        """What was written; an empty row is no action."""
        told = self.cleaned_data
        if not (told.get("title") or told.get("owner") or told.get("due_on")):
            return None
        return Action(told.get("title") or "", told.get("owner"), told.get("due_on"))


ActionRows: type[BaseFormSet[ActionForm]] = formset_factory(
    ActionForm, extra=SPARE, max_num=MOST_ACTIONS, absolute_max=MOST_ACTIONS, validate_max=True
)
