"""A path as its author sees it: nodes in walking order, every route, and where each node stands in the picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from guidance.document import PathDocument
from guidance.editing import kind_of
from guidance.graph import targets

MOST_ROUTES = 200
EFFORT = 20_000
WIDTH, HEIGHT, GAP_X, GAP_Y, EDGE = 168, 60, 20, 48, 8


def walking_order(document: PathDocument) -> list[str]:
    """The nodes as a walk meets them, level by level; those that nothing leads to come last, in the author's order."""
    order = list(levels(document))
    return [*order, *(key for key in document.nodes if key not in order)]


def levels(document: PathDocument) -> dict[str, int]:
    """How many answers lead at least to each node that can be reached."""
    found: dict[str, int] = {document.start: 0} if document.start in document.nodes else {}
    open_ = list(found)
    for key in open_:
        for to in targets(document.nodes[key]):
            if to in document.nodes and to not in found:
                found[to] = found[key] + 1
                open_.append(to)
    return found


@dataclass(frozen=True, slots=True)
class Way:
    """One route from the start to its end: the answers as keys."""

    answers: tuple[str, ...]
    end: str


def ways(document: PathDocument) -> tuple[list[Way], bool]:
    """Every route that visits no node twice, in the author's order, and whether there were more than are told."""
    found: list[Way] = []
    effort = 0
    if document.start not in document.nodes:
        return found, False
    stack: list[tuple[str, tuple[str, ...], frozenset[str]]] = [(document.start, (), frozenset())]
    while stack:
        key, answers, seen = stack.pop()
        effort += 1
        if len(found) >= MOST_ROUTES or effort > EFFORT:
            return found, True
        out = [(answer, to) for answer, to in document.nodes[key].ways() if to in document.nodes and to not in seen | {key}]
        if not out:
            found.append(Way(answers, key))
        stack += [(to, (*answers, answer), seen | {key}) for answer, to in reversed(out)]
    return found, False


@dataclass(frozen=True, slots=True)
class Box:
    """A node in the picture."""

    key: str
    kind: str
    x: int
    y: int
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Picture:
    """The tree of a path: boxes, and a line for each way from one to another."""

    boxes: Sequence[Box]
    lines: Sequence[str]
    width: int
    height: int
    box_width: int = WIDTH
    box_height: int = HEIGHT
    backward: Sequence[str] = field(default=())


def picture(document: PathDocument, language: str) -> Picture:
    """The tree from above: a row for each level; what nothing leads to stands in the last row."""
    depth = levels(document)
    last = max(depth.values(), default=-1) + 1
    rows: dict[int, list[str]] = {}
    for key in walking_order(document):
        rows.setdefault(depth.get(key, last), []).append(key)
    widest = max((len(row) for row in rows.values()), default=0)
    width = max(1, widest) * (WIDTH + GAP_X) - GAP_X + 2 * EDGE
    at: dict[str, tuple[int, int]] = {}
    for number, row in sorted(rows.items()):
        own = len(row) * (WIDTH + GAP_X) - GAP_X
        at |= {
            key: ((width - own) // 2 + place * (WIDTH + GAP_X), EDGE + number * (HEIGHT + GAP_Y)) for place, key in enumerate(row)
        }
    boxes = [
        Box(key, kind_of(document.nodes[key]), *place, _short(document.nodes[key].text.within(language)[0]))
        for key, place in at.items()
    ]
    forward: list[Any] = []
    backward: list[Any] = []
    for key, (x, y) in at.items():
        for to in targets(document.nodes[key]):
            if to in at:
                (forward if at[to][1] > y else backward).append(_line((x, y), at[to]))
    # A way back begins with a bend under its box, which needs room under the last row too.
    height = max((y for _x, y in at.values()), default=0) + HEIGHT + (GAP_Y // 2 if backward else EDGE)
    return Picture(boxes, forward, width, height, backward=backward)


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    """A curve from the lower edge of one box to the upper edge of another."""
    x, y, to_x, to_y = start[0] + WIDTH // 2, start[1] + HEIGHT, end[0] + WIDTH // 2, end[1]
    bend = GAP_Y // 2 if to_y > y else GAP_Y
    return f"M{x} {y}C{x} {y + bend} {to_x} {to_y - bend} {to_x} {to_y}"


def _short(words: str, *, letters: int = 21) -> list[str]:
    """Two lines that fit into a box."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    shown = [line if len(line) <= letters else f"{line[: letters - 1]}…" for line in lines[:2]]
    if len(lines) > 2:
        shown[1] = f"{shown[1][: letters - 1].rstrip(' .,?!…')}…"
    return shown
