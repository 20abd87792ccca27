"""The rules of reports, and the only place that writes them."""

from reports.operations.freezing import CATCH_UP, freeze_due_months, freeze_month, revise_month
from reports.operations.notes import change_note, delete_note, write_note
from reports.operations.rows import export_rows, open_rows

__all__ = [
    "CATCH_UP",
    "change_note",
    "delete_note",
    "export_rows",
    "freeze_due_months",
    "freeze_month",
    "open_rows",
    "revise_month",
    "write_note",
]
