"""The rules of reports, and the only place that writes them."""

from reports.operations.alerts import watch_growth
from reports.operations.counts import add_count, first_open_day, set_count, undo_count
from reports.operations.external import Taken, bring_in_figures, enter_figure
from reports.operations.feedback import improve_from_feedback, mark_feedback, open_feedback
from reports.operations.freezing import freeze_month, revise_month
from reports.operations.groups import choose_recipients, end_group, save_group
from reports.operations.improvements import improve_from_topic
from reports.operations.making import NotMadeError, freeze_due_months, make_report
from reports.operations.notes import change_note, delete_note, write_note
from reports.operations.quality import check_conversation, draw_sample, export_quality, open_sampled, replace_erased
from reports.operations.reviews import Action, Findings, check_signing, sign_review, write_review
from reports.operations.rollouts import Standing, note_rollout
from reports.operations.rows import export_rows, open_rows
from reports.operations.selections import choose_metrics
from reports.operations.targets import end_target, set_target
from reports.operations.wishes import make_wish, take_wish_back

__all__ = [
    "Action",
    "Findings",
    "NotMadeError",
    "Standing",
    "Taken",
    "add_count",
    "bring_in_figures",
    "change_note",
    "check_conversation",
    "check_signing",
    "choose_metrics",
    "choose_recipients",
    "delete_note",
    "draw_sample",
    "end_group",
    "end_target",
    "enter_figure",
    "export_quality",
    "export_rows",
    "first_open_day",
    "freeze_due_months",
    "freeze_month",
    "improve_from_feedback",
    "improve_from_topic",
    "make_report",
    "make_wish",
    "mark_feedback",
    "note_rollout",
    "open_feedback",
    "open_rows",
    "open_sampled",
    "replace_erased",
    "revise_month",
    "save_group",
    "set_count",
    "set_target",
    "sign_review",
    "take_wish_back",
    "undo_count",
    "watch_growth",
    "write_note",
    "write_review",
]
