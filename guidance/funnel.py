"""How far walks come: where those who came to a question went no further, and what each figure of the guide is made of (M22)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef

from guidance import usage
from guidance.choices import Helped
from guidance.models import MissedSearch, Path, PathFeedback, PathStep
from guidance.models.sessions import SessionQuerySet
from guidance.teaching import LOOKED_AT
from services.models import County

TOP = 20
MOST = 200
OF_WALKS = ("sessions", "completed", "self_served", "midway", "handed_over", "handed_answered")
"""The figures that count walks, each in the node where the walk stands."""
FIGURES = (*OF_WALKS, "helped", "loops", "missed")


@dataclass(frozen=True, slots=True)
class Stage:
    """A node of a path: how many walks came to it, and where they stayed there."""

    node: str
    came: int = 0
    went_on: int = 0
    stopped: int = 0
    to_human: int = 0
    ended: int = 0

    @property
    def share(self) -> int:
        """Of a hundred who came, so many stopped."""
        return round(100 * self.stopped / self.came) if self.came else 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a figure: how many in one node of one path; `of`: of how many, where that tells more."""

    path: int
    node: str
    n: int
    kind: str = ""
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """Words by which nothing was found, and whether an author has dealt with all searches by them."""

    words: str
    language: str
    n: int
    is_done: bool


def walks_of(county: County, now: datetime) -> SessionQuerySet:
    """The walks of the last ninety days."""
    return usage.sessions_of(county.pk, now - LOOKED_AT, now)


def funnel_of(path: Path, *, now: datetime) -> dict[str, Stage]:
    """By node of the path, whichever version was walked: two queries.

    Who has answered a question has gone on from it. Who stands in it without having answered it there came to it too: she has
    stopped, gone to a human, reached the end, or is reading still.
    """
    walks = walks_of(path.county, now)
    steps = PathStep.objects.filter(session__in=walks, version__path=path).order_by().values("node")
    went_on = {row["node"]: row["n"] for row in steps.annotate(n=Count("session", distinct=True))}
    again = Exists(PathStep.objects.filter(session=OuterRef("pk"), node=OuterRef("node"), version__path=path))
    counts = usage.counts_of(now)
    here = walks.filter(version__path=path).annotate(again=again).values("node", "again")
    stands: dict[str, Counter[str]] = {}
    for row in here.annotate(n=counts["sessions"], **{name: counts[name] for name in ("midway", "handed_over", "completed")}):
        found = stands.setdefault(row["node"], Counter())
        found["came"] += 0 if row["again"] else row["n"]
        found.update({name: row[name] for name in ("midway", "handed_over", "completed")})
    return {
        node: Stage(
            node,
            came=went_on.get(node, 0) + (at := stands.get(node, Counter()))["came"],
            went_on=went_on.get(node, 0),
            stopped=at["midway"],
            to_human=at["handed_over"],
            ended=at["completed"],
        )
        for node in {**went_on, **stands}
    }


def parts_of(figure: str, county: County, *, now: datetime, most: int = MOST) -> list[Part]:
    """What a figure of the guide is made of, the largest first: never whose walk it was. One query."""
    walks = walks_of(county, now)
    rows: Any
    match figure:
        case "sessions":
            rows = walks.values("first__path").annotate(n=Count("pk"))
            found = [Part(row["first__path"], "", row["n"]) for row in rows]
        case "loops":
            loops = Counter((row["version__path"], row["node"]) for row in usage.loops_in(walks))
            found = [Part(path, node, n) for (path, node), n in loops.items()]
        case "helped":
            found = _helped(county, now)
        case _ if figure in OF_WALKS:
            rows = walks.values("version__path", "node", "outcome").annotate(n=usage.counts_of(now)[figure]).filter(n__gt=0)
            found = [Part(row["version__path"], row["node"], row["n"], row["outcome"]) for row in rows]
        case _:
            raise KeyError(figure)
    return sorted(found, key=lambda part: (-part.n, part.path, part.node))[:most]


def missed_of(county: County, *, now: datetime, most: int = MOST) -> tuple[list[Missed], int]:
    """The searches without a hit of ninety days by their words, done or not, and how many have no words any more."""
    rows = MissedSearch.objects.filter(county=county, made_at__gte=now - LOOKED_AT, made_at__lt=now).order_by("-made_at", "-pk")
    found: dict[str, list[Any]] = {}
    erased = 0
    for words, language, handled_at in rows.values_list("words", "language", "handled_at").iterator():
        if not words:
            erased += 1
            continue
        row = found.setdefault(words.casefold(), [words, language, 0, True])
        row[2] += 1
        row[3] = row[3] and handled_at is not None
    return sorted((Missed(*each) for each in found.values()), key=lambda row: (-row.n, row.words))[:most], erased


def _helped(county: County, now: datetime) -> list[Part]:
    given = PathFeedback.objects.filter(version__path__county=county, created_at__gte=now - LOOKED_AT, created_at__lt=now)
    said: dict[tuple[int, str], Counter[str]] = {}
    for row in given.exclude(helped="").order_by().values("version__path", "node", "helped").annotate(n=Count("pk")):
        said.setdefault((row["version__path"], row["node"]), Counter())[row["helped"]] += row["n"]
    return [Part(path, node, counts[Helped.YES], of=counts.total()) for (path, node), counts in said.items()]


def total_of(parts: Sequence[Part]) -> Mapping[str, int]:
    """All parts together."""
    return {"n": sum(part.n for part in parts), "of": sum(part.of or 0 for part in parts)}


__all__ = ["FIGURES", "TOP", "Missed", "Part", "Stage", "funnel_of", "missed_of", "parts_of", "total_of", "walks_of"]
