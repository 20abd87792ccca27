"""The definition as it is when it says what the live service says. Reads nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adoption.definition.differences import Difference
from adoption.definition.paths import Path, Side, Value
from adoption.definition.shape import SETTINGS, Definition, QueueRow, TargetRow
from services.texts import FALLBACKS

PAIR = ("overflow_to", "overflow_after")
"""Where a contact overflows and after what time are one rule: both come or neither."""


def take(definition: Definition, difference: Difference, live: Side) -> Definition:
    """The definition with the service's value in the place of its own."""
    path, value = difference.path, difference.live
    match path.kind:
        case "service":
            return _service(definition, path.name, "" if value is None else str(value))
        case "report" if path.name == "recipients":
            return replace(definition, recipients=_lines(value))
        case "queue":
            return replace(definition, queues=_queues(definition, path, live))
        case "target":
            return replace(definition, targets=_targets(definition, path, live))
    return definition


def _service(definition: Definition, name: str, value: str) -> Definition:
    kind = "settings" if name in SETTINGS else "texts"
    kept = {key: each for key, each in getattr(definition, kind).items() if key != name}
    values: Any = {kind: {**kept, **({name: value} if value else {})}}
    return replace(definition, **values)


def _queues(definition: Definition, path: Path, live: Side) -> tuple[QueueRow, ...]:
    if not path.is_row:
        return tuple(_field(row, path.name, live) if row.slot == path.slot else row for row in definition.queues)
    if path in live:
        return (*(row for row in definition.queues if row.slot != path.slot), _queue_of(path.slot, live))
    return tuple(_without(row, path.slot, live) for row in definition.queues if row.slot != path.slot)


def _without(row: QueueRow, slot: str, live: Side) -> QueueRow:
    """A queue that led to the one that goes leads there no more, unless it still does in the service."""
    lone = row.overflow_to == slot != live.get(Path("queue", row.slot, "overflow_to"))
    led = slot in _lines(live.get(Path("queue", row.slot, "transfers")))
    return replace(
        row,
        transfers=tuple(ref for ref in row.transfers if ref != slot or led),
        overflow_to="" if lone else row.overflow_to,
        overflow_after=None if lone else row.overflow_after,
    )


def _queue_of(slot: str, live: Side) -> QueueRow:
    row = QueueRow(slot)
    for name in (
        *(f"name_{code}" for code in FALLBACKS),
        *("languages", "groups", "hours", "no_transfers", "transfers"),
        *("overflow_to", "supervisor_after", "alternatives_after"),
    ):
        row = _field(row, name, live)
    return row


def _field(row: QueueRow, name: str, live: Side) -> QueueRow:
    value = live.get(Path("queue", row.slot, name))
    if name.startswith("name_"):
        return replace(row, names={**row.names, name.removeprefix("name_"): str(value or "")})
    if name == "groups":
        return replace(row, groups=_lines(value), new_group="", new_profession="")
    if name in PAIR:
        goes_to, after = (live.get(Path("queue", row.slot, each)) for each in PAIR)
        return replace(row, overflow_to=str(goes_to or ""), overflow_after=after if isinstance(after, int) else None)
    given: Any = {name: _lines(value) if name in ("languages", "transfers") else value}
    return replace(row, **given)


def _targets(definition: Definition, path: Path, live: Side) -> tuple[TargetRow, ...]:
    old = definition.target(path.slot)
    if path.is_row and path not in live:  # still followed, and without a target
        return tuple(replace(row, value="", unit="") if row.slot == path.slot else row for row in definition.targets)
    names = ("metric", "aim", "direction", "value", "unit") if path.is_row or old is None else (path.name,)
    given: Any = {name: str(live.get(Path("target", path.slot, name)) or "") for name in names}
    taken = replace(old or TargetRow(path.slot, ""), **given)
    if old is None:
        return (*definition.targets, taken)
    return tuple(taken if row.slot == path.slot else row for row in definition.targets)


def _lines(value: Value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple) else ()
