"""What a metric is: the one definition that every page, file and check uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

from reports.metrics.figure import Facts, Figure
from services.metric_names import METRICS


class Source(StrEnum):
    """What is read for a metric; each is a bounded number of queries."""

    CONVERSATIONS = "conversations"
    IDENTIFICATION = "identification"
    FLAGS = "flags"
    """What needs a look at other rows: transfers, repeats, contacts that need not have happened."""
    ATTEMPTS = "attempts"
    TRANSFERS = "transfers"
    HOURS = "hours"
    LENGTHS = "lengths"
    """How many conversations were how long."""
    SAME_DAY = "same_day"
    PRESENCE = "presence"
    DIRECTORY = "directory"
    CALLS = "calls"
    REQUESTS = "requests"
    GROWTH = "growth"
    TOPICS = "topics"
    KINDS = "kinds"
    COSTS = "costs"
    WORDS = "words"
    MEDIA = "media"
    """What was said after help forms, call requests and what was agreed: no contacts, and told apart (metrics 1.1)."""
    IMPORTED = "imported"
    GUIDE = "guide"
    QUALITY = "quality"
    ROLLOUTS = "rollouts"


class Better(StrEnum):
    """Which way is better, when one is."""

    MORE = "more"
    LESS = "less"
    NEITHER = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of metrics.md 3: its code, unit and direction, what it is read from, its words, and how its value is made."""

    code: str
    unit: str
    better: Better
    sources: frozenset[Source]
    words: Promise | str
    compute: Callable[[Facts], Figure]

    @property
    def name(self) -> str:
        """Its name in the language in use; the directory names the metrics, so that targets and forms say the same."""
        return str(METRICS[self.code])


def metric(
    code: str, unit: str, better: Better, words: Promise | str, compute: Callable[[Facts], Figure], *sources: Source
) -> Metric:
    """A definition; without a source it is read from conversations."""
    return Metric(code, unit, better, frozenset(sources or [Source.CONVERSATIONS]), words, compute)
