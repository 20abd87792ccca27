"""The form by which a service chooses the metrics of its report (S000-43)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reports.choices import ALWAYS_SHOWN
from reports.forms.reviews import PersonField
from reports.metrics import DEFINITIONS
from reports.models import ReportSelection
from reports.selection import offered
from reports.targets import target_in_words
from services.forms.pages import PageForm
from services.metric_names import METRICS
from services.models import Target


class PeopleField(forms.ModelMultipleChoiceField):
    """People by the names by which colleagues know them."""

    label_from_instance = PersonField.label_from_instance


def recipients_field() -> PeopleField:
    """Whom a report's letters go to."""
    return PeopleField(
        label=_("Who gets a letter when the report is ready"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The letter has a link and no figures."),
    )


class SelectionForm(PageForm):
    """A tick for each metric, and one for each that needs no target; who gets the report."""

    recipients = recipients_field()

    def __init__(self, *args: Any, row: ReportSelection | None, targets: Sequence[Target], people: Any, **kwargs: Any) -> None:
        self.targets: Mapping[str, list[str]] = _by_metric(targets)
        chosen = set(row.metrics) if row else set(offered())
        without = set(row.without_target) if row else set()
        initial: dict[str, Any] = {f"show_{code}": code in chosen for code in offered()}
        initial |= {f"none_{code}": code in without for code in offered()}
        initial["recipients"] = list(row.recipients.values_list("pk", flat=True)) if row else []
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["recipients"].queryset = people  # type: ignore[attr-defined]
        for code in offered():
            fixed = code in ALWAYS_SHOWN
            self.fields[f"show_{code}"] = _tick(str(METRICS[code]), disabled=fixed)
            self.fields[f"none_{code}"] = _tick(_("No target"), disabled=False)

    def lines(self) -> list[dict[str, Any]]:
        """A line for each metric: its ticks, its definition, and the targets in force."""
        return [
            {
                "code": code,
                "name": str(METRICS[code]),
                "definition": str(DEFINITIONS[code].words),
                "show": self[f"show_{code}"],
                "none": self[f"none_{code}"],
                "targets": self.targets.get(code, []),
                "is_fixed": code in ALWAYS_SHOWN,
            }
            for code in offered()
        ]

    def metrics(self) -> list[str]:
        """The metrics that were ticked."""
        return [code for code in offered() if code in ALWAYS_SHOWN or self.cleaned_data[f"show_{code}"]]

    def without_target(self) -> list[str]:
        """Those that need no target."""
        return [code for code in offered() if self.cleaned_data[f"none_{code}"]]


def _tick(label: Any, *, disabled: bool) -> forms.BooleanField:
    field = forms.BooleanField(label=label, required=False, disabled=disabled)
    if disabled:
        field.initial = True
    field.widget.attrs["class"] = "form-check-input"
    return field


def _by_metric(targets: Sequence[Target]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in targets:
        found.setdefault(each.metric, []).append(target_in_words(each))
    return found
