"""How many responders a line needs: Erlang C with conversations side by side (metrics 6, M27). Reads nothing.

An estimate: Erlang C assumes that nobody leaves the line, so it asks for slightly too many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, exp

SIDE_BY_SIDE: Mapping[int, float] = {1: 1.0, 2: 1.7, 3: 2.5, 4: 2.9, 5: 3.5}
"""What so many conversations at once come to: they do not multiply the capacity fully. A service may have a table of its own."""
RECOMMENDED = 3
HOUR = 3600.0
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Demand:
    """What comes in an hour, and how it is to be answered."""

    per_hour: float
    handling_seconds: float
    target_seconds: float = 300.0
    target_share: float = 0.8
    at_once: int = 1
    shrinkage: float = 0.3
    """The part of paid time that goes to breaks, meetings and recording."""
    least: int = 1

    def __post_init__(self) -> None:
        if self.per_hour < 0 or self.handling_seconds <= 0 or self.target_seconds < 0 or self.at_once < 1:
            raise ValueError("contacts and times are not negative, and a conversation takes time")
        if not 0 <= self.target_share < 1 or not 0 <= self.shrinkage < 1:
            raise ValueError("shares lie between 0 and 1")


@dataclass(frozen=True, slots=True)
class Need:
    """So many responders, and what they give."""

    responders: int
    scheduled: int
    traffic: float
    waits: float
    """The probability that one has to wait."""
    service_level: float
    mean_wait: float
    occupancy: float

    @property
    def is_alone(self) -> bool:
        """One responder at a time is enough: her break closes the line, if nobody stands in for her (S002-43)."""
        return self.responders == 1


def effective_handling(seconds: float, at_once: int, table: Mapping[int, float] = SIDE_BY_SIDE) -> float:
    """The time that a conversation takes of a responder who has so many at once; beyond the table its last row counts."""
    return seconds / table[min(at_once, max(table))]


def erlang_b(traffic: float, lines: int) -> float:
    """The share of calls that find every line taken, by the stable recursion."""
    blocked = 1.0
    for n in range(1, lines + 1):
        blocked = traffic * blocked / (n + traffic * blocked)
    return blocked


def erlang_c(traffic: float, responders: int) -> float:
    """The probability that one has to wait: 0 when nobody comes, 1 when more comes than can be answered."""
    if traffic == 0:
        return 0.0
    if responders <= traffic:
        return 1.0
    blocked = erlang_b(traffic, responders)
    return responders * blocked / (responders - traffic * (1 - blocked))


def given(demand: Demand, responders: int, table: Mapping[int, float] = SIDE_BY_SIDE) -> Need:
    """What so many responders would give; too few of them never catch up: everybody waits, and the wait has no end."""
    handling = effective_handling(demand.handling_seconds, demand.at_once, table)
    traffic = demand.per_hour * handling / HOUR
    waits = erlang_c(traffic, responders)
    spare = responders - traffic
    keeps_up = spare > 0
    return Need(
        responders=responders,
        scheduled=scheduled(responders, demand.shrinkage),
        traffic=traffic,
        waits=waits,
        service_level=1 - waits * exp(-spare * demand.target_seconds / handling) if keeps_up else 0.0,
        mean_wait=waits * handling / spare if keeps_up else float("inf"),
        occupancy=traffic / responders if keeps_up else 1.0,
    )


def scheduled(responders: int, shrinkage: float) -> int:
    """How many have to be in the shift list for so many to be at the desk."""
    return ceil(round(responders / (1 - shrinkage), 9))


def needed(demand: Demand, table: Mapping[int, float] = SIDE_BY_SIDE) -> Need:
    """The fewest responders who reach the target; an open service has at least one, also when nobody comes."""
    handling = effective_handling(demand.handling_seconds, demand.at_once, table)
    traffic = demand.per_hour * handling / HOUR
    blocked, n = 1.0, 0
    least = max(1, demand.least, int(traffic) + 1)
    while n < MOST:
        n += 1
        blocked = traffic * blocked / (n + traffic * blocked)
        if n < least or n <= traffic:
            continue
        waits = n * blocked / (n - traffic * (1 - blocked)) if traffic else 0.0
        if 1 - waits * exp(-(n - traffic) * demand.target_seconds / handling) >= demand.target_share:
            return given(demand, n, table)
    raise ValueError("no number of responders reaches the target")
