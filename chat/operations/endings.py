"""Ending a conversation, and saying what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor, Staff
from chat.broadcast import announce_board
from chat.choices import (
    GIVEN_OUTCOMES,
    AudienceChoice,
    EndedBy,
    EventKind,
    FailureDemand,
    LaterResult,
    LegExit,
    Medium,
    Outcome,
    OutcomeReason,
    ParticipantKind,
    State,
    Status,
    TransferState,
)
from chat.models import Conversation, LaterContact, Leg, Participant
from chat.operations.concerns import open_concern_of
from chat.operations.identity import close_identifications
from chat.operations.legs import leave_leg
from chat.operations.log import Entry, append_events, lock_of_resident, lock_of_responder
from chat.operations.moving import close_open_transfer
from chat.refusals import Refusal, refuse
from services.models import Service, Topic

SHORT_WAIT = timedelta(seconds=10)
CODING_TIME = timedelta(hours=24)
TO_TRADITIONAL = frozenset({Outcome.R3, Outcome.R4, Outcome.R5})
"""The outcomes that lead to a traditional service (M12): each needs its reason."""


@transaction.atomic
def leave_conversation(*, by: Actor, conversation: UUID, now: datetime) -> Conversation:
    """The resident ends her conversation or leaves the line; doing it twice is harmless.

    Before the first human reply it is abandoned, or a short abandon under ten seconds (metrics 1.1).
    """
    row = lock_of_resident(by=by, conversation=conversation)
    if row.state != State.ENDED:
        close_row(row, ended_by=EndedBy.RESIDENT, left_at=now, now=now)
    return row


@transaction.atomic
def end_conversation(
    *,
    by: Actor,
    conversation: UUID,
    outcome: str,
    topic: UUID | str | None = None,
    wrong_service_target: Service | None = None,
    failure_demand: str = "",
    outcome_reason: str = "",
    now: datetime,
) -> Conversation:
    """The responder ends her conversation with an outcome (R1–R9) and a topic, in one go; both are mandatory.

    `topic` is the topic's key. A service without topics needs none. R3–R5 need the reason why the matter goes on to a
    traditional service (M12); R7 may name the right service (S001-48), any outcome the reason of failure demand (M18).
    One that is flagged as a concern is not ended before its checklist has been gone through (P-9, domain 5.8).
    Raises ValidationError (concern_open, outcome_missing, topic_missing, reason_missing, invalid, not_yours).
    """
    row = lock_of_responder(by=by, conversation=conversation)
    already_ended = row.state == State.ENDED
    if not already_ended and open_concern_of(row) is not None:
        raise refuse(Refusal.CONCERN_OPEN)
    is_later = not already_ended and row.medium != Medium.CHAT
    if is_later and LaterContact.objects.filter(conversation=row, done_at__isnull=True).exists():
        raise refuse(Refusal.LATER_OPEN)
    given = _Given(outcome, topic, wrong_service_target, failure_demand, outcome_reason)
    _code(row, given, by=by, now=now)
    if not already_ended:
        close_row(row, ended_by=EndedBy.RESPONDER, left_at=None, now=now)
    return row


@transaction.atomic
def code_conversation(
    *,
    by: Actor,
    conversation: UUID,
    outcome: str,
    topic: UUID | str | None = None,
    wrong_service_target: Service | None = None,
    failure_demand: str = "",
    outcome_reason: str = "",
    now: datetime,
) -> Conversation:
    """The responder gives or corrects the outcome of a conversation that has ended (wrap-up)."""
    row = lock_of_responder(by=by, conversation=conversation)
    if row.state != State.ENDED:
        raise refuse(Refusal.INVALID)
    given = _Given(outcome, topic, wrong_service_target, failure_demand, outcome_reason)
    _code(row, given, by=by, now=now)
    return row


def close_row(
    row: Conversation, *, ended_by: EndedBy, left_at: datetime | None, now: datetime, closed_by_service: bool = False, why: str = ""
) -> None:
    """End a locked conversation: its status by metrics 1.1, its last leg, how long it is kept, and the event.

    `left_at`: when the resident left, if she did. Closing for silence counts to the last message (M09). `why`: what the log
    tells of an end by the portal.
    """
    row.state, row.ended_by, row.closed_at = State.ENDED, ended_by, now
    row.left_at, row.help_wanted_at = left_at, None
    if row.first_reply_at is not None:
        row.status = Status.ANSWERED
        if ended_by == EndedBy.SYSTEM and row.last_message_at is not None:
            row.closed_at = max(row.last_message_at, row.accepted_at or row.last_message_at)
    elif closed_by_service:
        row.status = Status.SERVICE_CLOSED
    else:
        waited = (left_at or now) - row.queued_at
        row.status = Status.SHORT_ABANDON if waited < SHORT_WAIT else Status.ABANDONED
    row.retain_until = now + timedelta(days=row.service.retention_days)
    row.due_at = None if row.outcome or row.status != Status.ANSWERED else now + CODING_TIME
    left = ended_by == EndedBy.RESIDENT or (ended_by == EndedBy.SYSTEM and left_at is not None)
    close_open_transfer(row, TransferState.LEFT if left else TransferState.REPLACED, now=now)
    how = LegExit.ENDED if row.status == Status.ANSWERED else LegExit.CLOSED if closed_by_service else LegExit.LEFT
    leave_leg(Leg.objects.present_of(row), how, now=now)
    close_identifications(row, now=now)
    if not row.is_written:
        row.answer_due_at = None
        LaterContact.objects.filter(conversation=row, done_at__isnull=True).update(
            result=LaterResult.CANCELLED if ended_by == EndedBy.RESIDENT else LaterResult.NOT_REACHED, done_at=now
        )
    participant = None
    if ended_by == EndedBy.RESIDENT:
        participant = Participant.objects.get(conversation=row, kind=ParticipantKind.RESIDENT)
    elif ended_by == EndedBy.RESPONDER:
        participant = Participant.objects.get(conversation=row, user=row.responder)
    told = {"by": ended_by, "status": row.status, **({"why": why} if why else {})}
    append_events(row, Entry(EventKind.ENDED, participant, payload=told), now=now)
    row.save()
    announce_board(queues=[row.queue_id], users=[row.responder_id] if row.responder_id else [])


@dataclass(frozen=True, slots=True)
class _Given:
    """What the responder says came of a conversation."""

    outcome: str
    topic: UUID | str | None
    target: Service | None
    failure_demand: str
    reason: str


def _code(row: Conversation, given: _Given, *, by: Actor, now: datetime) -> None:
    if given.outcome not in GIVEN_OUTCOMES:
        raise refuse(Refusal.OUTCOME_MISSING)
    topics = {item.key: item for item in Topic.objects.filter(service_id=row.service_id, retired=False)}
    chosen = topics.get(str(given.topic)) if given.topic else None
    if topics and chosen is None:
        raise refuse(Refusal.TOPIC_MISSING)
    goes_on = given.outcome in TO_TRADITIONAL
    if goes_on and given.reason not in OutcomeReason.values:
        raise refuse(Refusal.REASON_MISSING)
    if given.failure_demand and given.failure_demand not in FailureDemand.values:
        raise refuse(Refusal.INVALID)
    is_wrong = given.outcome == Outcome.R7
    target = given.target if is_wrong else None
    if target is not None and (target.county_id != row.county_id or target.pk == row.service_id):
        raise refuse(Refusal.INVALID)
    row.outcome, row.outcome_at = given.outcome, now
    row.outcome_by_id = by.user_id if isinstance(by, Staff) else None
    row.topic = chosen or row.topic
    row.wrong_service, row.wrong_service_target = is_wrong, target
    row.failure_demand = given.failure_demand
    row.outcome_reason = given.reason if goes_on else ""
    participant = Participant.objects.filter(conversation=row, user=row.responder).first()
    append_events(
        row,
        Entry(
            EventKind.CODED,
            participant,
            audience=AudienceChoice.STAFF,
            payload={
                "outcome": given.outcome,
                "topic": chosen.key if chosen else "",
                "reason": row.outcome_reason,
                "failure_demand": row.failure_demand,
            },
        ),
        now=now,
    )
    row.due_at = None if row.state == State.ENDED else row.due_at
    row.save()
    announce_board(users=[row.responder_id] if row.responder_id else [])


__all__ = ["CODING_TIME", "close_row", "code_conversation", "end_conversation", "leave_conversation"]
