"""The rules of reports, and the only place that writes them."""

from reports.operations.feedback import improve_from_feedback, mark_feedback, open_feedback
from reports.operations.freezing import CATCH_UP, freeze_due_months, freeze_month, revise_month
from reports.operations.reviews import Action, Findings, sign_review, write_review
from reports.operations.selections import choose_metrics

__all__ = [
    "CATCH_UP",
    "Action",
    "Findings",
    "choose_metrics",
    "freeze_due_months",
    "freeze_month",
    "improve_from_feedback",
    "mark_feedback",
    "open_feedback",
    "revise_month",
    "sign_review",
    "write_review",
]
