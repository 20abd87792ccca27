"""The results of a closed survey as one flat table, for a spreadsheet. Own words are never in it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.models import Survey
from services.surveys.results import LEAST
from services.surveys.shown import Bar, ShownQuestion, shown_questions
from services.texts import pick, texts_of

HEADERS: tuple[str | Promise, ...] = (
    gettext_lazy("Question"),
    gettext_lazy("Unit"),
    gettext_lazy("Answers to the question"),
    gettext_lazy("Choice"),
    gettext_lazy("Chose it"),
    gettext_lazy("Share, %"),
)


def table_of(survey: Survey, language: str) -> list[list[str]]:
    """A row for each choice of each question, of all together and then of each unit; what is hidden says so."""
    rows: list[list[str]] = []
    for shown in shown_questions(survey, language):
        words = pick(texts_of(shown.question, "text"), language).value
        rows += _rows(words, _("All"), shown.n, shown.bars)
        for unit in shown.units:
            rows += _rows(words, unit.name or _("Unit not told"), unit.n, unit.bars, hidden=_hidden(shown))
    return rows


def _rows(question: str, unit: str, n: int | None, bars: object, *, hidden: str = "") -> list[list[str]]:
    found = list(bars) if isinstance(bars, list) else []
    if n is None:
        return [[question, unit, hidden or _("fewer than %(n)s") % {"n": LEAST}, "", "", ""]]
    if not found:
        return [[question, unit, str(n), "", "", ""]]
    return [[question, unit, str(n), *_cells(bar)] for bar in found]


def _cells(bar: Bar) -> list[str]:
    return [bar.words, str(bar.count), str(bar.share)]


def _hidden(shown: ShownQuestion) -> str:
    return _("not shown") if shown.n is not None else ""
