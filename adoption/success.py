"""The five conditions of success, each with what the rollout shows of it now (S000-30, S000-31, S001-25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adoption.checklist import Line
from adoption.choices import ItemState
from adoption.goals import Goal
from adoption.models import ModelCondition, Rollout, RolloutItem
from reports.targets import Standing as Met
from services.models import Disruption

# What each condition rests on: the items that bring it about. One that no item brings about is told by the live figures.
SHOWN_BY: Mapping[str, Sequence[str]] = {
    "management_support": ("1.4",),
    "staff_resources": ("1.5", "3.5"),
    "technically_works": ("3.3", "3.6"),
    "responder_competence": ("2.7",),
}
EASE = "easy_to_use"
EASE_METRIC = "M14"
CONTENT, MIDDLE = 4, 3
FEWEST = 5  # a mean of fewer answers would tell of single people


class Standing(StrEnum):
    """How a condition stands."""

    HOLDS = "holds"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Live:
    """What the live system tells beside the items: what it shows no more, how easy residents find the chat, a disruption now."""

    changed: frozenset[str] = frozenset()
    ease: Goal | None = None
    is_disrupted: bool = False


NOTHING = Live()


@dataclass(frozen=True, slots=True)
class ConditionNow:
    """A condition, how it stands, and what shows it."""

    condition: ModelCondition
    standing: Standing
    items: Sequence[RolloutItem]
    lacks_sponsor: bool = False
    is_disrupted: bool = False
    goal: Goal | None = None
    changed: Sequence[RolloutItem] = ()


def live_now(rollout: Rollout, lines: Sequence[Line], *, ease: Goal | None, now: datetime) -> Live:
    """The live side of the conditions, with one query for the disruptions of the service in force."""
    return Live(
        changed=frozenset(line.item.model_item.code for line in lines if line.has_changed),
        ease=ease,
        is_disrupted=rollout.service is not None
        and rollout.service.opened_at is not None
        and Disruption.objects.in_force(at=now).concerning(rollout.service).exists(),
    )


def conditions_now(
    rollout: Rollout, conditions: Sequence[ModelCondition], items: Sequence[RolloutItem], *, live: Live = NOTHING
) -> list[ConditionNow]:
    """Each condition of the rollout’s version, as its items and the live system show it.

    The support of management also needs a named sponsor (S000-30). An item whose proof holds no more counts as undone. A
    disruption in force tells that the chat does not work just now. That it is easy to use is told by how content residents were in
    the last whole month: against the service’s own target, or without one by a mean of four of five (S001-25).
    """
    by_code = {item.model_item.code: item for item in items}
    found = []
    for condition in conditions:
        shown_by = [by_code[code] for code in SHOWN_BY.get(condition.key, ()) if code in by_code]
        if condition.key == EASE:
            found.append(ConditionNow(condition, _of_ease(live.ease), shown_by, goal=live.ease))
            continue
        lacks_sponsor = condition.key == "management_support" and rollout.sponsor_id is None
        is_disrupted = condition.key == "technically_works" and live.is_disrupted
        changed = [item for item in shown_by if item.model_item.code in live.changed]
        counted = [item for item in shown_by if item.state != ItemState.NOT_APPLICABLE]
        marks = [item.state == ItemState.DONE and item not in changed for item in counted]
        if condition.key == "management_support":
            marks.append(not lacks_sponsor)
        standing = _standing([*marks, False] if is_disrupted else marks)
        found.append(ConditionNow(condition, standing, shown_by, lacks_sponsor, is_disrupted, changed=changed))
    return found


def _of_ease(goal: Goal | None) -> Standing:
    if goal is None or goal.figure is None or goal.figure.value is None or goal.figure.n < FEWEST:
        return Standing.UNKNOWN
    if goal.target is not None and goal.standing in (Met.MET, Met.MISSED):
        return Standing.HOLDS if goal.standing == Met.MET else Standing.NOT_YET
    if goal.figure.value >= CONTENT:
        return Standing.HOLDS
    return Standing.PARTLY if goal.figure.value >= MIDDLE else Standing.NOT_YET


def _standing(marks: Sequence[bool]) -> Standing:
    if not marks:
        return Standing.UNKNOWN
    if all(marks):
        return Standing.HOLDS
    return Standing.PARTLY if any(marks) else Standing.NOT_YET
