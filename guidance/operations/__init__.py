"""The rules of guidance paths: the only place that writes their rows."""

from guidance.operations.content import load_all_starter_paths, load_starter_paths, starter_paths
from guidance.operations.feedback import leave_feedback
from guidance.operations.searches import note_missed_search
from guidance.operations.sessions import answer_question, hand_over
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
    "answer_question",
    "approve_version",
    "arrange_path",
    "begin_draft",
    "create_path",
    "hand_over",
    "leave_feedback",
    "load_all_starter_paths",
    "load_starter_paths",
    "note_missed_search",
    "publish_version",
    "save_draft",
    "starter_paths",
    "withdraw_path",
]
