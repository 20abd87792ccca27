"""How the demonstration's rollouts lie in YAML."""

from __future__ import annotations

from typing import Any

import msgspec

from config.demo.reading import Strict, Words


class MemberRow(Strict, frozen=True):
    """A person of the rollout, by the first part of her address."""

    who: str
    role: str
    expertise: str = ""


class DoneRow(Strict, frozen=True):
    """An item that was done so many days ago."""

    code: str
    ago: int
    by: str
    text: str = ""
    present: list[tuple[str, str]] = []
    meeting: str = "workshop"


class OpenRow(Strict, frozen=True):
    """An item that is open; without a state nobody has begun it."""

    code: str
    by: str
    owner: str
    state: str = ""
    due: int | None = None
    reason: str = ""


class ConditionRow(Strict, frozen=True):
    """A condition of a verdict, due in so many days."""

    text: str
    due: int


class GateRow(Strict, frozen=True):
    """A verdict so many days ago."""

    gate: str
    verdict: str
    ago: int
    by: str
    role: str
    text: str
    conditions: list[ConditionRow] = []


class NoteRow(Strict, frozen=True):
    """A note of the diary."""

    ago: int
    by: str
    text: str


class RolloutRow(Strict, frozen=True):
    """A rollout with everything that happened in it; its first member drives it."""

    name: Words
    summary: Words
    began: int
    ends: int
    stage: str
    sponsor: str
    members: list[MemberRow]
    forms: dict[str, dict[str, Any]]
    done: list[DoneRow]
    open: list[OpenRow]
    gates: list[GateRow]
    service: str = ""
    programme: str = ""
    pillar: str = ""
    investment: str = ""
    funders: list[str] = []
    tags: list[str] = []
    municipalities: list[str] = []
    rooting: int | None = None
    answers: dict[str, str] = {}
    systems: list[dict[str, str]] = []
    risks: list[dict[str, str]] = []
    diary: list[NoteRow] = []


class RolloutsFile(Strict, frozen=True):
    """The rollouts."""

    rollouts: list[RolloutRow] = msgspec.field(default_factory=list)
