"""The results of a survey: counted, hidden where few have answered, compared between rounds, and laid out as a table."""

from services.surveys.ease import Ease, ease_of
from services.surveys.reading import read_results
from services.surveys.results import LEAST, Counted, Tally, hidden_groups, mean_of, results_of
from services.surveys.sheet import Problem, heads_of
from services.surveys.shown import Bar, ShownQuestion, ShownUnit, options_of, shown_questions, trend_of
from services.surveys.table import HEADERS, table_of

__all__ = [
    "HEADERS",
    "LEAST",
    "Bar",
    "Counted",
    "Ease",
    "Problem",
    "ShownQuestion",
    "ShownUnit",
    "Tally",
    "ease_of",
    "heads_of",
    "hidden_groups",
    "mean_of",
    "options_of",
    "read_results",
    "results_of",
    "shown_questions",
    "table_of",
    "trend_of",
]
