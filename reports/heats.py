"""Numbers as shades: hours of the week, and who passed on to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from reports.metrics import Figures
from reports.metrics.hours import share_by_week
from reports.rounding import NOTHING, number
from reports.shown import week_of

SHADES = 5


@dataclass(frozen=True, slots=True)
class Shaded:
    """A number in a cell, and how dark the cell is among its table: 0 is empty, 5 the most."""

    n: int
    shade: int
    words: str = ""
    """What stands in the cell, when it is not the number."""


@dataclass(frozen=True, slots=True)
class Heat:
    """Weekdays and hours of one metric: where it is darkest there is most."""

    code: str
    title: str
    rows: Sequence[tuple[int, Sequence[Shaded]]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who passed on to whom: a row for each sending queue."""

    to: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Shaded]]]


def shaded(counts: Sequence[Sequence[int]]) -> list[list[Shaded]]:
    """Each number with its shade: the darkest is the greatest one of the table."""
    most = max((n for row in counts for n in row), default=0)
    return [[Shaded(n, -(-n * SHADES // most) if most else 0) for n in row] for row in counts]


def shaded_week(figures: Figures) -> list[tuple[int, Sequence[Shaded]]]:
    """Contacts by hour and weekday."""
    week = week_of(figures)
    return [(hour, row) for (hour, _days), row in zip(week, shaded([days for _hour, days in week]), strict=True)]


def heats_of(figures: Figures) -> list[Heat]:
    """When people came in vain and when they left the line, and in which hours the target was met (M05, M04, M08)."""
    tries = figures.facts.get("attempt_hours") or {}
    found = []
    if "M05" in figures.total and tries:
        span = _span(tries)
        rows = shaded([[tries.get((day, hour), 0) for day in range(7)] for hour in span])
        found.append(Heat("M05", _("Tries outside opening hours by weekday and hour"), list(zip(span, rows, strict=True))))
    left = share_by_week(figures.hours, lambda hour: hour.abandoned)
    if any(n for n, _contacts in left.values()):
        found += _shares(figures, "M04", _("Abandoned by weekday and hour, %"), left)
    kept = share_by_week(figures.hours, lambda hour: hour.within)
    found += _shares(figures, "M08", _("Answered within the target by weekday and hour, %"), kept)
    return found


def _shares(figures: Figures, code: str, title: str, cells: Mapping[tuple[int, int], tuple[int, int]]) -> list[Heat]:
    if code not in figures.total or not cells:
        return []
    span = _span(cells)
    return [Heat(code, title, [(hour, [_share(cells.get((day, hour))) for day in range(7)]) for hour in span])]


def _span(cells: Mapping[tuple[int, int], object]) -> range:
    return range(min(hour for _day, hour in cells), max(hour for _day, hour in cells) + 1)


def _share(cell: tuple[int, int] | None) -> Shaded:
    if cell is None:
        return Shaded(0, 0, NOTHING)
    share = Fraction(100 * cell[0], cell[1])
    return Shaded(int(share), int(-(-share * SHADES // 100)), number(share))


def matrix_of(moves: Mapping[tuple[int, int], int], names: Mapping[int, str]) -> Matrix:
    """Who passed on to whom, by the names of their queues."""
    names = {pk: names[pk] for pk in {pk for pair in moves for pk in pair}}
    ordered = sorted(names, key=lambda pk: names[pk])
    senders = [pk for pk in ordered if any(pair[0] == pk for pair in moves)]
    takers = [pk for pk in ordered if any(pair[1] == pk for pair in moves)]
    cells = shaded([[moves.get((sender, taker), 0) for taker in takers] for sender in senders])
    return Matrix([names[pk] for pk in takers], [(names[pk], row) for pk, row in zip(senders, cells, strict=True)])
