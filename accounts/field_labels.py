"""What the fields of a sent form are called, found by the page that it was sent to: the sender sends names only.

A name that two forms of the page call differently has no label here: a wrong one would be worse than none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.db import models
from django.forms import BaseForm
from django.urls import ResolverMatch
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

Teller = Callable[[ResolverMatch], Mapping[str, str]]
_TELLERS: dict[str, Teller] = {}

# Forms that a template writes by itself.
_WRITTEN = {
    "body": _("Message"),
    "note": _("Note"),
    "message": _("Message"),
    "words": _("In your own words"),
}


def labels_by(*names: str) -> Callable[[Teller], Teller]:
    """A view whose form is made anew for each page tells by itself what its fields are called."""

    def keep(teller: Teller) -> Teller:
        _TELLERS.update(dict.fromkeys(names, teller))
        return teller

    return keep


def labels_of(match: ResolverMatch, names: Collection[str], model: type[models.Model] | None = None) -> dict[str, str]:
    """The label of each name that has one. `model`: of the admin’s page."""
    teller = _TELLERS.get(match.view_name)
    told = dict(teller(match)) if teller is not None else {}
    fields = {name: name.rpartition("-")[2] for name in names}
    among = set(fields.values())
    by_form = _by_forms(match.func.__module__, among)
    found: dict[str, str] = {}
    for name, field in fields.items():
        label = told.get(field) or (_by_model(model, field) if model is not None and name == field else "")
        label = label or by_form.get(field, "") or str(_WRITTEN.get(field, ""))
        if label:
            found[name] = capfirst(label)
    return found


def _by_model(model: type[models.Model], field: str) -> str:
    if field not in {each.name for each in model._meta.get_fields()}:
        return ""
    return str(label_for_field(field, model))


def _by_forms(module: str, names: Collection[str]) -> dict[str, str]:
    """By the form that fits what was sent best; of equal ones the page’s own, then one of the same app."""
    ranked: dict[tuple[int, bool, bool], list[type[Any]]] = {}
    own = vars(sys.modules[module]) if module in sys.modules else {}
    app = module.partition(".")[0]
    for form in _forms(BaseForm):
        fields: Mapping[str, Any] = getattr(form, "base_fields", {})
        if fit := len(names & fields.keys()):
            rank = (fit, own.get(form.__name__) is form, form.__module__.partition(".")[0] == app)
            ranked.setdefault(rank, []).append(form)
    found: dict[str, str] = {}
    for rank in sorted(ranked, reverse=True):
        for name in names - found.keys():
            said = {str(form.base_fields[name].label or "") for form in ranked[rank] if name in form.base_fields}
            if len(said) == 1 and (label := said.pop()):
                found[name] = label
            elif said:
                found[name] = ""
    return {name: label for name, label in found.items() if label}


def _forms(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _forms(each)


__all__ = ["labels_by", "labels_of"]
