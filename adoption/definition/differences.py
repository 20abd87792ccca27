"""Where the definition and the live service differ, and what of the definition the service still lacks. Reads nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adoption.definition.paths import Path, Side, Value, is_empty, plain
from adoption.definition.shape import POINTS, SETTINGS, TEXTS

_QUEUE_POINTS = {
    "groups": "producers",
    "hours": "use",
    "no_transfers": "transfers_to",
    "transfers": "transfers_to",
    "overflow_to": "overflow",
    "overflow_after": "overflow",
    "supervisor_after": "overflow",
    "alternatives_after": "overflow",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of which the definition says this and the service that."""

    path: Path
    said: Value
    live: Value

    @property
    def point(self) -> str:
        """The point of the definition that it belongs to."""
        return point_of(self.path)

    @property
    def only_said(self) -> bool:
        """The service lacks it."""
        return is_empty(self.live)

    @property
    def only_live(self) -> bool:
        """The definition does not tell it."""
        return is_empty(self.said)

    @property
    def may_take(self) -> bool:
        """The definition has a place for what the service says. What the reports follow comes from its own rows of targets."""
        return self.path.kind != "report" or self.path.name == "recipients"

    @property
    def may_write(self) -> bool:
        """There is something to be written: the service is never emptied from here."""
        return not self.only_live

    @property
    def seen(self) -> str:
        """Changes with either side, so that a button does only what its reader saw."""
        return hashlib.sha256(repr((self.path, plain(self.said), plain(self.live))).encode()).hexdigest()[:20]


def point_of(path: Path) -> str:
    """The point of the definition that a path belongs to."""
    if path.kind in ("target", "report"):
        return "goals"
    if path.kind == "queue":
        return _QUEUE_POINTS.get(path.name, "queues")
    return SETTINGS.get(path.name) or TEXTS[path.name.rpartition("_")[0]]


def compare(said: Side, live: Side) -> list[Difference]:
    """Every difference, in the order of the points. A queue or target that only one side has is one difference, not ten."""
    rows_said, rows_live = _rows(said), _rows(live)
    alone = rows_said ^ rows_live
    found = []
    for path in dict.fromkeys((*said, *live)):
        if path.is_row:
            if path in alone:
                found.append(Difference(path, said.get(path), live.get(path)))
        elif path.row not in alone and _differ(path, said.get(path), live.get(path)):
            found.append(Difference(path, plain(said.get(path)), plain(live.get(path))))
    return sorted(found, key=lambda each: POINTS.index(each.point))


def still_missing(differences: Iterable[Difference]) -> list[Difference]:
    """What the service lacks and the definition tells: this is made, and nothing that somebody wrote is touched."""
    return [each for each in differences if each.may_write and (each.only_said or each.path.kind == "report")]


def merged(said: Sequence[str], live: Sequence[str]) -> tuple[str, ...]:
    """The lines of the reports' form with those of the definition: a line of the same metric gives way, the others stay."""
    told = {line.split(" ")[0] for line in said if line.startswith("M")}
    kept = [line for line in live if line not in said and line.split(" ")[0] not in told]
    return (*kept, *said)


def _rows(side: Side) -> set[Path]:
    return {path for path in side if path.is_row}


def _differ(path: Path, said: Value, live: Value) -> bool:
    if path.kind == "report":  # who wrote more into the reports' form has not contradicted the definition
        lines, stored = (value if isinstance(value, tuple) else () for value in (said, live))
        return not set(lines) <= set(stored)
    return plain(said) != plain(live)
