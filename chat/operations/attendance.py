"""What time brings to who is present: closing, a lost connection, the last conversation's end. Any process may run it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.actors import Actor, System
from chat.choices import LegExit, PresenceEnd, PresenceKind, State
from chat.models import Conversation, Presence
from chat.models.presence import LOST_AFTER
from chat.operations.presence import active_of, announce_presence, end_interval, go_off, hold_presence
from chat.operations.requeue import requeue_row
from chat.shifts import WARNED_BEFORE, shift_ends


def keep_presence(*, by: Actor, now: datetime) -> int:
    """The portal keeps presence true: whoever holds a conversation is present, who gives no sign is lost, who is done is off.

    Safe in any number of processes at once. Returns how many intervals it changed.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    return _find_holders(now=now) + _find_lost(now=now) + _find_finished(now=now) + _watch_closing(now=now)


def _find_holders(*, now: datetime) -> int:
    """Who has a conversation without being present in any way is there for it, and can be lost."""
    present = Presence.objects.running().filter(user_id=OuterRef("responder_id"), county_id=OuterRef("county_id"))
    holders = (
        Conversation.objects.live()
        .filter(state=State.ACTIVE)
        .exclude(Exists(present))
        .order_by("responder_id")
        .values_list("responder_id", "county_id")
        .distinct()
    )
    done = 0
    for user_id, county_id in list(holders):
        with transaction.atomic():
            if hold_presence(user_id, county_id) is None and active_of(user_id, county_id).exists():
                Presence.objects.create(
                    user_id=user_id, county_id=county_id, kind=PresenceKind.FINISHING, starts_at=now, seen_at=now
                )
                announce_presence([user_id])
                done += 1
    return done


def _find_lost(*, now: datetime) -> int:
    silent = list(Presence.objects.running().filter(seen_at__lt=now - LOST_AFTER).order_by("pk"))
    return sum(_lose(row.user_id, row.county_id, now=now) for row in silent if row.is_lost(now=now))


@transaction.atomic
def _lose(user_id: int, county_id: int, *, now: datetime) -> int:
    """No sign of her any more: what goes on with her goes to the front of its line, the oldest first (S002-43)."""
    held = list(active_of(user_id, county_id).select_for_update(no_key=True).order_by("pk"))
    row = hold_presence(user_id, county_id)
    if row is None or not row.is_lost(now=now):
        return 0
    end_interval(row, cause=PresenceEnd.LOST, at=row.seen_at)
    for conversation in sorted(held, key=lambda each: each.accepted_at or now, reverse=True):
        requeue_row(conversation, exit=LegExit.LOST, front=True, now=now)
    announce_presence([user_id])
    return 1


def _find_finished(*, now: datetime) -> int:
    going_on = Conversation.objects.live().filter(
        responder_id=OuterRef("user_id"), county_id=OuterRef("county_id"), state=State.ACTIVE
    )
    finished = Presence.objects.running().filter(kind=PresenceKind.FINISHING).exclude(Exists(going_on)).order_by("pk")
    done = 0
    for user_id, county_id in list(finished.values_list("user_id", "county_id")):
        with transaction.atomic():
            row = hold_presence(user_id, county_id)
            if row is not None and row.kind == PresenceKind.FINISHING and not active_of(user_id, county_id).exists():
                end_interval(row, cause=PresenceEnd.OFF, at=now)
                announce_presence([user_id])
                done += 1
    return done


def _watch_closing(*, now: datetime) -> int:
    """Warned five minutes before the last of her queues closes; then off, but for the conversations that go on."""
    rows = list(Presence.objects.running().exclude(kind=PresenceKind.FINISHING).order_by("pk"))
    if not rows:
        return 0
    ends = shift_ends(rows, now=now)
    return sum(_step(row, ends[row.pk], now=now) for row in rows)


def _step(seen: Presence, end: datetime | None, *, now: datetime) -> int:
    soon = end is not None and end - now <= WARNED_BEFORE
    over = end is not None and end <= now and seen.warned_at is not None and now - seen.warned_at >= WARNED_BEFORE
    if soon == (seen.warned_at is not None) and not over:
        return 0
    return _take_step(seen, soon=soon, over=over, now=now)


@transaction.atomic
def _take_step(seen: Presence, *, soon: bool, over: bool, now: datetime) -> int:
    row = hold_presence(seen.user_id, seen.county_id)
    if row is None or row.pk != seen.pk or (row.warned_at, row.stays_until) != (seen.warned_at, seen.stays_until):
        return 0
    if over:
        go_off(row, cause=PresenceEnd.CLOSING, now=now)
        return 1
    row.warned_at = now if soon else None
    row.save(update_fields=["warned_at"])
    announce_presence([row.user_id])
    return 1
