"""The rules of reports, and the only place that writes them."""

from reports.operations.feedback import improve_from_feedback, mark_feedback, open_feedback
from reports.operations.freezing import CATCH_UP, freeze_due_months, freeze_month, revise_month
from reports.operations.reviews import Action, Findings, sign_review, write_review
from reports.operations.selections import choose_metrics
from reports.operations.targets import end_target, set_target

__all__ = [
    "CATCH_UP",
    "Action",
    "Findings",
    "choose_metrics",
    "end_target",
    "freeze_due_months",
    "freeze_month",
    "improve_from_feedback",
    "mark_feedback",
    "open_feedback",
    "revise_month",
    "set_target",
    "sign_review",
    "write_review",
]
