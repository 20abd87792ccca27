"""What happened in rollouts when: their phases from gate to gate, the opening of the service, and what is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from adoption.board import BoardRow
from adoption.choices import RolloutStatus
from adoption.gate_rules import PASSING
from adoption.models import GateVerdict, ModelGate, ModelPhase, Rollout
from adoption.timeline.drawing import Lane, Mark, MarkKind, Span
from services.models.base import label

LONGEST_NAME = 70


def lanes_of(rows: Sequence[BoardRow], *, today: date) -> list[Lane]:
    """The lane of each row, in one query for any number of them."""
    passed: dict[int, dict[int, date]] = defaultdict(dict)
    verdicts = GateVerdict.objects.filter(rollout__in=[row.rollout.pk for row in rows], verdict__in=PASSING)
    for rollout, gate, at in verdicts.order_by("at", "pk").values_list("rollout", "gate", "at"):
        passed[rollout].setdefault(gate, timezone.localdate(at))
    return [lane_of(row, passed[row.rollout.pk], today=today) for row in rows]


def lane_of(row: BoardRow, passed: Mapping[int, date], *, today: date) -> Lane:
    """A phase lasts from the passing of the gate before it to the passing of its own; the current one lasts until today."""
    rollout = row.rollout
    begins = starts_on(rollout)
    gates = [cell.gate for phase in row.phases for cell in phase.gates]
    name = str(rollout)
    return Lane(
        key=str(rollout.public_id),
        name=name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…",
        spans=_spans(row, gates, passed, begins=begins, today=today),
        marks=_marks(row, gates, passed, today=today),
    )


def starts_on(rollout: Rollout) -> date:
    """The day on which the rollout began: as its card says, else the day on which it was made."""
    return rollout.starts_on or timezone.localdate(rollout.created_at)


def _spans(row: BoardRow, gates: Sequence[ModelGate], passed: Mapping[int, date], *, begins: date, today: date) -> list[Span]:
    rollout = row.rollout
    stopped = today if rollout.status != RolloutStatus.NOT_STARTED else timezone.localdate(rollout.touched_at)
    spans: list[Span] = []
    since = min(begins, stopped)
    for cell in row.phases:
        ended = _end_of(cell.phase, gates, passed)
        is_open = ended is None
        if is_open and rollout.phase is not None and cell.phase.order > rollout.phase.order:
            break
        until = max(ended or stopped, since)
        spans.append(Span(cell.phase.order, str(cell.phase), since, until, is_open=is_open and rollout.is_running))
        since = until
        if is_open:
            break
    if rollout.is_running and rollout.ends_on is not None and rollout.ends_on > since:
        spans.append(Span(0, _("Planned"), since, rollout.ends_on, is_planned=True))
    return spans


def _end_of(phase: ModelPhase, gates: Sequence[ModelGate], passed: Mapping[int, date]) -> date | None:
    """When its gate was passed; a gate that was never looked at is passed with a later one."""
    orders = [gate.order for gate in gates if gate.from_phase == phase.key]
    if not orders:
        return None
    days = [passed[gate.pk] for gate in gates if gate.pk in passed and gate.order >= min(orders)]
    return min(days) if days else None


def _marks(row: BoardRow, gates: Sequence[ModelGate], passed: Mapping[int, date], *, today: date) -> list[Mark]:
    marks = [
        Mark(MarkKind.HARD_GATE if gate.hard else MarkKind.GATE, passed[gate.pk], f"{gate.key} {label(gate, 'name')}")
        for gate in gates
        if gate.pk in passed
    ]
    service = row.rollout.service
    if service is not None and service.opened_at is not None:
        marks.append(Mark(MarkKind.OPENED, timezone.localdate(service.opened_at), _("The chat was opened")))
    late = [line.item.due_on for line in row.lines if line.is_overdue and line.item.due_on is not None]
    if late:
        marks.append(Mark(MarkKind.LATE, min(late), _("Late since this day")))
    if row.rollout.rooting_until is not None:
        marks.append(Mark(MarkKind.ROOTED, row.rollout.rooting_until, _("Rooting goes on until this day")))
    return sorted(marks, key=lambda mark: (mark.on, mark.kind))
