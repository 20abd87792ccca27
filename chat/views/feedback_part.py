"""What the questions after a conversation show; showing them is stamped, for the response rate (M16)."""

from __future__ import annotations

from django.utils import timezone

from accounts.actors import Resident
from chat.choices import Settled, WhyChat
from chat.forms import SATISFACTION
from chat.models import Conversation, Feedback
from chat.operations import ask_feedback
from chat.operations.feedback import is_asked
from chat.operations.reading import Opened
from chat.protocol import TEXT_LIMIT


def feedback_part(resident: Resident, opened: Opened) -> dict[str, object]:
    """The questions and what was answered, when the conversation has ended; nothing before, and seven days after."""
    row = opened.conversation
    now = timezone.now()
    if not is_asked(row, now=now):
        return {"feedback": None}
    found = Feedback.objects.filter(conversation=row).first()
    return feedback_context(row, found or ask_feedback(by=resident, conversation=row.public_id, now=now))


def feedback_context(
    row: Conversation, found: Feedback | None, *, draft: str | None = None, refused: str = ""
) -> dict[str, object]:
    """The questions, with words that were refused in their place."""
    return {
        "row": row,
        "feedback": found,
        "satisfactions": SATISFACTION,
        "recommendations": range(11),
        "settlements": Settled.choices,
        "reasons": WhyChat.choices,
        "feedback_words": draft if draft is not None else found.words if found else "",
        "feedback_refused": refused,
        "text_limit": TEXT_LIMIT,
    }
