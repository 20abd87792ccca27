"""What was said in the made-up past, and how a conversation was passed on: rows in the order in which they happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from chat.choices import AudienceChoice, EventKind, TransferReason, TransferState
from chat.models import Event, Participant, Transfer
from chat.operations.past import Past


def of(past: Past, person: User) -> Participant:
    """Her part in the conversation."""
    return next(each for each in past.participants if each.user_id == person.pk)


def event(
    past: Past,
    kind: EventKind,
    participant: Participant | None,
    at: datetime,
    payload: dict[str, Any],
    audience: AudienceChoice = AudienceChoice.ALL,
    *,
    body: str = "",
    client_id: UUID | None = None,
) -> None:
    """One more event, after those that are there."""
    past.events.append(
        Event(audience=audience, kind=kind, participant=participant, client_id=client_id, body=body, payload=payload, created_at=at)
    )


def passed_on(past: Past, crossing: str, *, asked_at: datetime, taken_at: datetime, key: UUID) -> None:
    """The transfer from the conversation’s first leg to its second one, which somebody took."""
    first, second = past.legs
    past.transfers.append(
        Transfer(
            public_id=key,
            from_leg=first,
            to_leg=second,
            from_queue=first.queue,
            to_queue=second.queue,
            sender=first.responder,
            reason=TransferReason.WRONG_SERVICE if first.wrong_service else TransferReason.EXPERTISE,
            crossing=crossing,
            state=TransferState.ACCEPTED,
            asked_at=asked_at,
            consented_at=second.queued_at if crossing else None,
            offered_at=second.queued_at,
            ended_at=taken_at,
        )
    )


def said(line: str) -> tuple[bool, str]:
    """Whether the resident says it, and the words: “r: Hei!”."""
    who, words = line.split(": ", 1)
    return who == "r", words


def put_words(past: Past, lines: Sequence[str], key: Callable[[], UUID]) -> None:
    """An answered conversation gets its words: the first as it joined, the second as it was answered, the others until its end.

    An answerer's line is of whoever had the conversation then.
    """
    row, resident = past.conversation, past.participants[0]
    first, last = row.first_reply_at, row.closed_at
    assert first is not None
    assert last is not None
    moments = [row.queued_at, *(first + (last - first) * (n / len(lines)) for n in range(len(lines) - 1))]
    for line, at in zip(lines, moments, strict=True):
        is_hers, words = said(line)
        leg = next(leg for leg in reversed(past.legs) if leg.number == 1 or (leg.accepted_at and leg.accepted_at <= at))
        assert leg.responder is not None
        writer = resident if is_hers else of(past, leg.responder)
        event(past, EventKind.MESSAGE, writer, at, {}, body=words, client_id=key())
        row.last_message_at = at
    past.events.sort(key=lambda each: each.created_at)
    read = sum(each.audience == AudienceChoice.ALL for each in past.events)
    for participant in past.participants:
        participant.seen_all = read
