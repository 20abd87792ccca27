"""How self-assessed skills have moved: one person's own line, and a group at a glance (S001-26, S001-61). Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from handbook.choices import Skill
from handbook.models import SelfAssessment

LEVELS = (1, 2, 3, 4)
SHOWN = 12
STEP, HEIGHT, PAD = 14, 24, 4


@dataclass(frozen=True, slots=True)
class Trend:
    """One skill of one person: her assessments in the order of their days."""

    skill: str
    points: Sequence[tuple[date, int]]

    @property
    def name(self) -> str:
        """The skill in words."""
        return str(Skill(self.skill).label)

    @property
    def level(self) -> int:
        """As she assessed it last."""
        return self.points[-1][1]

    @property
    def change(self) -> int | None:
        """How much it has moved since the first one; None while there is only one."""
        return self.level - self.points[0][1] if len(self.points) > 1 else None

    @property
    def shown(self) -> Sequence[tuple[date, int]]:
        """The latest ones, as many as a line has room for."""
        return self.points[-SHOWN:]

    @property
    def line(self) -> str:
        """The same as the points of a drawn line, from the left to the right; higher is better."""
        rise = (HEIGHT - 2 * PAD) / (LEVELS[-1] - LEVELS[0])
        return " ".join(f"{PAD + n * STEP},{HEIGHT - PAD - (level - 1) * rise:g}" for n, (_day, level) in enumerate(self.shown))

    @property
    def width(self) -> int:
        """How wide the drawing is."""
        return 2 * PAD + STEP * (len(self.shown) - 1)


@dataclass(frozen=True, slots=True)
class GroupTrend:
    """One skill of a group: how many assess themselves on each level now, and where those have moved who have done it twice."""

    skill: str
    counts: Sequence[int]
    mean: float
    change: float | None
    again: int

    @property
    def name(self) -> str:
        """The skill in words."""
        return str(Skill(self.skill).label)

    @property
    def assessed(self) -> int:
        """How many have assessed it."""
        return sum(self.counts)


def trends_of(rows: Iterable[SelfAssessment]) -> list[Trend]:
    """One person's assessments by skill, in the order of the list of skills."""
    points: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.on):
        points[row.skill].append((row.on, row.level))
    return [Trend(skill, tuple(points[skill])) for skill in Skill.values if skill in points]


def group_trends(people: Iterable[Sequence[Trend]]) -> list[GroupTrend]:
    """The group's skills: those that somebody has assessed."""
    by_skill: dict[str, list[Trend]] = defaultdict(list)
    for trends in people:
        for trend in trends:
            by_skill[trend.skill].append(trend)
    return [_group(skill, by_skill[skill]) for skill in Skill.values if skill in by_skill]


def _group(skill: str, trends: Sequence[Trend]) -> GroupTrend:
    counts = Counter(trend.level for trend in trends)
    changes = [trend.change for trend in trends if trend.change is not None]
    return GroupTrend(
        skill=skill,
        counts=tuple(counts[level] for level in LEVELS),
        mean=sum(trend.level for trend in trends) / len(trends),
        change=sum(changes) / len(changes) if changes else None,
        again=len(changes),
    )
