"""The lists behind the figures: which rows they are, and what is told of each."""

from reports.behind.cells import Column, columns_of, names_of, words_of
from reports.behind.finding import BEHIND, LISTED, Found, Kind, is_listed, rows_behind

__all__ = ["BEHIND", "LISTED", "Column", "Found", "Kind", "columns_of", "is_listed", "names_of", "rows_behind", "words_of"]
