"""What the live system proves of a rollout is stored, fills parts and sets items to done (the data's `proof_rules`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts.actors import Actor, System
from adoption.choices import ItemState, RolloutStatus
from adoption.models import Filling, ItemPart, Proof, Rollout, RolloutItem
from adoption.operations.ground import locked_rollout, touch_rollout
from adoption.operations.items import missing_parts, move_item
from adoption.operations.parts import fill_by_proof, take_back
from adoption.operations.recurring import renew_recurring
from adoption.permissions import may_read
from adoption.signals.answers import Unavailable
from adoption.signals.plan import Kept, Key, Plan, Step, Write, plan_of
from adoption.signals.reading import read_facts

PORTAL = System("proofs")
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Checked:
    """What a check did: items set to done, how many parts it filled, and which signals belong to parts not in use yet."""

    done: list[str] = field(default_factory=list)
    filled: int = 0
    turned: int = 0
    unavailable: tuple[Unavailable, ...] = ()


def check_rollout(*, rollout: Rollout, by: Actor, now: datetime) -> Checked:
    """Whoever sees a rollout has it checked against the live system: on opening its page, by “Tarkista nyt”, and every night.

    The signals are judged outside any transaction; only what differs from what stands is written, by the portal itself. Running
    twice changes nothing but the time of the check. A rollout that was given up stays as it was.
    """
    if not may_read(by, rollout):
        raise PermissionDenied
    plan = _plan(rollout.pk, now=now)
    checked = Checked(unavailable=plan.unavailable)
    if rollout.status == RolloutStatus.NOT_STARTED:
        return checked
    if _changes(plan):
        with transaction.atomic():
            fresh = locked_rollout(rollout)
            if fresh.status != RolloutStatus.NOT_STARTED:
                _carry_out(_plan(fresh.pk, now=now), fresh, checked, now=now)
    _standing(rollout.pk).filter(checked_at__lt=now).update(checked_at=now)
    return checked


def check_rollouts(*, by: Actor, now: datetime) -> int:
    """The portal checks every rollout that goes on or is maintained; gives how many items became done.

    Recurring items whose month or quarter has passed turn due first, so that they are proven for the present one (S000-53…55).
    """
    if not isinstance(by, System):
        raise PermissionDenied
    renew_recurring(by=by, now=now)
    done = 0
    for rollout in Rollout.objects.exclude(status=RolloutStatus.NOT_STARTED).order_by("pk"):
        try:
            done += len(check_rollout(rollout=rollout, by=by, now=now).done)
        except ValidationError:  # one rollout does not stop the others; its page tells the same
            logger.exception("rollout %s could not be checked", rollout.public_id)
    return done


def _standing(rollout: int) -> QuerySet[Proof]:
    rows: QuerySet[Proof] = Proof.objects.standing().filter(item__rollout=rollout)
    return rows


def _plan(rollout: int, *, now: datetime) -> Plan:
    return plan_of(read_facts(rollout, now=now), _kept(rollout))


def _kept(rollout: int) -> Mapping[Key, Kept]:
    return {
        (row.item_id, row.signal, row.period): Kept(
            pk=row.pk,
            holds=row.holds,
            at=row.first_held_at,
            value=row.value,
            threshold=row.threshold,
            rows=tuple(row.rows),
            is_demo=row.is_demo,
            used=row.used_at is not None,
        )
        for row in _standing(rollout)
    }


def _changes(plan: Plan) -> bool:
    """Something is written: an item whose signals hold, but which lacks a part that a person fills, is no change."""
    if plan.fills or any(step.write != Write.NOTHING for step in plan.steps):
        return True
    return any(not missing_parts(item) for item in _items([each.item for each in plan.proven]).values())


def _items(keys: list[int]) -> dict[int, RolloutItem]:
    rows = RolloutItem.objects.filter(pk__in=keys).select_related("model_item__phase__model_version", "rollout__county")
    return {row.pk: row for row in rows}


def _carry_out(plan: Plan, rollout: Rollout, checked: Checked, *, now: datetime) -> None:
    proofs = {(step.item, step.signal): _write(step, now=now) for step in plan.steps}
    checked.turned = sum(step.write == Write.TURN for step in plan.steps)
    parts = {part.pk: part for part in ItemPart.objects.filter(pk__in=[each.part for each in plan.fills]).select_related("item")}
    for fill in plan.fills:
        by = [proofs[fill.item, name] for name in fill.by]
        _give_way(parts[fill.part], {proof.pk for proof in by}, now=now)
        newest = max(by, key=lambda proof: proof.first_held_at or fill.at)
        fill_by_proof(part=parts[fill.part], proof=newest, at=fill.at)
        _mark_used(by, now=now)
        checked.filled += 1
    items = _items([each.item for each in plan.proven])
    for proven in plan.proven:
        item = items[proven.item]
        if not missing_parts(item):
            move_item(by=PORTAL, item=item, to=ItemState.DONE, now=now, done_at=proven.at)
            _mark_used([proofs[proven.item, name] for name in proven.by], now=now)
            checked.done.append(item.model_item.code)
    if plan.fills:
        touch_rollout(rollout=rollout, by=PORTAL, now=now)


def _give_way(part: ItemPart, proofs: set[int], *, now: datetime) -> None:
    """What the system put there by a proof that somebody has doubted is kept to be read, and counts no more."""
    for filling in Filling.objects.filter(part=part, by_system=True, withdrawn_at__isnull=True).exclude(proof__in=proofs):
        take_back(filling, user_id=None, now=now)


def _mark_used(proofs: list[Proof], *, now: datetime) -> None:
    for proof in proofs:
        if proof.used_at is None:
            proof.used_at = now
            proof.save(update_fields=["used_at"])


def _write(step: Step, *, now: datetime) -> Proof:
    """The proof of one signal as it stands after the check."""
    answer = step.answer
    seen = {
        "holds": answer.holds,
        "first_held_at": min(answer.at, now) if answer.at else None,
        "checked_at": now,
        "value": dict(answer.value),
        "threshold": answer.threshold,
        "rows": list(answer.rows),
        "is_demo": answer.is_demo,
    }
    if step.kept is None or step.write == Write.FOLLOW:
        Proof.objects.filter(pk__in=[step.kept] if step.kept else []).update(superseded_at=now)
        return Proof.objects.create(item_id=step.item, signal=step.signal, period=step.period, **seen)
    proof: Proof = Proof.objects.get(pk=step.kept)
    if step.write == Write.REFRESH:
        for name, value in seen.items():
            setattr(proof, name, value)
        proof.save()
    elif step.write == Write.TURN:
        proof.holds, proof.checked_at = answer.holds, now
        proof.save(update_fields=["holds", "checked_at"])
    return proof
