"""What the graph of a path tells of itself: what is reached, from where an outcome can be reached, and its longest route. Pure."""

from __future__ import annotations

from collections import defaultdict

from guidance.document import AnyNode, Outcome, PathDocument, Question

EFFORT = 50_000
"""Steps of looking for the longest route; a graph of this many ways is no path for a person."""


def targets(node: AnyNode | None) -> tuple[str, ...]:
    """Where the ways out of a node lead, each once."""
    return tuple(dict.fromkeys(to for _answer, to in node.ways())) if node else ()


def reached(document: PathDocument) -> set[str]:
    """The nodes that can be reached from the start."""
    found: set[str] = set()
    open_ = [document.start] if document.start in document.nodes else []
    while open_:
        key = open_.pop()
        if key not in found:
            found.add(key)
            open_ += [to for to in targets(document.nodes[key]) if to in document.nodes]
    return found


def with_exit(document: PathDocument) -> set[str]:
    """The nodes from which an outcome can be reached."""
    before: dict[str, list[str]] = defaultdict(list)
    for key, node in document.nodes.items():
        for to in targets(node):
            before[to].append(key)
    found: set[str] = set()
    open_ = [key for key, _node in document.outcomes()]
    while open_:
        key = open_.pop()
        if key not in found:
            found.add(key)
            open_ += before[key]
    return found


def longest_route(document: PathDocument, *, most: int) -> int | None:
    """The most questions that a route without visiting a node twice asks; one more than `most` stands for all that are longer.

    None: the graph has too many ways to say.
    """
    best, effort = 0, 0
    if document.start not in document.nodes:
        return 0
    stack: list[tuple[str, int, frozenset[str]]] = [(document.start, 0, frozenset())]
    while stack:
        key, asked, seen = stack.pop()
        node = document.nodes[key]
        asked += isinstance(node, Question)
        effort += 1
        if asked > most:
            return most + 1
        if effort > EFFORT:
            return None
        best = max(best, asked)
        now = seen | {key}
        stack += [(to, asked, now) for to in targets(node) if to in document.nodes and to not in now]
    return best


def emergency_first(document: PathDocument) -> bool:
    """The first question has an answer that leads to 112."""
    first = document.nodes.get(document.start)
    if not isinstance(first, Question):
        return False
    ends = [document.nodes.get(option.next) for option in first.options]
    return any(isinstance(end, Outcome) and end.kind == "call_112" for end in ends)
