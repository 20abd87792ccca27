"""The five conditions of success, each with what the rollout shows of it now (S000-30, S000-31, S001-25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from adoption.choices import ItemState
from adoption.models import ModelCondition, Rollout, RolloutItem

# What each condition rests on: the items that bring it about. One that no item brings about is told by the live figures.
SHOWN_BY: Mapping[str, Sequence[str]] = {
    "management_support": ("1.4",),
    "staff_resources": ("1.5", "3.5"),
    "technically_works": ("3.3", "3.6"),
    "responder_competence": ("2.7",),
}


class Standing(StrEnum):
    """How a condition stands."""

    HOLDS = "holds"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConditionNow:
    """A condition, how it stands, and the items that show it."""

    condition: ModelCondition
    standing: Standing
    items: Sequence[RolloutItem]
    lacks_sponsor: bool = False


def conditions_now(rollout: Rollout, conditions: Sequence[ModelCondition], items: Sequence[RolloutItem]) -> list[ConditionNow]:
    """Each condition of the rollout’s version; the support of management also needs a named sponsor (S000-30)."""
    by_code = {item.model_item.code: item for item in items}
    found = []
    for condition in conditions:
        shown_by = [by_code[code] for code in SHOWN_BY.get(condition.key, ()) if code in by_code]
        lacks_sponsor = condition.key == "management_support" and rollout.sponsor_id is None
        marks = [item.state == ItemState.DONE for item in shown_by if item.state != ItemState.NOT_APPLICABLE]
        if condition.key == "management_support":
            marks.append(not lacks_sponsor)
        found.append(ConditionNow(condition, _standing(marks), shown_by, lacks_sponsor))
    return found


def _standing(marks: Sequence[bool]) -> Standing:
    if not marks:
        return Standing.UNKNOWN
    if all(marks):
        return Standing.HOLDS
    return Standing.PARTLY if any(marks) else Standing.NOT_YET
