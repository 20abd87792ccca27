"""Telling what happened, after the commit: events to this process's sockets, content-free pokes to other processes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import transaction

from chat import hub
from chat.models import Conversation, Event
from chat.protocol import EventFrame


def announce(conversation: Conversation, events: Iterable[Event]) -> None:
    """Announce stored events of a conversation after the transaction commits."""
    announce_frames(
        [frame_of(event, conversation.public_id, event.participant.public_id if event.participant else None) for event in events]
    )


def announce_frames(frames: list[EventFrame]) -> None:
    """Announce events after the commit; a frame is encoded only if somebody here follows its conversation."""
    if frames and hub.current() is not None:
        transaction.on_commit(partial(_publish, frames))


def announce_board(*, queues: Iterable[int] = (), users: Iterable[int | None] = ()) -> None:
    """Mark boards as changed after the commit: the lines of these queues, the own conversations of these people."""
    topics = [f"queue:{key}" for key in queues] + [f"mine:{key}" for key in users if key is not None]
    if topics and hub.current() is not None:
        transaction.on_commit(partial(_mark, topics))


def frame_of(event: Event, conversation: UUID, participant: UUID | None) -> EventFrame:
    """The event as clients see it: the one shape of sockets, the long poll and the page's snapshot."""
    return EventFrame(
        conversation=conversation,
        audience=str(event.audience),
        seq=event.seq,
        kind=str(event.kind),
        participant=participant,
        client_id=event.client_id,
        body=event.body,
        payload=event.payload,
        at=event.created_at,
    )


def _publish(frames: list[EventFrame]) -> None:
    here = hub.current()
    if here is not None:
        here.publish(frames)


def _mark(topics: list[str]) -> None:
    here = hub.current()
    if here is not None:
        here.mark(topics)
