"""The form of a target (metrics 1.8)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.metrics.words import UNITS as WORDS
from services.choices import AimClass, Direction
from services.forms.pages import DayField, PageForm
from services.metric_names import metric_choices
from services.models import Target

UNITS = [(unit, WORDS.get(unit, unit)) for unit in ("%", "s", "min", "h", "1–5", "NPS", "kpl", "€")]
CHANNELS = Target._meta.get_field("channel").choices or []


class TargetForm(PageForm):
    """What is aimed at, for whom, and from when."""

    metric = forms.ChoiceField(label=_("Metric"), choices=metric_choices)
    aim = forms.ChoiceField(label=_("For whom"), choices=AimClass.choices, initial=AimClass.CLIENT)
    channel = forms.ChoiceField(label=_("Channel"), choices=CHANNELS, initial="chat")
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Direction.choices, help_text=_("≥ means at least, > means more than.")
    )
    value = forms.DecimalField(label=_("Value"), max_digits=12, decimal_places=3, localize=True)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    starts_on = DayField(label=_("In force from"), initial=timezone.localdate)
    ends_on = DayField(label=_("In force until"), required=False, help_text=_("Leave empty: until further notice."))
    due_on = DayField(label=_("To be reached by"), required=False)
    source = forms.CharField(label=_("Where the target comes from"), max_length=160, required=False)

    def __init__(self, *args: Any, replaces: Target | None, **kwargs: Any) -> None:
        kept = ("metric", "aim", "channel", "direction", "value", "unit", "due_on", "source")
        super().__init__(*args, initial={name: getattr(replaces, name) for name in kept} if replaces else {}, **kwargs)


class EndForm(PageForm):
    """The last day on which a target holds."""

    ends_on = DayField(label=_("Last day in force"), initial=timezone.localdate)
