"""Reads what the live service says of the points of its definition, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from adoption.definition.paths import Path, Side, Value
from adoption.definition.shape import SETTINGS, Definition, QueueRow, TargetRow, decimal_text, text_columns
from adoption.models import DefinedRow, FormAnswer, Rollout
from services.intervals import Interval, write
from services.models import Queue, Service, Target, WeeklyInterval
from services.texts import FALLBACKS

REPORT_FORM = "metric_selection"
REPORT = ("metrics", "targets", "recipients")


@dataclass(frozen=True, slots=True)
class Live:
    """The live side, with the rows behind it by their slot, and the keys of the groups that were made from the definition."""

    side: Side
    queues: Mapping[str, Queue] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    made_groups: Mapping[str, str] = field(default_factory=dict)


def read_live(rollout: Rollout, definition: Definition, *, today: date) -> Live:
    """The rollout's service as it is now. Without a service only what the reports' form holds."""
    traces = list(DefinedRow.objects.filter(rollout=rollout).select_related("group"))
    made = {row.slot: row.group.key for row in traces if row.kind == "group" and row.group is not None}
    side: dict[Path, Value] = dict(_report(rollout))
    if rollout.service is None:
        return Live(side, made_groups=made)
    service = rollout.service
    side |= {Path("service", name=name): getattr(service, name) or "" for name in text_columns()}
    side |= {Path("service", name=name): str(getattr(service, name)) for name in SETTINGS}
    queues = _queues(service, traces, definition.queues)
    hours = _hours(queues.values())
    slots = {row.pk: slot for slot, row in queues.items()}
    for slot, row in queues.items():
        if row.is_active:
            side |= _queue(slot, row, hours.get(row.schedule_id or 0, ""), slots)
    targets = _targets(service, traces, definition.targets, today)
    for slot, target in targets.items():
        side |= _target(slot, target)
    return Live(side, queues, targets, made)


def _queues(service: Service, traces: Iterable[DefinedRow], said: Iterable[QueueRow]) -> dict[str, Queue]:
    """The service's queues by slot: by what was made for it, else by the Finnish name, else one of its own."""
    rows = service.queues.select_related("overflow_to__service").prefetch_related("groups", "transfer_targets__service")
    ordered = list(rows.order_by("order", "key"))
    slot_of = {trace.queue_id: trace.slot for trace in traces if trace.kind == "queue" and trace.queue_id}
    free = {row.names.get("fi", "").strip().casefold(): row.slot for row in said if row.slot not in slot_of.values()}
    found: dict[str, Queue] = {}
    for row in ordered:
        named = free.pop((row.name_fi or "").strip().casefold(), "") if row.pk not in slot_of else ""
        found[slot_of.get(row.pk) or named or queue_slot(row)] = row
    return found


def _targets(service: Service, traces: Iterable[DefinedRow], said: Iterable[TargetRow], today: date) -> dict[str, Target]:
    """The targets that are in force, by slot: by what was made for it, else by the metric, else one of its own."""
    running = Target.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), service=service).order_by("pk")
    slot_of = {trace.target_id: trace.slot for trace in traces if trace.kind == "target" and trace.target_id}
    free = {row.metric: row.slot for row in said if row.value and row.slot not in slot_of.values()}
    found: dict[str, Target] = {}
    for row in running:
        named = free.pop(row.metric, "") if row.pk not in slot_of else ""
        found[slot_of.get(row.pk) or named or f"t{row.pk}"] = row
    return found


def queue_slot(row: Queue) -> str:
    """The slot of a queue that the definition does not know."""
    return f"q{row.public_id.hex[:12]}"


def hours_text(rows: Iterable[WeeklyInterval]) -> str:
    """Weekly hours as one text, the same whoever wrote them in which order."""
    return write(Interval(row.weekday, row.opens, row.closes, row.valid_from, row.valid_until) for row in rows)


def _hours(queues: Iterable[Queue]) -> dict[int, str]:
    wanted = {row.schedule_id for row in queues if row.schedule_id}
    found: dict[int, list[WeeklyInterval]] = {}
    for row in WeeklyInterval.objects.filter(schedule__in=wanted):
        found.setdefault(row.schedule_id, []).append(row)
    return {key: hours_text(rows) for key, rows in found.items()}


def _queue(slot: str, row: Queue, hours: str, slots: Mapping[int, str]) -> dict[Path, Value]:
    def at(name: str) -> Path:
        return Path("queue", slot, name)

    def ref(other: Queue) -> str:
        return slots.get(other.pk) or f"{other.service.key}/{other.key}"

    names = {code: getattr(row, f"name_{code}") or "" for code in FALLBACKS}
    return {
        at(""): next((name for name in names.values() if name.strip()), row.key),
        **{at(f"name_{code}"): name for code, name in names.items()},
        at("languages"): tuple(code for code in FALLBACKS if code in row.languages),
        at("groups"): tuple(sorted(group.key for group in row.groups.all())),
        at("hours"): hours,
        at("no_transfers"): row.no_transfers,
        at("transfers"): tuple(sorted(ref(other) for other in row.transfer_targets.all())),
        at("overflow_to"): ref(row.overflow_to) if row.overflow_to is not None else "",
        at("overflow_after"): row.overflow_after_seconds,
        at("supervisor_after"): row.supervisor_after_seconds,
        at("alternatives_after"): row.alternatives_after_seconds,
    }


def _target(slot: str, row: Target) -> dict[Path, Value]:
    said = {name: str(getattr(row, name)) for name in ("metric", "aim", "direction", "unit")}
    found: dict[Path, Value] = {Path("target", slot, name): value for name, value in said.items()}
    found[Path("target", slot, "value")] = decimal_text(row.value)
    found[Path("target", slot)] = f"{row.metric} {row.get_direction_display()} {decimal_text(row.value)} {row.unit}"
    return found


def _report(rollout: Rollout) -> dict[Path, Value]:
    saved = FormAnswer.objects.filter(rollout=rollout, form=REPORT_FORM, period__isnull=True).first()
    values = saved.values if saved is not None else {}
    return {Path("report", name=name): tuple(str(each) for each in values.get(name) or ()) for name in REPORT}
