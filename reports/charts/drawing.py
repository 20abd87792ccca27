"""Where each thing of a line chart stands. Numbers in, coordinates out: reads nothing, and knows no colour or word.

Narrow on purpose: on a phone the drawing is shown at its own size, so that its letters are large enough to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

WIDTH, HEIGHT = 360, 216
LEFT, RIGHT, TOP, BOTTOM = 58, 16, 30, 28
Values = Sequence[Fraction | int | None]
# Steps of an axis of durations, in seconds: those that people count with.
OF_SECONDS = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Dot:
    """One value."""

    x: float
    y: float
    number: int
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale."""

    y: float
    value: Fraction


@dataclass(frozen=True, slots=True)
class Series:
    """A line: its dots, and pieces between gaps that no line bridges."""

    dots: Sequence[Dot]
    pieces: Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A bar from the foot of the drawing."""

    x: float
    y: float
    width: float
    height: float
    number: int
    is_part: bool


@dataclass(frozen=True, slots=True)
class LineChart:
    """Everything with its place."""

    now: Series
    before: Series
    columns: Sequence[Column]
    inner: Sequence[Column]
    """The part of each column, from its foot, when the columns are stacked."""
    ticks: Sequence[Tick]
    xs: Sequence[float]
    target_y: float | None
    edges: Sequence[float]
    """Where an area changes: before the month."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    foot: int = HEIGHT - BOTTOM


def draw(
    now: Values,
    before: Values,
    *,
    part: Sequence[bool] = (),
    target: Fraction | None = None,
    changed: Sequence[int] = (),
    limits: tuple[int, int] | None = None,
    of_seconds: bool = False,
    as_columns: bool = False,
    whole: Values = (),
) -> LineChart:
    """The two series on one scale; `part` marks months that are not whole, `changed` the months at which an area changes.

    With `whole` each value is drawn as a part of it: a stacked column.
    """
    scale = _Scale(len(now), [*now, *before, *whole, target], limits, of_seconds)
    parts = [*part, *[False] * (len(now) - len(part))]
    return LineChart(
        now=Series([], []) if as_columns or whole else scale.series(now, parts),
        before=scale.series(before, [False] * len(before)),
        columns=scale.columns(whole or now, parts) if as_columns or whole else [],
        inner=scale.columns(now, parts) if whole else [],
        ticks=[Tick(scale.y(value), value) for value in scale.ticks],
        xs=[scale.x(number) for number in range(len(now))],
        target_y=None if target is None else scale.y(target),
        edges=[round(scale.x(number) - scale.step / 2, 1) for number in changed],
    )


class _Scale:
    """Numbers of months and values as coordinates."""

    def __init__(self, count: int, values: Values, limits: tuple[int, int] | None, of_seconds: bool) -> None:
        self.step = (WIDTH - LEFT - RIGHT) / max(count, 1)
        known = [Fraction(value) for value in values if value is not None]
        low, high = limits or (min([Fraction(0), *known]), max([Fraction(0), *known]))
        size = _step(Fraction(high) - low, of_seconds)
        self.low = Fraction(low) // size * size
        self.high = -(-Fraction(high) // size) * size
        if self.high == self.low:
            self.high += size
        count = int((self.high - self.low) / size)
        self.ticks = [self.low + size * number for number in range(count + 1)]

    def x(self, number: int) -> float:
        return round(LEFT + self.step * (number + 0.5), 1)

    def y(self, value: Fraction | int) -> float:
        share = float((Fraction(value) - self.low) / (self.high - self.low))
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    def series(self, values: Values, parts: Sequence[bool]) -> Series:
        dots = [
            Dot(self.x(number), self.y(value), number, parts[number]) for number, value in enumerate(values) if value is not None
        ]
        pieces: list[list[Dot]] = []
        for dot in dots:
            if pieces and pieces[-1][-1].number == dot.number - 1:
                pieces[-1].append(dot)
            else:
                pieces.append([dot])
        return Series(dots, [" ".join(f"{dot.x},{dot.y}" for dot in piece) for piece in pieces if len(piece) > 1])

    def columns(self, values: Values, parts: Sequence[bool]) -> list[Column]:
        width = round(self.step * 0.66, 1)
        found = []
        for number, value in enumerate(values):
            if value is not None:
                y = self.y(value)
                height = round(HEIGHT - BOTTOM - y, 1)
                found.append(Column(round(self.x(number) - width / 2, 1), y, width, height, number, parts[number]))
        return found


def _step(span: Fraction, of_seconds: bool) -> Fraction:
    """The smallest step of the axis that needs at most a few lines."""

    def fits(size: Fraction) -> bool:
        return size * (MOST_TICKS - 1) >= span

    if of_seconds:
        for seconds in OF_SECONDS:
            if fits(Fraction(seconds)):
                return Fraction(seconds)
    power = Fraction(1)
    while True:
        for size in (1, 2, 5):
            if fits(size * power):
                return size * power
        power *= 10
