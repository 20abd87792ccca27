"""What a signal answers, and how proving rows are chosen and told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from adoption.signals.facts import Facts, Row

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Signal:
    """Whether the signal holds, what was found and what was wanted, and the time and ids of the proving rows; never their text."""

    holds: bool
    value: Mapping[str, Any] = field(default_factory=dict)
    threshold: str = ""
    at: datetime | None = None
    rows: tuple[str, ...] = ()
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The model names a signal that this portal does not know."""

    name: str


Answer = Signal | Unavailable
Judge = Callable[[Facts], Answer]


def shown(rows: Iterable[Row], value: Mapping[str, Any], threshold: str) -> Signal:
    """It holds, by these rows: its time is that of the latest of them."""
    found = tuple(rows)
    if not found:  # an empty set proves nothing
        return missed(value, threshold)
    return Signal(True, value, threshold, max(row.at for row in found), tuple(sorted({row.id for row in found})))


def missed(value: Mapping[str, Any], threshold: str) -> Signal:
    """It does not hold."""
    return Signal(False, value, threshold)


def met(points: Mapping[str, bool], rows: Iterable[Row], *, mark: str = "") -> Signal:
    """All of several points: it holds when there are some and none lacks; the value tells how many and which lack.

    `mark` changes with the content that proves, so that the same rows with other words are told from the same rows.
    """
    lacks = [name for name, whole in points.items() if not whole]
    value: dict[str, Any] = {"met": len(points) - len(lacks), "of": len(points)}
    if lacks:
        return missed({**value, "lacks": lacks}, f"{len(points)}/{len(points)}")
    return shown(rows, {**value, "mark": mark} if mark else value, f"{len(points)}/{len(points)}")


def digest(*content: object) -> str:
    """A short number of a content, from which nobody can read the content."""
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def choose(found: Sequence[T], since: datetime | None, when: Callable[[T], datetime]) -> T | None:
    """The oldest one after `since`; else the oldest of all."""
    ordered = sorted(found, key=when)
    later = (each for each in ordered if since is not None and when(each) > since)
    return next(later, ordered[0] if ordered else None)


def filled(value: object) -> bool:
    """Somebody wrote something: words, a number, or a list or map with at least one such."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, Mapping):
        return any(filled(each) for each in value.values())
    if isinstance(value, list | tuple):
        return any(filled(each) for each in value)
    return value is not None
