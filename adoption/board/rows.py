"""The board of rollouts: each against the phases of its model, with its progress, its gates and what is late, in a fixed number
of queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from accounts.models import User
from adoption.checklist import Line, lines_of, pressing
from adoption.choices import ItemState, Verdict
from adoption.gate_rules import Facts, GateStatus, gate_facts, judge
from adoption.models import ModelGate, ModelItem, ModelPhase, Rollout, RolloutItem, VerdictCondition
from adoption.progress import Progress, progress


class GateShape(StrEnum):
    """How a gate stands; each has a shape of its own, and words beside it."""

    PASSED = "passed"
    CONDITIONS = "conditions"
    NO_GO = "no_go"
    POSTPONED = "postponed"
    READY = "ready"
    WAITING = "waiting"


SHAPES: Mapping[str, GateShape] = {
    Verdict.GO: GateShape.PASSED,
    Verdict.CONDITIONS: GateShape.CONDITIONS,
    Verdict.NO_GO: GateShape.NO_GO,
    Verdict.POSTPONED: GateShape.POSTPONED,
}


@dataclass(frozen=True, slots=True)
class GateCell:
    """A gate in the row of a rollout."""

    gate: ModelGate
    shape: GateShape
    unmet: int


@dataclass(frozen=True, slots=True)
class PhaseCell:
    """A phase in the row of a rollout, with the gates that follow it."""

    phase: ModelPhase
    progress: Progress
    late: int
    blocked: int
    is_current: bool
    gates: Sequence[GateCell]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A rollout on the board."""

    rollout: Rollout
    phases: Sequence[PhaseCell]
    progress: Progress
    late: int
    blocked: int
    waiting: int
    conditions_late: int
    lines: Sequence[Line]

    @property
    def is_pressing(self) -> bool:
        """Something in it is late or blocked: shown first."""
        return bool(self.late or self.blocked or self.conditions_late)

    @property
    def pressing(self) -> list[Line]:
        """Its items that are late or blocked."""
        return pressing(self.lines)


def shape_of(verdict: str | None, status: GateStatus) -> GateShape:
    """The newest verdict tells how a gate stands; without one, whether it could be given."""
    if verdict is not None:
        return SHAPES[verdict]
    return GateShape.READY if status.open else GateShape.WAITING


def in_order(rows: Iterable[BoardRow]) -> list[BoardRow]:
    """Running ones first; among them those with something late, then the blocked, then the rest, by name."""
    return sorted(
        rows,
        key=lambda row: (
            not row.rollout.is_running,
            not (row.late or row.conditions_late),
            not row.blocked,
            -(row.late + row.conditions_late),
            -row.blocked,
            str(row.rollout).casefold(),
        ),
    )


def board_rows(rollouts: Sequence[Rollout], *, people: Mapping[int, User], today: date) -> list[BoardRow]:
    """The rows of the board in the order in which they are looked at; nine queries for any number of rollouts.

    `people` are those who may be somebody’s owner in them, by their keys.
    """
    if not rollouts:
        return []
    items = _items(rollouts, people)
    phases, gates = _model(rollouts)
    facts = gate_facts(
        rollouts,
        [gate for found in gates.values() for gate in found],
        items=[item for rows in items.values() for item in rows],
    )
    late_conditions = _late_conditions(rollouts, today)
    rows = []
    for rollout in rollouts:
        version = rollout.model_version_id
        lines = lines_of(items[rollout.pk], today=today)
        rows.append(
            BoardRow(
                rollout=rollout,
                phases=_cells(rollout, lines, phases[version], gates[version], facts[rollout.pk]),
                progress=progress(items[rollout.pk]),
                late=sum(line.is_overdue for line in lines),
                blocked=sum(line.item.state == ItemState.BLOCKED for line in lines),
                waiting=sum(line.item.state == ItemState.WAITING_DECISION for line in lines),
                conditions_late=late_conditions[rollout.pk],
                lines=lines,
            )
        )
    return in_order(rows)


def _cells(
    rollout: Rollout, lines: Sequence[Line], phases: Sequence[ModelPhase], gates: Sequence[ModelGate], facts: Facts
) -> list[PhaseCell]:
    by_phase: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_phase[line.item.model_item.phase.key].append(line)
    cells = []
    for phase in phases:
        mine = by_phase[phase.key]
        behind = []
        for gate in gates:
            if gate.from_phase == phase.key:
                status = judge(gate, facts)
                behind.append(GateCell(gate, shape_of(facts.verdicts.get(gate.pk), status), len(status.unmet)))
        cells.append(
            PhaseCell(
                phase=phase,
                progress=progress(line.item for line in mine),
                late=sum(line.is_overdue for line in mine),
                blocked=sum(line.item.state == ItemState.BLOCKED for line in mine),
                is_current=rollout.is_running and rollout.phase_id == phase.pk,
                gates=behind,
            )
        )
    return cells


def _items(rollouts: Collection[Rollout], people: Mapping[int, User]) -> dict[int, list[RolloutItem]]:
    """The items of each rollout in the model’s order. What they are of and whose they are is read once, and shared by them all."""
    own = {rollout.pk: rollout for rollout in rollouts}
    rows = list(RolloutItem.objects.filter(rollout__in=list(own)).order_by("pk").defer("changed_at", "reopened_at", "version"))
    kinds = ModelItem.objects.filter(pk__in={row.model_item_id for row in rows}).select_related("phase")
    of = {kind.pk: kind for kind in kinds}
    place = {kind.pk: (kind.phase.order, kind.order) for kind in of.values()}
    found: dict[int, list[RolloutItem]] = defaultdict(list)
    for row in rows:
        row.rollout, row.model_item = own[row.rollout_id], of[row.model_item_id]
        if row.owner_id is not None:
            row.owner = people.get(row.owner_id)
        found[row.rollout_id].append(row)
    for mine in found.values():
        mine.sort(key=lambda row: (place[row.model_item_id], row.pk))
    return found


def _model(rollouts: Iterable[Rollout]) -> tuple[dict[int, list[ModelPhase]], dict[int, list[ModelGate]]]:
    versions = {rollout.model_version_id for rollout in rollouts}
    phases: dict[int, list[ModelPhase]] = defaultdict(list)
    for phase in ModelPhase.objects.filter(model_version__in=versions).order_by("order", "pk"):
        phases[phase.model_version_id].append(phase)
    gates: dict[int, list[ModelGate]] = defaultdict(list)
    for gate in ModelGate.objects.filter(model_version__in=versions).order_by("order", "pk"):
        gates[gate.model_version_id].append(gate)
    return phases, gates


def _late_conditions(rollouts: Iterable[Rollout], today: date) -> dict[int, int]:
    open_ones = VerdictCondition.objects.filter(
        verdict__rollout__in=[row.pk for row in rollouts], met_at__isnull=True, due_on__lt=today
    )
    found: dict[int, int] = defaultdict(int)
    for rollout in open_ones.values_list("verdict__rollout", flat=True):
        found[rollout] += 1
    return found
