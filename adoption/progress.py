"""How far a rollout or a phase is: done of those that apply (the data's `progress`). Reads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from adoption.choices import ItemState


class HasState(Protocol):
    """Anything with the state of an item."""

    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many are done of how many that apply, and the share in tenths of a percent; None when nothing applies."""

    done: int
    applicable: int
    tenths: int | None


def progress_of(done: int, applicable: int) -> Progress:
    """The share of done ones, rounded half up to a tenth of a percent; never a division by nothing."""
    return Progress(done, applicable, (2000 * done + applicable) // (2 * applicable) if applicable else None)


def progress(items: Iterable[HasState]) -> Progress:
    """Progress of these items; a recurring one counts as done while its present period is done."""
    states = [item.state for item in items if item.state != ItemState.NOT_APPLICABLE]
    return progress_of(sum(state == ItemState.DONE for state in states), len(states))
