"""Items that come back every month or quarter turn due again, without an end (S000-53…55)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.actors import Actor, System
from adoption.choices import ItemState, Recurrence
from adoption.models import RolloutItem
from adoption.operations.ground import local_day, locked_item, step, store
from adoption.operations.opening import ALIVE
from adoption.periods import due_of, next_period, present_period

BY = System("periods")


def renew_recurring(*, now: datetime, by: Actor = BY) -> list[RolloutItem]:
    """Each recurring item whose month or quarter has passed is about the present one, and is to be done again.

    It comes alive when what it rests on is done. After the rooting of the rollout has ended only the monthly ones go on. What
    was done before stays with its own period. Running twice changes nothing. The portal does it every night.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    rows = RolloutItem.objects.filter(rollout__status__in=ALIVE).exclude(model_item__recurrence=Recurrence.ONCE)
    renewed = []
    for item in rows.select_related("rollout", "model_item").order_by("pk"):
        present = present_period(item.model_item.recurrence, local_day(now))
        if present is not None and (item.period is None or item.period < present) and _goes_on(item, now):
            with transaction.atomic():
                renewed.append(_renew(item, by=by, now=now))
    return renewed


def _goes_on(item: RolloutItem, now: datetime) -> bool:
    until = item.rollout.rooting_until
    if item.model_item.recurrence == Recurrence.QUARTER and until is not None and local_day(now) > until:
        return False
    if item.period is not None or item.state not in (ItemState.NOT_STARTED, ItemState.NOT_APPLICABLE):
        return True
    codes = set(item.model_item.depends_on)
    done = RolloutItem.objects.filter(rollout=item.rollout_id, model_item__code__in=codes, state=ItemState.DONE)
    return done.count() == len(codes)


def _renew(item: RolloutItem, *, by: Actor, now: datetime) -> RolloutItem:
    fresh = locked_item(item)
    recurrence = fresh.model_item.recurrence
    period = present_period(recurrence, local_day(now))
    if period is None or (fresh.period is not None and fresh.period >= period):
        return fresh
    first = fresh.period is None
    reason = f"→ {period:%m/%Y}"  # read alike in every language
    fresh.period, fresh.due_on = period, due_of(recurrence, period)
    if fresh.state == ItemState.DONE:
        step(item=fresh, to=ItemState.IN_PROGRESS, by=by, now=now, reason=reason)
        # Nobody opened it again: it is another month, with proofs of its own.
        fresh.reopened_at, fresh.reason = None, ""
    elif not first:
        kept = fresh.reason
        step(item=fresh, to=fresh.state, by=by, now=now, reason=reason)
        fresh.reason = kept
    store(fresh)
    return fresh


__all__ = ["next_period", "renew_recurring"]
