"""Which signals decide which part of an item: the model names the parts that its signals fill, and this says by which of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

# Parts that a signal fills by itself; a name that ends in a colon stands for every part that begins so.
OWN_PARTS: Mapping[str, Collection[str]] = {
    "form_complete": ("form:",),
    "service_defined": ("form:service_definition",),
    "queue_structure_defined": ("form:queue_structure",),
    "systems_inventory": ("form:systems_inventory",),
    "report_definition_selected": ("form:metric_selection",),
    "targets_costs_resources_reviewed": ("form:targets_costs_resources",),
    "last_month_report_reviewed": ("form:report_review",),
    "decision_recorded": ("decision", "project_end"),
    "handover_accepted": ("signoff:",),
    "working_group_named": ("participants",),
    "workshop_recorded": ("participants", "evidence"),
    "model_walkthrough_recorded": ("participants",),
    "internal_news_published": ("to_professionals",),
    "training_plan_saved": ("training_plan",),
    "responders_trained": ("training_done",),
    "pilot_dates_set": ("pilot_dates",),
}


def deciders(part: str, signals: Collection[str]) -> tuple[str, ...]:
    """The item's signals that must hold for the part: those whose own it is, else all of them together."""
    own = tuple(name for name in signals if _owns(name, part))
    return own or tuple(signals)


def fills(covers: Collection[str], signals: Collection[str]) -> tuple[str, ...]:
    """The signals that fill something of the item; the others are only shown as facts."""
    needed = {name for part in covers for name in deciders(part, signals)}
    return tuple(name for name in signals if name in needed)


def _owns(signal: str, part: str) -> bool:
    return any(part == own or (own.endswith(":") and part.startswith(own)) for own in OWN_PARTS.get(signal, ()))
