"""What walks and searches teach the authors: drop-off by question, loops, what did not help, and a to-do list (M22)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count

from guidance import usage
from guidance.choices import Helped
from guidance.document import DocumentError, from_json
from guidance.models import MissedSearch, Path, PathFeedback, PathStep, PathVersion
from services.models import County

LOOKED_AT = timedelta(days=90)
FEWEST = 5
"""Fewer than this tell nothing yet."""
MUCH = 0.2
SHOWN = 100


class Lesson(StrEnum):
    """What there is to mend."""

    DROP_OFF = "drop_off"
    LOOP = "loop"
    NO_HELP = "no_help"


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to look at: the path, the place in it, and in how many walks of how many it was seen."""

    lesson: Lesson
    path: Path
    version: PathVersion
    node: str
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Words by which nothing was found."""

    words: str
    language: str
    n: int
    last_at: datetime


def todos_of(county: County, *, now: datetime) -> list[Todo]:
    """What the last ninety days teach of the published paths, the heaviest first; six queries however many walks there were.

    A question where at least a fifth of those who came to it ended; one that was gone round in circles; an end that did not help
    at least half of those who told. Each only when at least five were counted.
    """
    sessions = usage.sessions_of(county.pk, now - LOOKED_AT, now)
    ended = sessions.filter(usage.midway(now)).values("version__path", "node").annotate(n=Count("pk"))
    passed = PathStep.objects.filter(session__in=sessions).order_by().values("version__path", "node")
    reached = {(row["version__path"], row["node"]): row["n"] for row in passed.annotate(n=Count("session", distinct=True))}
    found: list[tuple[Lesson, int, str, int, int]] = []
    for row in ended:
        place = row["version__path"], row["node"]
        of = reached.get(place, 0) + row["n"]  # who ended there has given no answer there
        if row["n"] >= FEWEST and row["n"] >= MUCH * of:
            found.append((Lesson.DROP_OFF, *place, row["n"], of))
    loops = Counter((row["version__path"], row["node"]) for row in usage.loops_in(sessions))
    found += [(Lesson.LOOP, *place, n, max(n, reached.get(place, 0))) for place, n in loops.items() if n >= FEWEST]
    said: Mapping[tuple[int, str], Counter[str]] = defaultdict(Counter)
    answers = PathFeedback.objects.filter(version__path__county=county, created_at__gte=now - LOOKED_AT).exclude(helped="")
    for row in answers.order_by().values("version__path", "node", "helped").annotate(n=Count("pk")):
        said[row["version__path"], row["node"]][row["helped"]] += row["n"]
    for place, counts in said.items():
        if (no := counts[Helped.NO]) >= FEWEST and 2 * no >= counts.total():
            found.append((Lesson.NO_HELP, *place, no, counts.total()))
    current = PathVersion.objects.current().filter(path__in={each[1] for each in found}, path__withdrawn_at__isnull=True)
    versions = {row.path_id: row for row in current.select_related("path")}
    todos = [
        Todo(lesson, versions[path].path, versions[path], node, n, of)
        for lesson, path, node, n, of in found
        if path in versions and node in _nodes(versions[path].text)
    ]
    return sorted(todos, key=lambda row: (-row.n, row.path.slug, row.node))[:SHOWN]


def searches_of(county: County) -> list[Asked]:
    """The searches without a hit that wait, the same words together, the most asked first."""
    rows = MissedSearch.objects.filter(county=county).waiting().order_by("-made_at")
    found: dict[str, list[Any]] = {}
    for words, language, made_at in rows.values_list("words", "language", "made_at").iterator():
        found.setdefault(words.casefold(), [words, language, 0, made_at])[2] += 1
    return sorted((Asked(*each) for each in found.values()), key=lambda row: (-row.n, row.words))[:SHOWN]


def _nodes(text: str) -> Collection[str]:
    """The keys of the nodes; none of a document that cannot be read."""
    try:
        return from_json(text).nodes
    except DocumentError:
        return ()


__all__ = ["FEWEST", "Asked", "Lesson", "Todo", "searches_of", "todos_of"]
