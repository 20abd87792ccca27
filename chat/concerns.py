"""The checklist of a concern as data: its kinds with the duty and the places of the notice, and its steps (domain 5.8).

It lies as YAML in `content/concerns.yaml`. The loader is typed: a key that nobody reads, or a text that lacks a language, is an
error when the file is read. Numbers are named by the keys of contact points and never written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from chat.choices import CONCERNS
from chat.scripts import Strict, Words

FILE = Path(__file__).resolve().parent / "content" / "concerns.yaml"
NOTICE = "notice"
"""The step in which what came of the notice is told."""


class Kind(Strict, frozen=True):
    """One kind of concern: whom the duty concerns, where the notice is made, what the resident is told."""

    key: str
    about: Words
    duty: list[Words]
    contacts: list[str]
    say: Words
    say_unknown: Words


class Step(Strict, frozen=True):
    """One step. `shows`: what stands beside it. `kinds`: of which concerns it is a step; none named: of all."""

    key: str
    title: Words
    help: list[Words]
    shows: list[Literal["urgent", "say", "duty", "contacts", "outcome", "chapter"]] = []
    kinds: list[str] = []


class ConcernsFile(Strict, frozen=True):
    """The whole file. `reply`: the short code of the quick reply with which telling begins; `chapter`: where more is read."""

    reply: str
    chapter: str
    urgent: list[str]
    kinds: list[Kind]
    steps: list[Step]

    def __post_init__(self) -> None:
        kinds, steps = [kind.key for kind in self.kinds], [step.key for step in self.steps]
        if sorted(kinds) != sorted(CONCERNS):
            raise ValueError("a kind of concern is missing, unknown or there twice")
        if len(set(steps)) != len(steps) or NOTICE not in steps:
            raise ValueError("each step once, and the notice among them")
        if any(set(step.kinds) - set(kinds) for step in self.steps):
            raise ValueError("a step names an unknown kind")


@lru_cache(maxsize=1)
def checklist() -> ConcernsFile:
    """The file. Raises msgspec.ValidationError when it is not right."""
    return msgspec.convert(yaml.safe_load(FILE.read_text("utf-8")), ConcernsFile)


def kind_of(key: str) -> Kind:
    """One kind of concern."""
    return _kinds()[key]


def steps_of(kind: str) -> list[Step]:
    """The steps of a concern in their order."""
    return [step for step in checklist().steps if not step.kinds or kind in step.kinds]


def step_keys(kind: str) -> list[str]:
    """Their keys."""
    return [step.key for step in steps_of(kind)]


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, Kind]:
    return {kind.key: kind for kind in checklist().kinds}


__all__ = ["NOTICE", "ConcernsFile", "Kind", "Step", "checklist", "kind_of", "step_keys", "steps_of"]
