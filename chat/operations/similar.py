"""Answered questions of the same service that are like the one at hand, for its responder (S003-13)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from chat.choices import AudienceChoice, EventKind, Medium, ParticipantKind
from chat.models import Conversation, Event
from services.wordforms import stem, words_of

LOOKED_AT, SHOWN = 200, 3
LOOK_BACK = timedelta(days=400)
LIKE_ENOUGH = 0.25
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of somebody else and what was answered to it."""

    row: Conversation
    question: str
    answer: str


def similar_answered(*, by: Actor, conversation: UUID, now: datetime) -> list[Answered]:
    """The answered questions of the service that share most words with this one, the likest first; each that is shown is audited.

    For the responder who has the question. Raises Conversation.DoesNotExist, PermissionDenied.
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    readable = Conversation.objects.readable_by(by)
    row = readable.select_related("county").get(public_id=conversation, medium=Medium.FORM, responder_id=by.user_id)
    answered = readable.filter(
        medium=Medium.FORM,
        service=row.service_id,
        is_test=row.is_test,
        first_reply_at__gte=now - LOOK_BACK,
        erased_at__isnull=True,
    ).exclude(pk=row.pk)
    others = {one.pk: one for one in answered.select_related("service").order_by("-first_reply_at")[:LOOKED_AT]}
    said = _said([row.pk, *others])
    own = _stems(said.get(row.pk, ("", ""))[0], row.language)
    ranked = []
    for key, one in others.items():
        question, answer = said.get(key, ("", ""))
        share = _likeness(own, _stems(question, one.language)) if answer and one.language == row.language else 0.0
        if share >= LIKE_ENOUGH:
            ranked.append((share, Answered(one, question, answer)))
    found = [like for _share, like in sorted(ranked, key=lambda pair: -pair[0])[:SHOWN]]
    for shown in found:
        record_audit(
            by=by,
            action=AuditAction.READ,
            object_type="chat.conversation",
            object_id=shown.row.public_id,
            county=row.county.code,
            purpose="similar",
            source="console",
        )
    return found


def _said(keys: list[int]) -> dict[int, tuple[str, str]]:
    """The first words of the resident and the first of a responder, of each."""
    events = Event.objects.filter(conversation_id__in=keys, kind=EventKind.MESSAGE, audience=AudienceChoice.ALL).exclude(body="")
    found: dict[int, tuple[str, str]] = {}
    for key, kind, body in events.order_by("seq").values_list("conversation_id", "participant__kind", "body"):
        asked, answered = found.get(key, ("", ""))
        if kind == ParticipantKind.RESIDENT:
            found[key] = (asked or body, answered)
        else:
            found[key] = (asked, answered or body)
    return found


def _stems(words: str, language: str) -> Counter[str]:
    return Counter(stem(word, language) for word in words_of(words) if len(word) >= SHORTEST)


def _likeness(first: Counter[str], second: Counter[str]) -> float:
    """The cosine of two texts' words: 1 for the same words, 0 when they share none."""
    together = sum(count * second[word] for word, count in first.items())
    length = sqrt(sum(count**2 for count in first.values()) * sum(count**2 for count in second.values()))
    return together / length if length else 0.0


__all__ = ["Answered", "similar_answered"]
