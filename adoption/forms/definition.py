"""The definition of a service as fields of a page: its nine points (S000-40)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from adoption.definition import Definition
from adoption.definition.checks import LONGEST, longest
from adoption.definition.shape import PLANS, TEXTS, text_columns
from adoption.definition.words import POINT_NAMES
from adoption.forms.base import PageForm, WordsField, dress
from adoption.forms.definition_rows import MinutesField, QueueRows, TargetRows
from services.choices import Identification
from services.forms import LinesField
from services.publication import LANGUAGE_NAMES, PAGE_TEXTS
from services.texts import FALLBACKS

LINES = frozenset({"handles", "identification_text", "off_hours_text"})
HELP: Mapping[str, Promise] = {
    "handles": _("One matter on each line."),
    "name": _("At most 80 characters."),
    "promise": _("Something that can be measured, for example “We answer within five minutes on weekdays”."),
}
OF_POINT: Mapping[str, tuple[str, ...]] = {
    "use": ("summary", "handles", "identification", "identification_text"),
    "promise": ("promise", "response_target"),
    "goals": ("goals",),
    **{point: (name,) for name, point in TEXTS.items() if point not in ("use", "promise")},
    **{name: (name,) for name in PLANS if name != "goals"},
}
"""What stands under each point, a line of fields for each name."""


class DefinitionForm(PageForm):
    """The texts and settings of the nine points. What lacks may be saved all the same."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    identification = forms.ChoiceField(
        label=_("Must the resident identify herself?"), choices=Identification.choices, widget=forms.RadioSelect, required=False
    )
    response_target = MinutesField(label=_("Response time target (minutes)"))
    recipients = LinesField(label=_("Who gets the report"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    external = forms.URLField(
        label=_("Link to where this was worked out together"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("For example a Howspace page. Not needed."),
    )

    def __init__(self, *args: Any, definition: Definition, version: int | None, **kwargs: Any) -> None:
        target = int(definition.settings.get("response_target_seconds") or 300)
        initial = {
            **definition.texts,
            **definition.plans,
            "identification": definition.settings.get("identification") or Identification.MIDWAY,
            "response_target": target,
            "recipients": list(definition.recipients),
            "external": definition.external,
            "version": version,
        }
        super().__init__(*args, initial=initial, **kwargs)
        labels = {name: label for _point, name, label in PAGE_TEXTS}
        for name in TEXTS:
            for code in FALLBACKS:
                column = f"{name}_{code}"
                label = f"{capfirst(str(labels[name]))} ({LANGUAGE_NAMES[code]})"
                self.fields[column] = _text(name, label, longest(column))
        for name in PLANS:
            words = {"point": POINT_NAMES[name]}
            self.fields[name] = WordsField(
                rows=3, max_length=LONGEST, required=False, label=_("%(point)s in your own words") % words
            )
        for field in self.fields.values():
            dress(field)

    def lines_of(self, point: str) -> list[list[forms.BoundField]]:
        """The fields under a point: each text in its languages side by side."""
        return [
            [self[f"{name}_{code}"] for code in FALLBACKS] if name in TEXTS else [self[name]] for name in OF_POINT.get(point, ())
        ]

    def definition(self, queues: QueueRows, targets: TargetRows) -> Definition:
        """What was written, with the rows of the same page."""
        data = self.cleaned_data
        seconds = data["response_target"]
        return Definition(
            texts={name: data[name] for name in text_columns() if data[name]},
            settings={
                **({"identification": data["identification"]} if data["identification"] else {}),
                **({"response_target_seconds": str(seconds)} if seconds else {}),
            },
            plans={name: data[name] for name in PLANS if data[name]},
            queues=tuple(queues.rows()),
            targets=tuple(targets.rows()),
            recipients=tuple(data["recipients"]),
            external=data["external"],
        )


def _text(name: str, label: str, most: int) -> forms.CharField:
    given: dict[str, Any] = {"label": label, "required": False, "max_length": most, "help_text": HELP.get(name, "")}
    if name in LINES:
        return WordsField(rows=4, **given)
    return forms.CharField(**given) if name == "name" else WordsField(rows=2, **given)
