"""What a check changes, by the data's `proof_rules`: proofs, parts that are filled, items that are proven. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from adoption.choices import ItemState, ProofLevel
from adoption.fulfilment import stands
from adoption.signals import judge
from adoption.signals.answers import Signal, Unavailable
from adoption.signals.covering import deciders, fills
from adoption.signals.facts import Facts, ItemFact

UNTOUCHED: frozenset[str] = frozenset({ItemState.BLOCKED, ItemState.NOT_APPLICABLE, ItemState.DONE})
"""States in which the system neither fills a part nor moves the item; it only remembers what it saw."""

Key = tuple[int, str, date | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A proof that stands in the database."""

    pk: int
    holds: bool
    at: datetime | None
    value: Mapping[str, Any]
    threshold: str
    rows: tuple[str, ...]
    is_demo: bool
    used: bool


class Write(StrEnum):
    """What is to be done with a proof."""

    NOTHING = "nothing"
    MAKE = "make"
    REFRESH = "refresh"
    TURN = "turn"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Step:
    """One signal of one item: what it says now, and what is written of it."""

    item: int
    signal: str
    period: date | None
    answer: Signal
    write: Write
    kept: int | None
    at: datetime | None
    """The time of the proving rows as it will stand."""


@dataclass(frozen=True, slots=True)
class Fill:
    """A part that signals fill, by which of them, and when they held; what a doubted proof put there gives way."""

    item: int
    part: int
    by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Proven:
    """An item all of whose signals hold: it is done when no part is missing."""

    item: int
    by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a check writes."""

    steps: tuple[Step, ...]
    fills: tuple[Fill, ...]
    proven: tuple[Proven, ...]
    unavailable: tuple[Unavailable, ...]

    @property
    def writes(self) -> bool:
        """Something changes, but for the time of the check."""
        return bool(self.fills or self.proven) or any(step.write != Write.NOTHING for step in self.steps)


def plan_of(facts: Facts, kept: Mapping[Key, Kept]) -> Plan:
    """What the facts change in the proofs, parts and items of the rollout."""
    steps: list[Step] = []
    filled: list[Fill] = []
    proven: list[Proven] = []
    unavailable: dict[str, Unavailable] = {}
    for item in facts.items:
        answers = {name: judge(name, facts.about(item)) for name in item.signals}
        unavailable |= {name: each for name, each in answers.items() if isinstance(each, Unavailable)}
        known = {
            name: _step(item, name, answer, kept.get((item.pk, name, item.period)))
            for name, answer in answers.items()
            if isinstance(answer, Signal)
        }
        steps += known.values()
        if item.level == ProofLevel.NONE or item.state in UNTOUCHED:
            continue
        filled += _fills(item, known, facts.now)
        proven += _proven(item, known, facts.now)
    return Plan(tuple(steps), tuple(filled), tuple(proven), tuple(unavailable.values()))


def _step(item: ItemFact, name: str, answer: Signal, kept: Kept | None) -> Step:
    write, at = _write(item, answer, kept)
    return Step(item.pk, name, item.period, answer, write, kept.pk if kept else None, at)


def _write(item: ItemFact, answer: Signal, kept: Kept | None) -> tuple[Write, datetime | None]:
    if kept is None:
        return Write.MAKE, answer.at
    same = (kept.holds, kept.value, kept.threshold, kept.rows, kept.is_demo) == (
        answer.holds,
        answer.value,
        answer.threshold,
        answer.rows,
        answer.is_demo,
    )
    if same:  # whoever saves a row without changing what it shows does not move its time
        return Write.NOTHING, kept.at
    if not kept.used:
        return Write.REFRESH, answer.at
    if answer.holds and _is_newer(item, answer, kept):
        return Write.FOLLOW, answer.at
    return (Write.NOTHING if kept.holds == answer.holds else Write.TURN), kept.at


def _is_newer(item: ItemFact, answer: Signal, kept: Kept) -> bool:
    """Other rows, or the same with another content, from after the day on which somebody doubted what had been shown."""
    other = answer.rows != kept.rows or answer.value != kept.value
    return item.since is not None and answer.at is not None and answer.at > item.since and other


def _holding(names: tuple[str, ...], known: Mapping[str, Step], since: datetime | None) -> datetime | None:
    """When the last of the signals came to hold; None while one does not, or nothing is newer than the doubt."""
    steps = [known[name] for name in names if name in known]
    times = [step.at for step in steps if step.answer.holds and step.at is not None]
    if not names or len(times) < len(names) or (since is not None and max(times) <= since):
        return None
    return max(times)


def _fills(item: ItemFact, known: Mapping[str, Step], now: datetime) -> list[Fill]:
    found = []
    for part in item.parts:
        if part.name not in item.covers:
            continue
        names = deciders(part.name, item.signals)
        at = _holding(names, known, item.since)
        doubted = {step.kept for step in known.values() if step.write == Write.FOLLOW}
        if at is not None and (not stands(part.kind, part.fillings) or doubted & {filling.proof for filling in part.fillings}):
            found.append(Fill(item.pk, part.pk, names, min(at, now)))
    return found


def _proven(item: ItemFact, known: Mapping[str, Step], now: datetime) -> list[Proven]:
    names = fills(item.covers, item.signals)
    at = _holding(names, known, item.since)
    if item.level != ProofLevel.FULL or at is None:
        return []
    return [Proven(item.pk, names, min(at, now))]
