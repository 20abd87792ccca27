"""What the definition tells, as it is compared with the service. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping

from adoption.definition.paths import Path, Side, Value
from adoption.definition.shape import Definition, QueueRow, TargetRow
from services.texts import FALLBACKS

NEW = "+"
"""Before the name of a group that is still to be made."""
SIGNS = {"gte": "≥", "lte": "≤", "gt": ">", "lt": "<"}


def side_of(definition: Definition, *, made_groups: Mapping[str, str] | None = None) -> Side:
    """The definition by its paths. `made_groups`: the key of the group that was made for a queue, by the queue's slot."""
    found: dict[Path, Value] = {Path("service", name=name): value for name, value in definition.texts.items()}
    found |= {Path("service", name=name): value for name, value in definition.settings.items()}
    for queue in definition.queues:
        found |= _queue(queue, (made_groups or {}).get(queue.slot, ""))
    for target in definition.targets:
        if target.value:
            found |= _target(target)
    found |= _report(definition)
    return found


def _queue(row: QueueRow, made: str) -> dict[Path, Value]:
    def at(name: str) -> Path:
        return Path("queue", row.slot, name)

    groups = {*row.groups, *([made or NEW + row.new_group] if row.new_group else [])}
    return {
        at(""): row.name or row.slot,
        **{at(f"name_{code}"): row.names.get(code, "") for code in FALLBACKS},
        at("languages"): tuple(code for code in FALLBACKS if code in row.languages),
        at("groups"): tuple(sorted(groups)),
        at("hours"): row.hours,
        at("no_transfers"): row.no_transfers,
        at("transfers"): tuple(sorted(set(row.transfers))),
        at("overflow_to"): row.overflow_to,
        at("overflow_after"): row.overflow_after,
        at("supervisor_after"): row.supervisor_after,
        at("alternatives_after"): row.alternatives_after,
    }


def _target(row: TargetRow) -> dict[Path, Value]:
    found: dict[Path, Value] = {Path("target", row.slot): target_line(row)}
    found |= {Path("target", row.slot, name): getattr(row, name) for name in ("metric", "aim", "direction", "value", "unit")}
    return found


def _report(definition: Definition) -> dict[Path, Value]:
    metrics = tuple(dict.fromkeys(row.metric for row in definition.targets if row.metric))
    return {
        Path("report", name="metrics"): metrics,
        Path("report", name="targets"): tuple(target_line(row) for row in definition.targets if row.metric),
        Path("report", name="recipients"): definition.recipients,
    }


def target_line(row: TargetRow) -> str:
    """A followed metric in one line, the same in every language; a dash when it has no target."""
    return f"{row.metric} {SIGNS.get(row.direction, '')} {row.value} {row.unit}".strip() if row.value else f"{row.metric} –"
