"""Bars that lie, each under its own words: outcomes, histograms, answers from 0 to 10. Reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, ROW, THICK, NUMBERS = 360, 42, 16, 112


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, its words above it and its number after it."""

    words: str
    number: str
    width: float
    y: int

    @property
    def words_y(self) -> int:
        """The base line of the words."""
        return self.y + 14

    @property
    def bar_y(self) -> int:
        """The upper edge of the bar."""
        return self.y + 20

    @property
    def number_x(self) -> float:
        """Where the number begins."""
        return round(self.width + 8, 1)

    @property
    def number_y(self) -> int:
        """The base line of the number."""
        return self.bar_y + 13


@dataclass(frozen=True, slots=True)
class Bars:
    """The drawing, and what it tells in words."""

    title: str
    bars: Sequence[Bar]
    width: int = WIDTH
    thick: int = THICK

    @property
    def height(self) -> int:
        """As high as its bars need."""
        return ROW * len(self.bars)

    @property
    def alternative(self) -> str:
        """The same in words."""
        return f"{self.title}. " + "; ".join(f"{bar.words}: {bar.number}" for bar in self.bars) + "."


def bars_of(title: str, rows: Sequence[tuple[str, int, str]]) -> Bars:
    """Bars of these words, sizes and shown numbers; the longest one takes all the room that the numbers leave."""
    most = max((size for _words, size, _number in rows), default=0) or 1
    room = WIDTH - NUMBERS
    bars = [
        Bar(words, number, round(max(size * room / most, 1.5 if size else 0), 1), ROW * at)
        for at, (words, size, number) in enumerate(rows)
    ]
    return Bars(title, bars)
