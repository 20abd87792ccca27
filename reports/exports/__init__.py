"""The report as files to take along: paper, a workbook, a table, data for a machine, and a row for each conversation."""

from reports.exports.dataset import FIELDS, MOST_ROWS, MOST_SHEET_ROWS, dataset_csv, dataset_rows, dataset_xlsx
from reports.exports.paper import NoPaperError, paper
from reports.exports.plain import as_csv, as_json
from reports.exports.workbook import workbook

__all__ = [
    "FIELDS",
    "MOST_ROWS",
    "MOST_SHEET_ROWS",
    "NoPaperError",
    "as_csv",
    "as_json",
    "dataset_csv",
    "dataset_rows",
    "dataset_xlsx",
    "paper",
    "workbook",
]
