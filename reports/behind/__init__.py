"""The lists behind the figures: which rows they are, and what is told of each."""

from reports.behind.cells import Column, columns_of, names_of, part_title, why_hidden, words_of
from reports.behind.finding import BEHIND, LISTED, is_listed, rows_behind
from reports.behind.found import Found, Kind, Part

__all__ = [
    "BEHIND",
    "LISTED",
    "Column",
    "Found",
    "Kind",
    "Part",
    "columns_of",
    "is_listed",
    "names_of",
    "part_title",
    "rows_behind",
    "why_hidden",
    "words_of",
]
