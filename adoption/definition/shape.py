"""The definition as it is written: nine points, queues and targets as rows (S000-40). Reads nothing.

Its texts and settings bear the names of the service's own columns, so that nothing is translated on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from services.texts import FALLBACKS

DEFINITION = "service_definition"
QUEUES = "queue_structure"
POINTS: tuple[str, ...] = (
    "name",
    "users",
    "producers",
    "use",
    "promise",
    "measures",
    "goals",
    "resources",
    "communication",
    "queues",
    "transfers_to",
    "overflow",
    "off_hours",
)
"""The nine points by the keys of their form, and the four of the queue form."""

TEXTS: Mapping[str, str] = {
    "name": "name",
    "audience": "users",
    "who_answers": "producers",
    "summary": "use",
    "handles": "use",
    "identification_text": "use",
    "promise": "promise",
    "off_hours_text": "off_hours",
}
"""The texts that residents read, by the service's columns: to which point each belongs."""
SETTINGS: Mapping[str, str] = {"identification": "use", "response_target_seconds": "promise"}
PLANS: tuple[str, ...] = ("measures", "goals", "resources", "communication")
"""What the service has no column for: it is a plan, and nothing differs from it."""
_OF_OLD: Mapping[str, str] = {
    "name": "name_fi",
    "users": "audience_fi",
    "producers": "who_answers_fi",
    "use": "summary_fi",
    "promise": "promise_fi",
}
"""The points as one text each, as they were written before they had fields of their own."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue as the definition tells it. `slot` is its name inside the definition, and stays when everything else changes."""

    slot: str
    names: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    new_group: str = ""
    new_profession: str = ""
    hours: str = ""
    no_transfers: bool = False
    transfers: tuple[str, ...] = ()
    overflow_to: str = ""
    overflow_after: int | None = None
    supervisor_after: int | None = None
    alternatives_after: int | None = None

    @property
    def name(self) -> str:
        """What it is called here."""
        return next((name for code in FALLBACKS if (name := self.names.get(code, "").strip())), "")


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A metric that is followed; without a value it has no target."""

    slot: str
    metric: str
    aim: str = "client"
    direction: str = "gte"
    value: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """The nine points and the queues."""

    texts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, str] = field(default_factory=dict)
    queues: tuple[QueueRow, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    recipients: tuple[str, ...] = ()
    external: str = ""
    """Where it was worked out together, when that was elsewhere."""

    def queue(self, slot: str) -> QueueRow | None:
        """The queue of the slot."""
        return next((row for row in self.queues if row.slot == slot), None)

    def target(self, slot: str) -> TargetRow | None:
        """The target of the slot."""
        return next((row for row in self.targets if row.slot == slot), None)


def text_columns() -> list[str]:
    """The columns of the texts in each language."""
    return [f"{name}_{code}" for name in TEXTS for code in FALLBACKS]


def decimal_text(value: object) -> str:
    """A number as it is written once: 4.50 and 4,5 are the same; empty when it is none."""
    try:
        number = Decimal("".join(str(value).split()).replace(",", "."))
    except InvalidOperation:
        return ""
    return format(number.normalize() + 0, "f") if number.is_finite() else ""


def to_stored(definition: Definition) -> dict[str, Any]:
    """As the saved form keeps it."""
    stored: dict[str, Any] = {key: value for key, value in definition.texts.items() if value}
    stored |= {key: value for key, value in definition.settings.items() if value}
    stored |= {key: value for key, value in definition.plans.items() if value}
    if definition.queues:
        stored["queues"] = [_queue_to(row) for row in definition.queues]
    if definition.targets:
        names = ("slot", "metric", "aim", "direction", "value", "unit")
        stored["targets"] = [{name: getattr(row, name) for name in names} for row in definition.targets]
    if definition.recipients:
        stored["recipients"] = list(definition.recipients)
    if definition.external:
        stored["external"] = definition.external
    return stored


def from_stored(values: Mapping[str, Any]) -> Definition:
    """The definition of a saved form. Points that were written as one text each are in the Finnish fields."""
    texts = {key: str(values[key]) for key in text_columns() if values.get(key)}
    for old, column in _OF_OLD.items():
        if isinstance(values.get(old), str) and values[old] and not texts.get(column):
            texts[column] = values[old]
    return Definition(
        texts=texts,
        settings={key: str(values[key]) for key in SETTINGS if values.get(key)},
        plans={key: str(values[key]) for key in PLANS if values.get(key)},
        queues=tuple(_queue_from(row) for row in _rows(values.get("queues"))),
        targets=tuple(_target_from(row) for row in _rows(values.get("targets"))),
        recipients=tuple(str(each) for each in values.get("recipients") or ()),
        external=str(values.get("external") or ""),
    )


def _rows(value: object) -> Sequence[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping) and row.get("slot")] if isinstance(value, list) else []


def _queue_to(row: QueueRow) -> dict[str, Any]:
    return {
        "slot": row.slot,
        **{f"name_{code}": row.names.get(code, "") for code in FALLBACKS},
        "languages": list(row.languages),
        "groups": list(row.groups),
        "new_group": row.new_group,
        "new_profession": row.new_profession,
        "hours": row.hours,
        "no_transfers": row.no_transfers,
        "transfers": list(row.transfers),
        "overflow_to": row.overflow_to,
        "overflow_after": row.overflow_after,
        "supervisor_after": row.supervisor_after,
        "alternatives_after": row.alternatives_after,
    }


def _queue_from(row: Mapping[str, Any]) -> QueueRow:
    return QueueRow(
        slot=str(row["slot"]),
        names={code: str(row.get(f"name_{code}") or "") for code in FALLBACKS},
        languages=tuple(row.get("languages") or ()),
        groups=tuple(row.get("groups") or ()),
        new_group=str(row.get("new_group") or ""),
        new_profession=str(row.get("new_profession") or ""),
        hours=str(row.get("hours") or ""),
        no_transfers=bool(row.get("no_transfers")),
        transfers=tuple(row.get("transfers") or ()),
        overflow_to=str(row.get("overflow_to") or ""),
        overflow_after=row.get("overflow_after"),
        supervisor_after=row.get("supervisor_after"),
        alternatives_after=row.get("alternatives_after"),
    )


def _target_from(row: Mapping[str, Any]) -> TargetRow:
    names = ("slot", "metric", "aim", "direction", "value", "unit")
    return TargetRow(**{name: str(row.get(name) or "") for name in names})
