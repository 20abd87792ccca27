"""Answers that were gathered elsewhere, as the rows of a table: one row for each person who answered. Reads nothing.

A column is headed by its question, or by the question's number; a cell has the number of the choice or its words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.choices import QuestionKind
from services.models import Question
from services.models.surveys import split
from services.texts import FALLBACKS, pick, texts_of

UNIT = gettext_lazy("Unit")
UNIT_HEADS = frozenset({"yksikkö", "enhet", "unit"})
_NUMBERED = re.compile(r"(\d{1,2})\.?(?:\s.*)?", re.DOTALL)
_NUMBERS = re.compile(r"\d+(?:[\s,;]+\d+)*")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: in which row of the file (None: in its headings), in which column, and what to do."""

    row: int | None
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One person's answers, as `answer_survey` takes them."""

    number: int
    unit: int | None
    answers: Mapping[UUID, tuple[int, ...] | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of the table is; one of no name is left out."""

    questions: Mapping[int, Question]
    unit: int | None = None


def heads_of(questions: Sequence[Question], units: Sequence[str], language: str) -> list[str]:
    """The headings of an empty table to be filled in."""
    named = [f"{number}. {pick(texts_of(one, 'text'), language).value}" for number, one in enumerate(questions, start=1)]
    return [*([str(UNIT)] if units else []), *named]


def columns_of(heads: Sequence[str], questions: Sequence[Question], units: Sequence[str]) -> tuple[Columns, list[Problem]]:
    """Each heading read: a question, the unit, or a problem."""
    found: dict[int, Question] = {}
    unit: int | None = None
    problems: list[Problem] = []
    for place, head in enumerate(heads):
        words = _plain(head)
        if not words:
            continue
        if words in UNIT_HEADS and units and unit is None:
            unit = place
            continue
        question = _question(words, questions)
        if question is None:
            problems.append(Problem(None, head, _("No question has this heading. Use the question’s number or its words.")))
        elif question in found.values():
            problems.append(Problem(None, head, _("The question is in two columns.")))
        else:
            found[place] = question
    lacking = [str(one) for one in questions if one.is_required and one not in found.values()]
    problems += [Problem(None, name, _("The column of a question that must be answered is missing.")) for name in lacking]
    if not found and not problems:
        problems.append(Problem(None, "", _("The file has no column of a question.")))
    return Columns(found, unit), problems


def row_of(number: int, cells: Sequence[str], columns: Columns, units: Sequence[str]) -> tuple[SheetRow, list[Problem]]:
    """One row of the table read."""
    answers: dict[UUID, tuple[int, ...] | str] = {}
    problems: list[Problem] = []
    for place, question in columns.questions.items():
        try:
            value = _cell(question, cells[place])
        except ValidationError as error:
            problems.append(Problem(number, str(question), " ".join(error.messages)))
            continue
        if value:
            answers[question.public_id] = value
    unit = None
    if columns.unit is not None and (told := _plain(cells[columns.unit])):
        unit = _number(told, [str(each) for each in units])
        if unit is None:
            problems.append(Problem(number, str(UNIT), _("There is no such unit: %(unit)s.") % {"unit": cells[columns.unit][:60]}))
        else:
            unit -= 1
    return SheetRow(number, unit, answers), problems


def _question(words: str, questions: Sequence[Question]) -> Question | None:
    for one in questions:
        if words in {_plain(text) for text in texts_of(one, "text").values()}:
            return one
    match = _NUMBERED.fullmatch(words)
    number = int(match[1]) if match else 0
    return questions[number - 1] if 0 < number <= len(questions) else None


def _cell(question: Question, cell: str) -> tuple[int, ...] | str:
    if question.kind == QuestionKind.WORDS:
        return cell.strip()
    text = cell.strip()
    if not text:
        return ()
    many = question.kind == QuestionKind.MANY
    parts = re.split(r"[\s,;]+", text) if many and _NUMBERS.fullmatch(text) else text.split(";") if many else [text]
    chosen: list[int] = []
    for part in parts:
        if not (words := _plain(part)):
            continue
        number = next((found for names in _names(question) if (found := _number(words, names)) is not None), None)
        if number is None or number not in question.choices:
            raise ValidationError(_("“%(text)s” is none of the choices.") % {"text": part.strip()[:60]}, code="choice")
        chosen.append(number)
    return tuple(sorted(set(chosen)))


def _names(question: Question) -> list[list[str]]:
    """The choices in words, in each language that has them; a scale has its numbers."""
    if question.kind == QuestionKind.SCALE:
        return [[str(number) for number in question.choices]]
    return [split(getattr(question, f"options_{code}")) for code in FALLBACKS if getattr(question, f"options_{code}")]


def _number(words: str, names: Sequence[str]) -> int | None:
    """Which of the names it is, from 1: by its number or by itself."""
    plain = [_plain(name) for name in names]
    if words in plain:
        return plain.index(words) + 1
    return int(words) if words.isdecimal() and len(words) < 4 and 0 < int(words) <= len(names) else None


def _plain(text: str) -> str:
    return " ".join(str(text).split()).casefold()
