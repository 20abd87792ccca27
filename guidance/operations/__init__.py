"""The rules of guidance paths: the only place that writes their rows."""

from guidance.operations.checking import check_paths
from guidance.operations.content import load_all_starter_paths, load_starter_paths, starter_paths
from guidance.operations.desk import delete_draft, restore_version, retire_path, return_to_author, send_for_approval
from guidance.operations.feedback import leave_feedback
from guidance.operations.searches import erase_words, note_missed_search, settle_searches
from guidance.operations.sessions import answer_question, hand_over
from guidance.operations.taking_in import Arrival, look_through, take_in_paths
from guidance.operations.versions import (
    approve_version,
    arrange_path,
    begin_draft,
    create_path,
    publish_version,
    save_draft,
    withdraw_path,
)

__all__ = [
    "Arrival",
    "answer_question",
    "approve_version",
    "arrange_path",
    "begin_draft",
    "check_paths",
    "create_path",
    "delete_draft",
    "erase_words",
    "hand_over",
    "leave_feedback",
    "load_all_starter_paths",
    "load_starter_paths",
    "look_through",
    "note_missed_search",
    "publish_version",
    "restore_version",
    "retire_path",
    "return_to_author",
    "save_draft",
    "send_for_approval",
    "settle_searches",
    "starter_paths",
    "take_in_paths",
    "withdraw_path",
]
