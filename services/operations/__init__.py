"""The rules of the service directory, and the only place that writes it."""

from services.operations.directory import Loaded, load_directory
from services.operations.help_forms import (
    add_help_field,
    change_help_field,
    change_help_form,
    delete_help_field,
    document_of,
    make_help_form,
    move_help_field,
    publish_help_form,
    switch_help_form,
)
from services.operations.holidays import fill_holidays
from services.operations.improvements import add_improvement
from services.operations.links import check_links
from services.operations.mailboxes import Trial, change_mailbox, claim_mailbox, make_mailbox, note_fetch, try_mailbox
from services.operations.materials import add_material, change_material, remove_link, remove_material
from services.operations.memberships import join_queue, leave_queue
from services.operations.municipalities import import_municipalities, municipality_differences
from services.operations.notices import change_disruption, end_disruption, end_override, start_disruption, start_override
from services.operations.pilots import remind_of_pilots
from services.operations.rows import Change, Create, Delete, RowChange, apply_changes, change_row, create_row, delete_row
from services.operations.service_life import close_service, note_unfinished, open_service, pause_service, permit_service
from services.operations.survey_answers import answer_survey, has_answered
from services.operations.survey_import import BroughtIn, bring_in_answers, take_out_import
from services.operations.survey_words import erase_survey_words
from services.operations.surveys import (
    add_ease_question,
    add_question,
    change_question,
    change_survey,
    close_due_surveys,
    close_survey,
    delete_question,
    delete_survey,
    make_survey,
    move_question,
    note_export,
    note_reading,
    note_rollout,
    publish_survey,
    repeat_survey,
    withdraw_survey,
)
from services.operations.uses import replace_uses

__all__ = [
    "BroughtIn",
    "Change",
    "Create",
    "Delete",
    "Loaded",
    "RowChange",
    "Trial",
    "add_ease_question",
    "add_help_field",
    "add_improvement",
    "add_material",
    "add_question",
    "answer_survey",
    "apply_changes",
    "bring_in_answers",
    "change_disruption",
    "change_help_field",
    "change_help_form",
    "change_mailbox",
    "change_material",
    "change_question",
    "change_row",
    "change_survey",
    "check_links",
    "claim_mailbox",
    "close_due_surveys",
    "close_service",
    "close_survey",
    "create_row",
    "delete_help_field",
    "delete_question",
    "delete_row",
    "delete_survey",
    "document_of",
    "end_disruption",
    "end_override",
    "erase_survey_words",
    "fill_holidays",
    "has_answered",
    "import_municipalities",
    "join_queue",
    "leave_queue",
    "load_directory",
    "make_help_form",
    "make_mailbox",
    "make_survey",
    "move_help_field",
    "move_question",
    "municipality_differences",
    "note_export",
    "note_fetch",
    "note_reading",
    "note_rollout",
    "note_unfinished",
    "open_service",
    "pause_service",
    "permit_service",
    "publish_help_form",
    "publish_survey",
    "remind_of_pilots",
    "remove_link",
    "remove_material",
    "repeat_survey",
    "replace_uses",
    "start_disruption",
    "start_override",
    "switch_help_form",
    "take_out_import",
    "try_mailbox",
    "withdraw_survey",
]
