"""The five conditions of success, each with what the rollout shows of it now (S000-30, S000-31, S001-25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from adoption.checklist import Line
from adoption.choices import ItemState
from adoption.goals import Goal
from adoption.models import ModelCondition, Rollout, RolloutItem
from reports.targets import Standing as Met
from services.models import Disruption
from services.surveys import Ease, ease_of

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
    """What the live system tells beside the items: what it shows no more, how easy residents said the chat is when a survey asked
    them, how content they are, a disruption now.
    """

    changed: frozenset[str] = frozenset()
    asked: Ease | None = None
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
    asked: Ease | None = None
    changed: Sequence[RolloutItem] = ()


def live_now(rollout: Rollout, lines: Sequence[Line], *, ease: Goal | None, now: datetime) -> Live:
    """The live side of the conditions, with one query for the surveys of the service and one for its disruptions in force."""
    return Live(
        changed=frozenset(line.item.model_item.code for line in lines if line.has_changed),
        asked=ease_of(rollout.service, now=now) if rollout.service is not None else None,
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
    disruption in force tells that the chat does not work just now. That it is easy to use is told by the residents themselves where
    a survey of the last year asked them: a mean of four of five holds. Else by how content they were in the last whole month:
    against the service’s own target, or without one by the same mean (S001-25).
    """
    by_code = {item.model_item.code: item for item in items}
    found = []
    for condition in conditions:
        shown_by = [by_code[code] for code in SHOWN_BY.get(condition.key, ()) if code in by_code]
        if condition.key == EASE:
            found.append(_of_ease(condition, live, shown_by))
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


def _of_ease(condition: ModelCondition, live: Live, items: Sequence[RolloutItem]) -> ConditionNow:
    if live.asked is not None:
        return ConditionNow(condition, _by_mean(live.asked.mean), items, asked=live.asked)
    return ConditionNow(condition, _of_content(live.ease), items, goal=live.ease)


def _by_mean(mean: Decimal | Fraction) -> Standing:
    if mean >= CONTENT:
        return Standing.HOLDS
    return Standing.PARTLY if mean >= MIDDLE else Standing.NOT_YET


def _of_content(goal: Goal | None) -> Standing:
    if goal is None or goal.figure is None or goal.figure.value is None or goal.figure.n < FEWEST:
        return Standing.UNKNOWN
    if goal.target is not None and goal.standing in (Met.MET, Met.MISSED):
        return Standing.HOLDS if goal.standing == Met.MET else Standing.NOT_YET
    return _by_mean(goal.figure.value)


def _standing(marks: Sequence[bool]) -> Standing:
    if not marks:
        return Standing.UNKNOWN
    if all(marks):
        return Standing.HOLDS
    return Standing.PARTLY if any(marks) else Standing.NOT_YET
