"""Conversations that took place before: written whole, with everything that the statistics need of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.actors import Actor, System
from chat.choices import AudienceChoice, State
from chat.models import Attempt, Conversation, Event, Feedback, Leg, Participant, Presence, Transfer
from services.models import County

CHUNK = 500
T = TypeVar("T")


@dataclass(slots=True)
class Past:
    """An ended conversation and its rows, none of them stored yet. Events stand in the order in which they happened."""

    conversation: Conversation
    legs: list[Leg] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    feedback: Feedback | None = None

    def belongings(self) -> list[Leg | Participant | Event | Transfer | Feedback]:
        """The rows that hang on the conversation."""
        return [*self.legs, *self.participants, *self.events, *self.transfers, *([self.feedback] if self.feedback else [])]


@transaction.atomic
def record_past(
    *, by: Actor, conversations: Iterable[Past] = (), attempts: Iterable[Attempt] = (), presences: Iterable[Presence] = ()
) -> int:
    """The portal itself writes the past of a demonstration county, all of it or none; gives the number of conversations.

    Each has ended. The events are numbered here, and the heads are those numbers. Raises PermissionDenied to anyone but
    the portal, ValidationError (not_demo, not_ended).
    """
    if not isinstance(by, System):
        raise PermissionDenied
    written = 0
    for chunk in _chunks(conversations):
        _write(chunk)
        written += len(chunk)
    for some in _chunks(attempts):
        _check_demo(some)
        Attempt.objects.bulk_create(some)
    for shifts in _chunks(presences):
        _check_demo(shifts)
        if not all(shift.ends_at for shift in shifts):
            raise ValidationError("What is past has ended.", code="not_ended")
        Presence.objects.bulk_create(shifts)
    return written


def forget_claims(*, by: Actor, county: County, there: Collection[int]) -> None:
    """Drop the ways of being there that the demonstration's own claims have begun, all running but those which were `there`.

    Who takes a request is available by it; the shifts of those days are told by themselves and must not be told twice.
    Raises PermissionDenied to anyone but the portal, ValidationError (not_demo).
    """
    if not isinstance(by, System):
        raise PermissionDenied
    begun = Presence.objects.running().filter(county=county).exclude(pk__in=there)
    _check_demo(begun.select_related("county"))
    begun.delete()


def _check_demo(rows: Iterable[Attempt | Conversation | Presence]) -> None:
    if not all(row.county.is_demo for row in rows):
        raise ValidationError("Only a demonstration county has a made-up past.", code="not_demo")


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    stream = iter(rows)
    while chunk := list(islice(stream, CHUNK)):
        yield chunk


def _write(chunk: Sequence[Past]) -> None:
    _check_demo(past.conversation for past in chunk)
    for past in chunk:
        row = past.conversation
        if row.state != State.ENDED:
            raise ValidationError("What is past has ended.", code="not_ended")
        numbers: Counter[Any] = Counter()
        for event in past.events:
            numbers[event.audience] += 1
            event.seq = numbers[event.audience]
        row.head_all, row.head_staff = numbers[AudienceChoice.ALL], numbers[AudienceChoice.STAFF]
    Conversation.objects.bulk_create([past.conversation for past in chunk])
    for past in chunk:
        for belonging in past.belongings():
            belonging.conversation = past.conversation
    Feedback.objects.bulk_create([past.feedback for past in chunk if past.feedback is not None])
    Participant.objects.bulk_create([row for past in chunk for row in past.participants])
    for past in chunk:
        for event in past.events:
            event.participant = event.participant  # its key is known now
    Leg.objects.bulk_create([row for past in chunk for row in past.legs])
    for past in chunk:
        for transfer in past.transfers:
            transfer.from_leg, transfer.to_leg = transfer.from_leg, transfer.to_leg  # their keys are known now
    Transfer.objects.bulk_create([row for past in chunk for row in past.transfers])
    Event.objects.bulk_create([row for past in chunk for row in past.events])
