"""An honest estimate of a wait, as a range, from what the queue itself has just done. Pure: no clock, no rows.

**What is counted.** For each recent claim the *time at the front*: from the instant at which the claimed one was first in the
line (the claim before, or her own coming if nobody was ahead) to her claim. Idle time is thus no part of it: a queue in which
nobody waited is quick, however seldom anybody comes. The wait of place p is the sum of p such times.

**The range.** `WALKS` sums for each place are drawn from the recent times with a fixed seed: the same line is always told the
same. The 25th and the 75th percentile are the low and the high end, rounded outward to whole minutes. Each walk only grows
with the place, so a place further back is never promised less.

**The one who is at the front now** has stood there for some time already. The first step of a walk is what is left of it:
drawn among the recent times that were longer than that, less what has passed; when none was, as long again (a silence that
lasts is the best sign of how long it will last), and then that time counts among the others too.

**When nothing is said.** Fewer than `ENOUGH` recent times, or nobody there to answer (`chat.outlook` decides that).

Sources: the issue's “an honest estimate as a range from this queue's own recent claims”; S002-43; peers 2C.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import ceil
from random import Random
from statistics import median

ENOUGH = 5
"""Fewer recent times than this say nothing."""

WALKS = 120
LOW, HIGH = 0.25, 0.75
MINUTE = 60
LONG_WAIT = 15 * MINUTE
FARTHEST = 200
"""Places further back are told what this one is told, and more: the low end stays, and there is no high end to trust."""

STEP_SECONDS = 15
"""The time that the first one has stood is taken in steps, so that a line that stands still is not computed each second."""


@dataclass(frozen=True, slots=True)
class Range:
    """From so many to so many seconds, whole minutes both."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One claim: when its place in the line began, and when it was taken."""

    queued_at: datetime
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Error:
    """How true the estimates were: of how many, how often the wait was inside, longer or shorter, and how far off."""

    n: int
    inside: float | None
    longer: float | None
    shorter: float | None
    median_error: float | None
    """Seconds from the middle of the range to the truth, the median of them; the sign is left out."""


def front_times(turns: Iterable[Turn]) -> tuple[float, ...]:
    """How long each one stood at the front, in seconds, oldest first. The first claim has none before it, and is left out."""
    ordered = sorted(turns, key=lambda turn: turn.accepted_at)
    times = []
    for before, turn in itertools.pairwise(ordered):
        began = max(before.accepted_at, turn.queued_at)
        times.append(max((turn.accepted_at - began).total_seconds(), 0.0))
    return tuple(times)


def ranges(times: Sequence[float], places: int, *, standing: float = 0.0) -> tuple[Range, ...]:
    """The range of each place from the first on; nothing at all when too little is known.

    `standing`: for how many seconds the first one has been at the front already.
    """
    if len(times) < ENOUGH or places < 1:
        return ()
    steps = int(standing // STEP_SECONDS) * STEP_SECONDS
    size = 1 << (min(places, FARTHEST) - 1).bit_length()  # few different sizes: the same work serves a line that grows by one
    known = _ranges(tuple(round(time, 1) for time in times), size, float(steps))[:places]
    return known + (known[-1],) * (places - len(known))


def is_long(low_seconds: int | None) -> bool:
    """So long a wait that other ways are shown beside it at once."""
    return low_seconds is not None and low_seconds > LONG_WAIT


def minutes_outward(low: float, high: float) -> Range:
    """Rounded outward: the low end down and the high end up to a whole minute, and never under one minute above."""
    return Range(int(low // MINUTE) * MINUTE, max(ceil(high / MINUTE), 1) * MINUTE)


def error_of(rows: Iterable[tuple[int, int, float]]) -> Error:
    """The estimates against the truth: (low, high, how long it took) of each."""
    known = list(rows)
    if not known:
        return Error(0, None, None, None, None)
    longer = sum(took > high for _low, high, took in known) / len(known)
    shorter = sum(took < low for low, _high, took in known) / len(known)
    inside = sum(low <= took <= high for low, high, took in known) / len(known)
    return Error(len(known), inside, longer, shorter, median(abs(took - (low + high) / 2) for low, high, took in known))


@lru_cache(maxsize=512)
def _ranges(times: tuple[float, ...], places: int, standing: float) -> tuple[Range, ...]:
    dice = Random(len(times))
    left = [time - standing for time in times if time > standing] or [standing]
    pool = times if max(times) > standing else (*times, standing)
    sums = [dice.choice(left) for _ in range(WALKS)]
    found = []
    for place in range(places):
        if place:
            sums = [total + dice.choice(pool) for total in sums]
        ordered = sorted(sums)
        found.append(minutes_outward(ordered[int(LOW * (WALKS - 1))], ordered[ceil(HIGH * (WALKS - 1))]))
    return tuple(found)
