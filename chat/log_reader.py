"""What followers of conversations lack, read from the log."""

from __future__ import annotations

from uuid import UUID

from chat.models import Conversation, Event, Participant
from chat.models.events import Wanted
from chat.protocol import EventFrame, encode

Place = tuple[int, tuple[str, UUID]]
"""Where a conversation belongs: its queue, its county and its service."""


def read_log(
    keys: list[int], wanted: list[Wanted]
) -> tuple[dict[int, tuple[int, int]], dict[tuple[int, int], list[tuple[int, str]]], dict[int, Place]]:
    """Heads and places of the conversations, then what follows the wanted numbers, encoded once for all who read it."""
    heads: dict[int, tuple[int, int]] = {}
    places: dict[int, Place] = {}
    ids: dict[int, UUID] = {}
    for key, head_all, head_staff, public_id, queue, county, service in Conversation.objects.filter(pk__in=keys).values_list(
        "pk", "head_all", "head_staff", "public_id", "queue_id", "county__code", "service__public_id"
    ):
        heads[key], places[key], ids[key] = (head_all, head_staff), (queue, (county, service)), public_id
    frames: dict[tuple[int, int], list[tuple[int, str]]] = {}
    if not wanted:
        return heads, frames, places
    people = dict(Participant.objects.filter(conversation_id__in=keys).values_list("pk", "public_id"))
    for event in Event.objects.after(wanted):
        frame = EventFrame(
            conversation=ids[event.conversation_id],
            audience=event.audience,
            seq=event.seq,
            kind=event.kind,
            participant=people.get(event.participant_id or 0),
            client_id=event.client_id,
            body=event.body,
            payload=event.payload,
            at=event.created_at,
        )
        frames.setdefault((event.conversation_id, 0 if event.audience == "all" else 1), []).append((event.seq, encode(frame)))
    for rows in frames.values():
        rows.sort()
    return heads, {key: list(dict.fromkeys(rows)) for key, rows in frames.items()}, places
