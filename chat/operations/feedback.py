"""A resident tells how it went (M14–M17, S001-22, S002-32)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, Resident
from chat.choices import Settled, State, WhyChat
from chat.models import Conversation, Feedback
from chat.models.feedback import FEEDBACK_TIME
from chat.operations.log import lock_conversation
from chat.refusals import Refusal, refuse
from services.identity_codes import mask


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered; None leaves an earlier answer as it is, and an empty choice or text takes it back."""

    satisfaction: int | None = None
    recommend: int | None = None
    settled: str | None = None
    why_chat: str | None = None
    words: str | None = None


@transaction.atomic
def ask_feedback(*, by: Actor, conversation: UUID, now: datetime) -> Feedback | None:
    """The questions are shown to the resident: the first time is stamped, once, for the response rate (M16).

    After every contact, abandoned ones too, until seven days have passed since it ended; then, and while it goes on, None.
    """
    row = _hers(by, conversation)
    found: Feedback | None = Feedback.objects.filter(conversation=row).first()
    if found is not None:
        return found
    if not is_asked(row, now=now):
        return None
    return Feedback.objects.create(conversation=row, asked_at=now)


@transaction.atomic
def answer_feedback(*, by: Actor, conversation: UUID, answers: Answers, now: datetime) -> Feedback:
    """The same session answers, or changes its answers, until seven days after the end; the last ones count (M14–M17).

    Every question may be left out. `words` is clean text or empty; identity codes in it are masked (P-6). Raises
    Conversation.DoesNotExist, ValidationError (feedback_over, invalid).
    """
    row = _hers(by, conversation)
    if not is_asked(row, now=now):
        raise refuse(Refusal.FEEDBACK_OVER)
    _check(answers)
    found = Feedback.objects.filter(conversation=row).first() or Feedback(conversation=row, asked_at=now)
    for name in ("satisfaction", "recommend", "settled", "why_chat"):
        value = getattr(answers, name)
        if value is not None:
            setattr(found, name, value)
    if answers.words is not None:
        found.words, _ = mask(answers.words, row.language)
    if found.answered_at is not None or _has_answers(found):
        found.answered_at = now
    found.save()
    return found


def is_asked(row: Conversation, *, now: datetime) -> bool:
    """Whether feedback can be given now: it has ended, at most seven days ago, and its words have not been erased."""
    return row.state == State.ENDED and row.closed_at is not None and now <= row.closed_at + FEEDBACK_TIME and not row.erased_at


def erase_words(row: Conversation) -> None:
    """The feedback's own words go with those of the conversation (P-7); the caller holds its lock."""
    Feedback.objects.filter(conversation=row).exclude(words="").update(words="")


def _hers(by: Actor, conversation: UUID) -> Conversation:
    if not isinstance(by, Resident):
        raise PermissionDenied
    row = lock_conversation(conversation)
    if row.resident_key != by.key:
        raise Conversation.DoesNotExist
    return row


def _has_answers(found: Feedback) -> bool:
    return found.satisfaction is not None or found.recommend is not None or bool(found.settled or found.why_chat or found.words)


def _check(answers: Answers) -> None:
    fits = (
        (answers.satisfaction is None or 1 <= answers.satisfaction <= 5)
        and (answers.recommend is None or 0 <= answers.recommend <= 10)
        and (answers.settled or "") in ("", *Settled.values)
        and (answers.why_chat or "") in ("", *WhyChat.values)
    )
    if not fits:
        raise refuse(Refusal.INVALID)
