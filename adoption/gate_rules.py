"""When a gate is open: the rule of the data as a pure function, and the facts it asks of any number of rollouts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from adoption.choices import ItemState, Verdict
from adoption.fulfilment import Fulfilment, fulfilment_of
from adoption.models import GateVerdict, ModelGate, Proof, Rollout, RolloutItem
from adoption.states import CLOSED
from adoption.words import part_name

PASSING: frozenset[str] = frozenset({Verdict.GO, Verdict.CONDITIONS})
# What a signal of a gate asks, in words.
SIGNALS: Mapping[str, Promise | str] = {"monthly_report_generated": _("A report of at least one full calendar month")}


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that a gate still waits for: its key (`2.1`, `2.7/training_plan`, a signal) and its name for people."""

    key: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class GateStatus:
    """Whether everything that the gate asks is done, and what is not."""

    open: bool
    unmet: Sequence[Unmet]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gates of one rollout are judged by."""

    items: Mapping[str, RolloutItem]
    filled: frozenset[str] = frozenset()
    """Filled parts as `2.7/training_plan`, of the items that some gate names by part."""
    proven: frozenset[str] = frozenset()
    verdicts: Mapping[int, str] = field(default_factory=dict)
    """The newest verdict of each gate that has one."""

    def passed(self, gate: ModelGate) -> bool:
        """The newest verdict on the gate lets it be passed."""
        return self.verdicts.get(gate.pk) in PASSING


def judge(gate: ModelGate, facts: Facts) -> GateStatus:
    """A hard gate asks for items done; at a soft one an item that does not apply is in order too."""
    unmet = []
    enough = {ItemState.DONE} if gate.hard else CLOSED
    for code in gate.items:
        item = facts.items.get(code)
        if item is None or item.state not in enough:
            unmet.append(Unmet(code, str(item.model_item) if item else code))
    for key in gate.parts:
        code, _slash, name = key.partition("/")
        item = facts.items.get(code)
        if key not in facts.filled and not (item is not None and item.state in CLOSED):
            unmet.append(Unmet(key, f"{item.model_item}: {part_name(name)}" if item else key))
    unmet += [Unmet(signal, str(SIGNALS.get(signal, signal))) for signal in gate.signals if signal not in facts.proven]
    return GateStatus(not unmet, unmet)


def gate_facts(
    rollouts: Collection[Rollout],
    gates: Collection[ModelGate],
    *,
    items: Iterable[RolloutItem] | None = None,
    fulfilment: Mapping[int, Fulfilment] | None = None,
) -> dict[int, Facts]:
    """The facts of each rollout, by its key, in a handful of queries whatever their number.

    `items` and their `fulfilment` are given when they have been read already.
    """
    keys = [rollout.pk for rollout in rollouts]
    versions = {rollout.pk: rollout.model_version_id for rollout in rollouts}
    if items is None:
        items = RolloutItem.objects.filter(rollout__in=keys).select_related("model_item__phase__model_version")
    by_code: dict[int, dict[str, RolloutItem]] = defaultdict(dict)
    for item in items:
        # An item taken from a newer version may bear a number that means another thing here.
        if item.model_item.phase.model_version_id == versions[item.rollout_id]:
            by_code[item.rollout_id][item.model_item.code] = item
    signals = {signal for gate in gates for signal in gate.signals}
    proven: dict[int, set[str]] = defaultdict(set)
    if signals:
        held = Proof.objects.filter(item__rollout__in=keys, signal__in=signals, first_held_at__isnull=False)
        for rollout_id, signal in held.values_list("item__rollout", "signal"):
            proven[rollout_id].add(signal)
    filled = _filled_parts([row for rows in by_code.values() for row in rows.values()], gates, fulfilment)
    verdicts: dict[int, dict[int, str]] = defaultdict(dict)
    for rollout_id, gate_id, verdict in (
        GateVerdict.objects.filter(rollout__in=keys).order_by("at", "pk").values_list("rollout", "gate", "verdict")
    ):
        verdicts[rollout_id][gate_id] = verdict
    return {key: Facts(by_code[key], frozenset(filled[key]), frozenset(proven[key]), verdicts[key]) for key in keys}


def _filled_parts(
    items: Collection[RolloutItem], gates: Collection[ModelGate], known: Mapping[int, Fulfilment] | None
) -> dict[int, set[str]]:
    named = {key.partition("/")[0] for gate in gates for key in gate.parts}
    asked = {item.pk: item for item in items if item.model_item.code in named}
    found: dict[int, set[str]] = defaultdict(set)
    if not asked:
        return found
    fulfilments = fulfilment_of(list(asked.values())) if known is None else known
    for key, item in asked.items():
        fulfilment = fulfilments[key]
        found[item.rollout_id] |= {
            f"{item.model_item.code}/{part.name}" for part in fulfilment.parts if part.pk in fulfilment.filled
        }
    return found
