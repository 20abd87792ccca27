"""The stored results as a page shows them: bars with their words, units beside each other, and the rounds of a survey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from services.choices import QuestionKind
from services.models import Question, Survey
from services.models.surveys import split
from services.surveys.results import LEAST, mean_of
from services.texts import pick, texts_of


@dataclass(frozen=True, slots=True)
class Bar:
    """One choice: its words, how many chose it, and their share of those who answered the question."""

    words: str
    count: int
    share: Decimal

    @property
    def width(self) -> str:
        """The length of the bar, in hundredths of the whole."""
        return f"{self.share:.1f}"


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A unit's answers to one question; `n` is None when they are hidden. An empty name: who did not tell hers."""

    name: str
    n: int | None
    bars: Sequence[Bar] = ()
    mean: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question with its results; `n` is None when fewer than five have answered it."""

    question: Question
    n: int | None
    bars: Sequence[Bar]
    mean: Decimal | None
    units: Sequence[ShownUnit]

    @property
    def is_words(self) -> bool:
        """It was answered in own words, which are read on a page of their own."""
        return self.question.kind == QuestionKind.WORDS


def options_of(question: Question, language: str) -> list[str]:
    """The choices in words, in the language or in the one it falls back to."""
    return split(pick(texts_of(question, "options"), language).value)


def shown_questions(survey: Survey, language: str) -> list[ShownQuestion]:
    """Every question of a closed survey, in its order."""
    stored = {each["key"]: each for each in survey.results.get("questions", ())}
    return [_shown(question, stored.get(str(question.key), {}), survey, language) for question in survey.questions.all()]


def trend_of(rounds: Sequence[Survey]) -> list[tuple[Question, list[tuple[Survey, int | None, Decimal | None]]]]:
    """For each question on a scale of the latest round: how many answered and the mean, round by round, the oldest first."""
    ordered = sorted(rounds, key=lambda survey: survey.round)
    if len(ordered) < 2:
        return []
    found = []
    for question in ordered[-1].questions.all():
        if question.kind != QuestionKind.SCALE:
            continue
        line = []
        for survey in ordered:
            stored: Any = next((each for each in survey.results.get("questions", ()) if each["key"] == str(question.key)), {})
            line.append((survey, stored.get("n"), mean_of(stored["counts"]) if stored.get("counts") else None))
        found.append((question, line))
    return found


def _shown(question: Question, stored: Any, survey: Survey, language: str) -> ShownQuestion:
    words = [str(number) for number in question.choices] if question.kind == QuestionKind.SCALE else options_of(question, language)
    is_scale = question.kind == QuestionKind.SCALE
    counts = stored.get("counts")
    units = []
    for each in stored.get("units", ()):
        name = "" if each["unit"] is None else str(survey.units[each["unit"]])
        if each["unit"] is None and each["n"] == 0:
            continue
        mean = mean_of(each["counts"]) if is_scale and each["counts"] else None
        units.append(ShownUnit(name, each["n"], _bars(words, each["counts"], each["n"]), mean))
    n = stored.get("n")
    mean = mean_of(counts) if is_scale and counts else None
    return ShownQuestion(question, n, _bars(words, counts, n), mean, units)


def _bars(words: Sequence[str], counts: Sequence[int] | None, n: int | None) -> list[Bar]:
    if counts is None or n is None:
        return []
    return [Bar(word, count, _share(count, n)) for word, count in zip(words, counts, strict=True)]


def _share(count: int, n: int) -> Decimal:
    if not n:
        return Decimal("0.0")
    return (Decimal(100) * count / n).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


__all__ = ["LEAST", "Bar", "ShownQuestion", "ShownUnit", "options_of", "shown_questions", "trend_of"]
