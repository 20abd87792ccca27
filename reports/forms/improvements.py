"""How an improvement goes on, for who keeps it and has no rollout to find it in (S001-24)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reports.forms.reviews import PersonField
from services.forms.pages import DayField, PageForm, WordsField
from services.models import Improvement

COLUMNS = ("state", "owner", "due_on", "closing_note")


class TopicForm(PageForm):
    """An improvement that a figure led to."""

    title = forms.CharField(label=_("What should be better"), max_length=160)
    description = WordsField(label=_("Description"), required=False, max_length=4000)


class ProgressForm(PageForm):
    """Its state, who does it, by when, and in the end what came of it."""

    state = forms.ChoiceField(label=_("State"), choices=Improvement.State.choices, widget=forms.RadioSelect)
    owner = PersonField(label=_("Who does it"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet"))
    due_on = DayField(label=_("By when"), required=False)
    closing_note = WordsField(
        label=_("What came of it"), required=False, max_length=4000, help_text=_("Needed when it is done or dropped.")
    )

    def __init__(self, *args: Any, row: Improvement, workers: Any, **kwargs: Any) -> None:
        stored = {"state": row.state, "owner": row.owner_id, "due_on": row.due_on, "closing_note": row.closing_note}
        super().__init__(*args, initial=stored, **kwargs)
        self.fields["owner"].queryset = workers  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What was written, by the row’s columns."""
        return {name: self.cleaned_data[name] for name in COLUMNS}
