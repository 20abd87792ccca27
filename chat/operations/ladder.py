"""The overflow ladder of a queue: what is done for one whom nobody takes (S002-44, peers 2C).

Rung by rung, each by the queue's own seconds since she joined its line: offered to one responder after another, the supervisor
told, other ways offered to the resident, and another queue. Each rung is an event of the log, and done once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from accounts.actors import Actor, System
from accounts.choices import Role
from chat.answerers import ranked_answerers
from chat.availability import availabilities
from chat.broadcast import announce_board
from chat.choices import AudienceChoice, EventKind, LegExit, State, TransferReason, TransferState
from chat.models import Conversation, Event, Leg, Transfer
from chat.operations.legs import PLACE_FIELDS, go_to, leave_leg, next_leg
from chat.operations.log import Entry, append_events
from chat.operations.moving import end_as, is_double, open_transfer, told_of
from chat.operations.promises import promise
from chat.operations.reached import staff_reached
from services.models import Queue

TRIED_AGAIN = timedelta(seconds=30)
"""When a rung that could not be taken (nobody there, the other queue closed) is tried again."""

SUPERVISOR, ALTERNATIVES, OVERFLOW, OFFER = "supervisor", "alternatives", "overflow", "offer"


def climb_ladder(row: Conversation, *, actor: Actor, now: datetime) -> int:
    """Take the rungs that are due for one who waits; the row is locked. Returns how many were taken."""
    if row.state != State.WAITING or not isinstance(actor, System):
        return 0
    taken = 0
    for rung, climb in _RUNGS.items():
        leg = Leg.objects.select_related("queue__service__county").present_of(row)
        due = rung_due(leg, rung)
        if due is not None and due <= now:
            taken += climb(row, leg, now)
    if taken:
        row.save(update_fields=[*PLACE_FIELDS, "head_all", "head_staff"])
        announce_board(queues=[row.queue_id])
    return taken


def next_rung(row: Conversation, *, now: datetime) -> datetime | None:
    """When the ladder next has something to do for one who waits."""
    if row.state != State.WAITING:
        return None
    leg = Leg.objects.select_related("queue__service").present_of(row)
    dues = [due for rung in _RUNGS if (due := rung_due(leg, rung)) is not None]
    return max(min(dues), now + TRIED_AGAIN) if dues and min(dues) <= now else min(dues, default=None)


def first_rung(queue: Queue, *, now: datetime) -> datetime | None:
    """When the ladder begins for one who joins the queue's line now."""
    return min((due for rung in _RUNGS if (due := rung_due(Leg(queue=queue, queued_at=now), rung)) is not None), default=None)


def rung_due(leg: Leg, rung: str) -> datetime | None:
    """When the rung is due for this leg; none when the queue lacks it or it has been taken."""
    queue = leg.queue
    if rung == OFFER:
        if queue.offer_seconds is None or (leg.offers and leg.offered_to_id is None):
            return None
        if leg.offered_at is None:
            return leg.queued_at
        return leg.offered_at + timedelta(seconds=queue.offer_seconds)
    seconds, is_taken = {
        SUPERVISOR: (queue.supervisor_after_seconds, leg.supervisor_told_at is not None),
        ALTERNATIVES: (queue.alternatives_after_seconds, leg.alternatives_at is not None),
        OVERFLOW: (queue.overflow_after_seconds if queue.overflow_to_id else None, False),
    }[rung]
    return None if seconds is None or is_taken else leg.queued_at + timedelta(seconds=seconds)


def _offer(row: Conversation, leg: Leg, now: datetime) -> int:
    """Show her to one who is there and has room, the least loaded first; each is asked once, then all. Others may take her."""
    if row.away_since is not None or row.must_identify:
        return 0
    asked = set(
        Event.objects.filter(conversation=row, kind=EventKind.ESCALATED, payload__rung=OFFER, payload__leg=leg.number).values_list(
            "payload__to", flat=True
        )
    )
    there = [each.user for each in ranked_answerers([leg.queue], now=now)[leg.queue_id] if each.is_taking and each.room > 0]
    following = next((user for user in there if str(user.public_id) not in asked and user.pk != leg.offered_to_id), None)
    if following is None and leg.offered_to_id is None:
        return 0
    before = leg.offered_to_id
    leg.offered_to, leg.offered_at = following, now
    leg.offers += following is not None
    leg.save(update_fields=["offered_to", "offered_at", "offers"])
    if following is not None:
        _note(row, leg, OFFER, now=now, to=str(following.public_id), name=following.shown_name, names=following.names)
    announce_board(users={before, leg.offered_to_id})
    return 1


def _tell_supervisor(row: Conversation, leg: Leg, now: datetime) -> int:
    leg.supervisor_told_at = now
    leg.save(update_fields=["supervisor_told_at"])
    _note(row, leg, SUPERVISOR, now=now)
    announce_board(users=staff_reached(row, (Role.SUPERVISOR,)))
    return 1


def _offer_other_ways(row: Conversation, leg: Leg, now: datetime) -> int:
    leg.alternatives_at = now
    leg.save(update_fields=["alternatives_at"])
    append_events(row, Entry(EventKind.NOTICE, payload={"code": ALTERNATIVES}), now=now)
    _note(row, leg, ALTERNATIVES, now=now)
    return 1


def _overflow(row: Conversation, leg: Leg, now: datetime) -> int:
    """To the overflow queue if it is open and staffed, keeps the same register and has not had her yet; her place goes along."""
    target = Queue.objects.select_related("service__county").filter(pk=leg.queue.overflow_to_id, is_active=True).first()
    if target is None or Leg.objects.filter(conversation=row, queue=target).exists() or open_transfer(row) is not None:
        return 0
    here, there = leg.queue.service, target.service
    if there.county_id != here.county_id or there.register != here.register or is_double(row, target):
        return 0
    if not availabilities([target], now=now)[target.pk].is_open:
        return 0
    from_queue = row.queue
    leave_leg(leg, LegExit.OVERFLOWED, now=now)
    _note(row, leg, OVERFLOW, now=now)
    to_leg = next_leg(row, target, queued_at=now)
    go_to(row, target)
    transfer = Transfer(
        conversation=row,
        from_leg=leg,
        to_leg=to_leg,
        from_queue=from_queue,
        to_queue=target,
        reason=TransferReason.OVERFLOW,
        asked_at=now,
        offered_at=now,
    )
    end_as(transfer, TransferState.ACCEPTED, ended_by=None, now=now)
    append_events(row, told_of(transfer, "moved", None), now=now)
    row.save(update_fields=[*PLACE_FIELDS])
    promise(row, to_leg, now=now)
    announce_board(queues=[from_queue.pk])
    return 1


_RUNGS: dict[str, Callable[[Conversation, Leg, datetime], int]] = {
    OFFER: _offer,
    SUPERVISOR: _tell_supervisor,
    ALTERNATIVES: _offer_other_ways,
    OVERFLOW: _overflow,
}


def _note(row: Conversation, leg: Leg, rung: str, *, now: datetime, **facts: str | dict[str, str]) -> None:
    payload = {"rung": rung, "leg": leg.number, **facts}
    append_events(row, Entry(EventKind.ESCALATED, audience=AudienceChoice.STAFF, payload=payload), now=now)
