"""Where each thing of a timeline stands in its drawing. Dates in, coordinates out: reads nothing, and knows no colour or word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WIDTH = 1000
TOP, LANE, BAR, BELOW = 34, 64, 20, 10
SIDE = 12  # room for a mark that stands on the edge
MOST_TICKS = 14
STEPS = (1, 2, 3, 6, 12, 24, 60)
SHORTEST = timedelta(days=60)


class MarkKind(StrEnum):
    """What a mark on a lane tells of."""

    GATE = "gate"
    HARD_GATE = "hard_gate"
    OPENED = "opened"
    LATE = "late"
    ROOTED = "rooted"


@dataclass(frozen=True, slots=True)
class Span:
    """A phase of a rollout from one day to another; a planned one has not come yet."""

    number: int
    name: str
    starts: date
    ends: date
    is_open: bool = False
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, or is to happen, on a day."""

    kind: MarkKind
    on: date
    name: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One rollout: its phases and what happened in them."""

    key: str
    name: str
    spans: Sequence[Span]
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A phase as it is drawn."""

    span: Span
    x: float
    width: float

    @property
    def middle(self) -> float:
        """Where its number stands."""
        return round(self.x + self.width / 2, 1)

    @property
    def has_room(self) -> bool:
        """Its number fits in."""
        return self.width >= 18


@dataclass(frozen=True, slots=True)
class Point:
    """A mark as it is drawn."""

    mark: Mark
    x: float


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """A rollout as it is drawn: its name above its bars."""

    lane: Lane
    y: int
    bars: Sequence[Bar]
    points: Sequence[Point]

    @property
    def name_y(self) -> int:
        """The base line of the name."""
        return self.y + 18

    @property
    def bar_y(self) -> int:
        """The upper edge of the bars."""
        return self.y + 28

    @property
    def middle_y(self) -> int:
        """Half the height of the bars."""
        return self.bar_y + BAR // 2

    @property
    def number_y(self) -> int:
        """The base line of the numbers in the bars."""
        return self.bar_y + 15


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a month on the scale."""

    on: date
    x: float
    has_room: bool
    """Its words fit before the edge."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything with its place."""

    width: int
    height: int
    ticks: Sequence[Tick]
    lanes: Sequence[DrawnLane]
    today_x: float
    bar_height: int = BAR


def draw(lanes: Sequence[Lane], *, today: date) -> Drawing:
    """The drawing of the lanes on one scale, from the earliest day to the latest, with today in it."""
    days = [today, *(day for lane in lanes for span in lane.spans for day in (span.starts, span.ends))]
    days += [mark.on for lane in lanes for mark in lane.marks]
    first = _first_of_month(min(days))
    last = max(*days, first + SHORTEST)
    scale = _Scale(first, last)
    drawn = [
        DrawnLane(
            lane=lane,
            y=TOP + number * LANE,
            bars=[scale.bar(span) for span in lane.spans],
            points=[Point(mark, scale.x(mark.on)) for mark in lane.marks],
        )
        for number, lane in enumerate(lanes)
    ]
    return Drawing(WIDTH, TOP + LANE * len(lanes) + BELOW, scale.ticks(), drawn, scale.x(today))


class _Scale:
    """Days as coordinates."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last

    def x(self, day: date) -> float:
        share = (day - self.first).days / (self.last - self.first).days
        return round(SIDE + share * (WIDTH - 2 * SIDE), 1)

    def bar(self, span: Span) -> Bar:
        """At least a hair wide, so that a phase of one day is seen."""
        x = self.x(span.starts)
        return Bar(span, x, max(round(self.x(span.ends) - x, 1), 3.0))

    def ticks(self) -> list[Tick]:
        """Months, in steps that leave room for their names."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        step = next((each for each in STEPS if months / each <= MOST_TICKS), STEPS[-1])
        found = []
        for number in range(0, months, step):
            index = self.first.year * 12 + self.first.month - 1 + number
            on = date(index // 12, index % 12 + 1, 1)
            x = self.x(on)
            found.append(Tick(on, x, x <= WIDTH - 60))
        return found


def _first_of_month(day: date) -> date:
    return day.replace(day=1)
