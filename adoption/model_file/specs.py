"""What a file of the adoption model says, as plain values (S000-1, S000-2): compared with `==`, and free of the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from adoption.choices import ProofLevel, Recurrence
from adoption.models.template import part_names

Texts = Mapping[str, str]
"""A text in each language in which it was written; a language without words is not there."""

LANGUAGES = ("fi", "sv", "en")
CLOSED = "closed"  # where the last gate leads


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct: where it is and what to write instead."""

    place: str
    message: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """A fact that the live system can prove, and the app that supplies it."""

    name: str
    owner: str
    rule: str


@dataclass(frozen=True, slots=True)
class ConditionSpec:
    """A condition of success."""

    key: str
    text: Texts
    order: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class RequirementSpec:
    """One entry of an item's `requires`."""

    kind: str
    order: int = 1
    name: str = ""
    form: str = ""
    document: str = ""
    signal: str = ""
    minimum: int = 0
    of_members: bool = False
    roles: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    when: str = ""

    def part_names(self) -> list[str]:
        """The names of the parts that it becomes in a rollout."""
        return part_names(self.kind, self.name, self.form or self.document or self.signal, self.roles)


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """One thing to do."""

    code: str
    key: str
    text: Texts
    responsible: str
    order: int
    label: Texts = field(default_factory=dict)
    help: Texts = field(default_factory=dict)
    done_evidence: Texts = field(default_factory=dict)
    involved: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    question_key: str = ""
    question: Texts = field(default_factory=dict)
    applies_when: str = ""
    recurrence: str = Recurrence.ONCE
    is_optional: bool = False
    source: str = ""
    proof_level: str = ProofLevel.NONE
    signals: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    proof_rule: str = ""
    requires: tuple[RequirementSpec, ...] = ()

    def parts(self) -> list[str]:
        """The names of all parts that it asks, in order."""
        return [name for requirement in self.requires for name in requirement.part_names()]


@dataclass(frozen=True, slots=True)
class PhaseSpec:
    """One of the ordered phases, with its items; the optional ones last."""

    key: str
    order: int
    name: Texts
    label: Texts = field(default_factory=dict)
    long_name: Texts = field(default_factory=dict)
    goal: Texts = field(default_factory=dict)
    items: tuple[ItemSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class GateSpec:
    """What stands between two phases."""

    key: str
    order: int
    from_phase: str
    to_phase: str
    name: Texts
    hard: bool = False
    items: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    rule: str = ""
    writes_permit: bool = False


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A whole version of the model. Its number says which one the file was written from, and is no part of the content."""

    key: str
    name: Texts
    number: int = field(default=1, compare=False)
    purpose: Texts = field(default_factory=dict)
    source: str = ""
    conditions: tuple[ConditionSpec, ...] = ()
    phases: tuple[PhaseSpec, ...] = ()
    gates: tuple[GateSpec, ...] = ()
    forms: Mapping[str, Any] = field(default_factory=dict)

    def items(self, *, optional: bool = False) -> Iterator[ItemSpec]:
        """The items of all phases in order; `optional`: those that only a rollout which asks for them gets."""
        for phase in self.phases:
            yield from (item for item in phase.items if item.is_optional == optional)

    def all_items(self) -> Iterator[ItemSpec]:
        """The items that every rollout gets and the optional ones."""
        for phase in self.phases:
            yield from phase.items


__all__ = [
    "CLOSED",
    "LANGUAGES",
    "ConditionSpec",
    "GateSpec",
    "ItemSpec",
    "ModelFile",
    "PhaseSpec",
    "Problem",
    "RequirementSpec",
    "SignalSpec",
    "Texts",
]
