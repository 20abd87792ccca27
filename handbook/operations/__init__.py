"""The rules of the handbook, and the only place that writes it."""

from handbook.operations.replies import (
    approve_reply,
    change_reply,
    count_uses,
    create_reply,
    restore_reply,
    retire_reply,
)
from handbook.operations.replies_content import LoadedReplies, load_all_replies, load_replies
from handbook.operations.replies_proposals import accept_proposal, decline_proposal, propose_reply

__all__ = [
    "LoadedReplies",
    "accept_proposal",
    "approve_reply",
    "change_reply",
    "count_uses",
    "create_reply",
    "decline_proposal",
    "load_all_replies",
    "load_replies",
    "propose_reply",
    "restore_reply",
    "retire_reply",
]
