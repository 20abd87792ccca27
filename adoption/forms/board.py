"""What the board is narrowed by: what the rollouts themselves offer, in the address, so that a view can be kept and sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from adoption.board import EVERY_COUNTY, Options, Wanted
from adoption.choices import Stage
from adoption.forms.base import PageForm
from services.models import County
from services.models.base import label

LONGEST = 60


def wanted_of(asked: QueryDict) -> Wanted:
    """What the address asks for; what is no name of a field is not looked at."""
    return Wanted(**{field.name: asked.get(field.name, "").strip()[:LONGEST] for field in fields(Wanted)})


class BoardForm(PageForm):
    """The choices; one that has nothing to choose between is left out."""

    programme = forms.ChoiceField(label=_("Programme"), required=False)
    investment = forms.ChoiceField(label=_("Investment"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    tag = forms.ChoiceField(label=_("Phenomenon"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    county = forms.ChoiceField(label=_("County"), required=False)

    def __init__(self, *args: Any, wanted: Wanted, options: Options, here: County, **kwargs: Any) -> None:
        super().__init__(*args, initial=asdict(wanted), **kwargs)
        stages: dict[str, Any] = dict(Stage.choices)
        offered: dict[str, list[tuple[str, Any]]] = {
            "programme": [(each, each) for each in options.programmes],
            "investment": [(each, each) for each in options.investments],
            "stage": [(each, stages[each]) for each in options.stages],
            "tag": [(each, each) for each in options.tags],
            "person": [(str(each.public_id), str(each)) for each in options.people],
            "county": self._counties(options.counties, here),
        }
        for name, choices in offered.items():
            chosen = getattr(wanted, name)
            known = next((value for value, _words in choices if value.casefold() == chosen.casefold()), None)
            if chosen and known is None:  # an address kept from before: what it asks for stays in sight
                gone = {"person": _("A person who is no longer there"), "stage": stages.get(chosen, chosen)}
                choices = [*choices, (chosen, gone.get(name, chosen))]
            if not choices:
                del self.fields[name]
                continue
            self.initial[name] = known or chosen
            field = self.fields[name]
            field.choices = choices if name == "county" else [("", _("All")), *choices]  # type: ignore[attr-defined]

    @staticmethod
    def _counties(counties: Iterable[County], here: County) -> list[tuple[str, Any]]:
        others = [(row.code, label(row, "name")) for row in counties if row != here]
        return [("", label(here, "name")), *others, (EVERY_COUNTY, _("All my counties"))] if others else []
