"""Bars that lie, each under its own words: outcomes, histograms, answers from 0 to 10. Reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

WIDTH, ROW, THICK, NUMBERS = 360, 42, 16, 112
LINE, LETTERS = 18, 40
"""The height of a line of words, and how many letters of the paper’s wide type fit on one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, its words above it and its number after it."""

    words: str
    number: str
    width: float
    y: int

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The words on as many lines as they need, each with its base line."""
        return [(self.y + 14 + LINE * n, line) for n, line in enumerate(wrap(self.words, LETTERS) or [""])]

    @property
    def bar_y(self) -> int:
        """The upper edge of the bar."""
        return self.lines[-1][0] + 6

    @property
    def foot(self) -> int:
        """Where the next one may begin."""
        return self.bar_y + ROW - 20

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
    note: str = ""
    """What has to be known of it: that some are left out."""

    @property
    def height(self) -> int:
        """As high as its bars need."""
        return self.bars[-1].foot if self.bars else 0

    @property
    def alternative(self) -> str:
        """The same in words."""
        return (
            f"{self.title}. "
            + "; ".join(f"{bar.words}: {bar.number}" for bar in self.bars)
            + "."
            + (f" {self.note}" if self.note else "")
        )


def bars_of(title: str, rows: Sequence[tuple[str, int, str]], *, note: str = "") -> Bars:
    """Bars of these words, sizes and shown numbers; the longest one takes all the room that the numbers leave."""
    most = max((size for _words, size, _number in rows), default=0) or 1
    room = WIDTH - NUMBERS
    bars: list[Bar] = []
    for words, size, number in rows:
        width = round(max(size * room / most, 1.5 if size else 0), 1)
        bars.append(Bar(words, number, width, bars[-1].foot if bars else 0))
    return Bars(title, bars, note=note)
