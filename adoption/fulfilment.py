"""Which parts of an item apply and which of them are filled, for any number of items in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from adoption.choices import PartKind
from adoption.forms_of_model import ROWS, condition_of, form_spec, missing_fields
from adoption.models import Filling, FormAnswer, ItemPart, Member, RolloutItem, SystemDependency

SYSTEMS_FORM = "systems_inventory"
"""The form whose rows are the rollout's list of systems."""
COLUMNS = ("system", "owner", "recorded_where", "integration")


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The parts of one item that apply, in order, and which of them are filled."""

    parts: Sequence[ItemPart]
    filled: frozenset[int]

    @property
    def missing(self) -> list[ItemPart]:
        """What is still needed before the item can be done."""
        return [part for part in self.parts if part.pk not in self.filled]


def fulfilment_of(items: Collection[RolloutItem]) -> dict[int, Fulfilment]:
    """What each item asks and has, by the item's key."""
    by_key = {item.pk: item for item in items}
    parts = list(ItemPart.objects.filter(item__in=list(by_key)).select_related("requirement").order_by("item_id", "order", "pk"))
    rollouts = {item.rollout_id for item in items}
    answers = _answers(rollouts, [condition.form for part in parts if (condition := condition_of(part.requirement.when))])
    standing = _standing(part.pk for part in parts)
    rows = _RowsOfPortal(rollouts, parts)
    applying: dict[int, list[ItemPart]] = defaultdict(list)
    filled: set[int] = set()
    for part in parts:
        item = by_key[part.item_id]
        condition = condition_of(part.requirement.when)
        if condition is not None and not condition.holds(answers.get((item.rollout_id, condition.form))):
            continue
        applying[item.pk].append(part)
        given = [filling for filling in standing[part.pk] if filling.period == item.period]
        if stands(part.kind, given) or rows.fill(part, item):
            filled.add(part.pk)
    return {key: Fulfilment(applying[key], frozenset(part.pk for part in applying[key]) & frozenset(filled)) for key in by_key}


class Given(Protocol):
    """What was put to a part: it counts, or (a decision that rejects) it does not."""

    @property
    def counts(self) -> bool:
        """It fills the part."""
        ...


def stands(kind: str, given: Sequence[Given]) -> bool:
    """Of decisions the newest one counts, of everything else any; `given` in order of time."""
    if kind == PartKind.DECISION:
        return bool(given) and given[-1].counts
    return any(filling.counts for filling in given)


def _standing(parts: Iterable[int]) -> dict[int, list[Filling]]:
    found: dict[int, list[Filling]] = defaultdict(list)
    rows = Filling.objects.filter(part__in=list(parts), withdrawn_at__isnull=True)
    for filling in rows.only("part_id", "period", "counts", "at").order_by("at", "pk"):
        found[filling.part_id].append(filling)
    return found


def _answers(rollouts: Collection[int], forms: Collection[str]) -> dict[tuple[int, str], Any]:
    if not forms:
        return {}
    rows = FormAnswer.objects.filter(rollout__in=list(rollouts), form__in=set(forms), period__isnull=True)
    return {(row.rollout_id, row.form): row.values for row in rows}


class _RowsOfPortal:
    """Parts that the portal's own rows fill as soon as they are there: the rollout's people, its list of systems."""

    def __init__(self, rollouts: Collection[int], parts: Sequence[ItemPart]) -> None:
        keys = list(rollouts)
        self._people: dict[int, list[Member]] = defaultdict(list)
        self._systems: dict[int, list[dict[str, str]]] = defaultdict(list)
        if any(part.requirement.of_members for part in parts):
            for member in Member.objects.filter(rollout__in=keys):
                self._people[member.rollout_id].append(member)
        if any(part.requirement.form == SYSTEMS_FORM for part in parts):
            for row in SystemDependency.objects.filter(rollout__in=keys):
                self._systems[row.rollout_id].append({name: getattr(row, name) for name in COLUMNS})

    def fill(self, part: ItemPart, item: RolloutItem) -> bool:
        """The rows make the part whole."""
        asks = part.requirement
        if asks.of_members:
            people = self._people[item.rollout_id]
            return enough_people(asks.minimum, asks.roles, {(one.user_id, one.role) for one in people})
        if part.kind == PartKind.FORM and asks.form == SYSTEMS_FORM and self._systems[item.rollout_id]:
            form = form_spec(item.model_item.phase.model_version.forms, SYSTEMS_FORM)
            return form is not None and not missing_fields(form, {ROWS: self._systems[item.rollout_id]})
        return False


def enough_people(minimum: int, roles: Collection[str], people: Collection[tuple[object, str]]) -> bool:
    """So many different people, and every role that must be there; `people` are pairs of who and in what role."""
    return len({who for who, _role in people}) >= minimum and set(roles) <= {role for _who, role in people}
