"""What may be shown of answers: nothing of fewer than five people, nor what the difference of two shown figures would tell. Pure.

A hidden group could be solved from the total and the shown groups. So the hidden ones together are always at least five: when they
are fewer, the smallest shown group is hidden with them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

LEAST = 5

K = TypeVar("K")
Unit = int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """One question: how many answered it, and each choice, in each unit (None: who did not tell hers)."""

    key: str
    choices: tuple[int, ...]
    answered: Mapping[Unit, int] = field(default_factory=dict)
    counts: Mapping[tuple[Unit, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tally:
    """All answers to a survey, counted."""

    responses: Mapping[Unit, int]
    questions: Sequence[Counted]
    units: int = 0


def hidden_groups(sizes: Mapping[K, int], least: int = LEAST, *, also: Collection[K] = ()) -> set[K]:
    """The groups whose figures are not shown, when the figures of all together are.

    `also` are hidden for another reason, and may not be worked out either. Others are hidden beside them until what is hidden has
    more than one solution, though it is seen which of them are the small ones.
    """
    hidden = {group for group, size in sizes.items() if 0 < size < least or (group in also and size)}
    spare = sorted((group for group, size in sizes.items() if size and group not in hidden), key=lambda group: sizes[group])
    while hidden and spare and _is_solved([sizes[group] for group in hidden], least):
        hidden.add(spare.pop(0))
    return hidden


def _is_solved(sizes: Sequence[int], least: int) -> bool:
    """Whether their sum tells each: too few together, a single one, all at their least, or the small ones at their most."""
    small = [size for size in sizes if size < least]
    total, large = sum(sizes), len(sizes) - len(small)
    if total < least or len(sizes) == 1:
        return True
    return total == len(small) + least * large or (not large and total == (least - 1) * len(small))


def results_of(tally: Tally) -> dict[str, Any]:
    """The results as they are stored: None stands where fewer than five have answered, or where it would tell of them."""
    total = sum(tally.responses.values())
    groups: list[Unit] = [*range(tally.units), None] if tally.units else []
    return {
        "n": total,
        "units": _sizes({group: tally.responses.get(group, 0) for group in groups}, total),
        "questions": [_question(each, groups) for each in tally.questions],
    }


def mean_of(counts: Sequence[int]) -> Decimal | None:
    """The mean of a scale from 1, rounded half up to one decimal; None without answers."""
    if not (n := sum(counts)):
        return None
    exact = Decimal(sum(number * count for number, count in enumerate(counts, start=1))) / n
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _sizes(sizes: Mapping[Unit, int], total: int) -> list[dict[str, Any]]:
    hidden = hidden_groups(sizes) if total >= LEAST else set(sizes)
    return [{"unit": group, "n": None if group in hidden else size} for group, size in sizes.items()]


def _question(counted: Counted, groups: Sequence[Unit]) -> dict[str, Any]:
    n = sum(counted.answered.values())
    told = n >= LEAST
    found: dict[str, Any] = {"key": counted.key, "n": n if told else None, "counts": None, "units": []}
    if not told or not counted.choices:
        return found
    present = {unit for unit, _choice in counted.counts}
    found["counts"] = [sum(counted.counts.get((unit, choice), 0) for unit in present) for choice in counted.choices]
    hidden = hidden_groups({group: counted.answered.get(group, 0) for group in groups})
    found["units"] = [
        {
            "unit": group,
            "n": None if group in hidden else counted.answered.get(group, 0),
            "counts": None if group in hidden else [counted.counts.get((group, choice), 0) for choice in counted.choices],
        }
        for group in groups
    ]
    return found
