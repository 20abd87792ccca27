"""Items go through their states, get a person and a date, and are talked about (S000-2, S000-59)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff, System
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from adoption.choices import ItemState, PartKind, RolloutStatus
from adoption.fulfilment import fulfilment_of
from adoption.models import Comment, FormAnswer, ItemHistory, ItemPart, RolloutItem
from adoption.operations.ground import (
    begin_period,
    local_day,
    locked_item,
    refuse_ended,
    require_person,
    step,
    store,
    touch_rollout,
    words,
)
from adoption.operations.opening import tell_service
from adoption.permissions import may_decide, may_read, may_set, may_work_on
from adoption.states import may_move, needs_reason, way
from adoption.words import part_name

HANDOVER_FORM = "handover"
PRESSED_TWICE = timedelta(minutes=1)
"""The same words of the same person within this time are one comment."""
LONGEST_COMMENT = 4000


def missing_parts(item: RolloutItem) -> list[ItemPart]:
    """What is still needed before the item can be done."""
    return fulfilment_of([item])[item.pk].missing


def move_item(
    *,
    by: Actor,
    item: RolloutItem,
    to: str,
    reason: str = "",
    version: int | None = None,
    now: datetime,
    done_at: datetime | None = None,
) -> RolloutItem:
    """Whoever works on an item takes it from one state to the next, as the model's transitions allow.

    Done asks for every part; blocked, not applicable and opening again ask for a reason; that an item does not apply is
    approved by management, unless an answer says so. `version` is what the person saw: of two people one wins, and the other
    is told. `done_at` is the time of the proving row, when a proof does it.
    """
    with transaction.atomic():
        fresh = locked_item(item)
        to, reason = ItemState(to), reason.strip()
        _require_may(by, fresh, to)
        refuse_ended(fresh.rollout)
        _refuse_stale(fresh, version)
        steps = _steps(by, fresh, to)
        if needs_reason(fresh.state, to) and not reason:
            raise ValidationError({"reason": ValidationError(_("Write why."), code="reason_missing")})
        if fresh.state == ItemState.DONE and not fresh.model_item.recurrence:
            _refuse_handed_over(fresh)
        if to == ItemState.DONE:
            _refuse_unfinished(fresh, now)
            fresh.done_at = done_at or now
            fresh.done_by_system = isinstance(by, System)
        begin_period(fresh, now)
        for each in steps:
            step(item=fresh, to=each, by=by, now=now, reason=reason if each == to else "")
        store(fresh)
        touch_rollout(rollout=fresh.rollout, by=by, now=now)
        tell_service(rollout=fresh.rollout)
        return fresh


def _require_may(by: Actor, item: RolloutItem, to: str) -> None:
    """Who works on it; a manager may also say that it does not apply, and only she, unless an answer says so."""
    works = may_work_on(by, item)
    decides = to == ItemState.NOT_APPLICABLE and may_decide(by, item.rollout)
    if may_set(item, to, works=works, decides=decides):
        return
    if not works:
        raise PermissionDenied
    raise ValidationError(
        _("That an item does not apply is approved by management. Ask a manager to mark it."), code="needs_manager"
    )


def _steps(by: Actor, item: RolloutItem, to: str) -> list[str]:
    if may_move(item.state, to):
        return [to]
    if isinstance(by, System) and item.state == ItemState.NOT_STARTED and to == ItemState.DONE:
        return way(item.state, to)
    raise ValidationError(
        _("“%(item)s” is now “%(now)s”, so it cannot become “%(to)s”."),
        code="wrong_state",
        params={"item": item, "now": item.get_state_display(), "to": ItemState(to).label},
    )


def _refuse_stale(item: RolloutItem, version: int | None) -> None:
    if version is None or version == item.version:
        return
    last = ItemHistory.objects.filter(item=item).select_related("by").order_by("-at", "-pk").first()
    who = str(last.by) if last and last.by else _("the system")
    raise ValidationError(
        _("Somebody changed this item after you opened it. It is now “%(now)s”, last set by %(who)s. Look at it again first."),
        code="stale",
        params={"now": item.get_state_display(), "who": who},
    )


def _refuse_handed_over(item: RolloutItem) -> None:
    if item.rollout.status == RolloutStatus.MAINTENANCE:
        raise ValidationError(
            _("Responsibility has been handed over. What is done is not opened again; only the recurring items go on."),
            code="handed_over",
        )


def _refuse_unfinished(item: RolloutItem, now: datetime) -> None:
    missing = missing_parts(item)
    if missing:
        raise ValidationError(
            _("“%(item)s” cannot be marked done yet. Still needed: %(parts)s."),
            code="parts_missing",
            params={"item": item, "parts": ", ".join(part_name(part.name) for part in missing)},
        )
    day = _handover_day(item)
    if day is not None and day > local_day(now):
        raise ValidationError(
            _("Responsibility is handed over on %(day)s. The item is done on that day."),
            code="not_yet",
            params={"day": formats.date_format(day, "SHORT_DATE_FORMAT")},
        )


def _handover_day(item: RolloutItem) -> date | None:
    """When the handover form of the item names a day, the item is done on that day (S001-41)."""
    asked = item.parts.filter(kind=PartKind.FORM, requirement__form=HANDOVER_FORM)
    if not asked.exists():
        return None
    answer = FormAnswer.objects.filter(rollout=item.rollout_id, form=HANDOVER_FORM, period__isnull=True).first()
    written = answer.values.get("date", "") if answer else ""
    return date.fromisoformat(written) if written else None


def assign_item(
    *,
    by: Actor,
    item: RolloutItem,
    owner: User | None,
    due_on: date | None,
    version: int | None = None,
    now: datetime,
) -> RolloutItem:
    """Those who work on an item say who does it and by when; a person who sees the rollout."""
    with transaction.atomic():
        fresh = locked_item(item)
        if not may_work_on(by, fresh):
            raise PermissionDenied
        refuse_ended(fresh.rollout)
        _refuse_stale(fresh, version)
        if owner is not None and owner.pk != fresh.owner_id and not may_read(Staff(owner.pk), fresh.rollout):
            raise ValidationError(
                {
                    "owner": ValidationError(
                        _("%(person)s does not see this rollout. Add the person to its people first."),
                        code="not_in_rollout",
                        params={"person": owner},
                    )
                }
            )
        if (fresh.owner_id, fresh.due_on) == (owner.pk if owner else None, due_on):
            return fresh
        before = _assigned(fresh)
        fresh.owner, fresh.due_on, fresh.changed_at = owner, due_on, now
        store(fresh)
        record_audit(
            by=by,
            action=AuditAction.CHANGE,
            object_type=RolloutItem._meta.label_lower,
            object_id=fresh.public_id,
            county=fresh.rollout.county.code,
            before=before,
            after=_assigned(fresh),
        )
        touch_rollout(rollout=fresh.rollout, by=by, now=now)
        return fresh


def _assigned(item: RolloutItem) -> dict[str, str]:
    return {"owner": str(item.owner.public_id) if item.owner else "", "due_on": item.due_on.isoformat() if item.due_on else ""}


def comment_item(*, by: Actor, item: RolloutItem, text: str, now: datetime) -> Comment:
    """Those who work on the item or decide on the rollout say what they think: they are the experts (S000-59)."""
    user_id = require_person(by)
    with transaction.atomic():
        fresh = locked_item(item)
        if not (may_work_on(by, fresh) or may_decide(by, fresh.rollout)):
            raise PermissionDenied
        refuse_ended(fresh.rollout)
        text = words(text, name="text", message=_("Write the comment."))
        if len(text) > LONGEST_COMMENT:
            raise ValidationError({"text": ValidationError(_("The comment is too long."), code="too_long")})
        twice: Comment | None = Comment.objects.filter(item=fresh, by_id=user_id, text=text, at__gt=now - PRESSED_TWICE).first()
        if twice is not None:
            return twice
        touch_rollout(rollout=fresh.rollout, by=by, now=now)
        return Comment.objects.create(item=fresh, by_id=user_id, at=now, text=text)


def remove_comment(*, by: Actor, comment: Comment, now: datetime | None = None) -> Comment:
    """Whoever wrote a comment takes it back: its words go, its place stays."""
    user_id = require_person(by)
    with transaction.atomic():
        fresh: Comment = (
            Comment.objects.select_for_update(of=("self",), no_key=True).select_related("item__rollout__county").get(pk=comment.pk)
        )
        if fresh.by_id != user_id or not may_read(by, fresh.item.rollout):
            raise PermissionDenied
        if fresh.removed_at is None:
            fresh.text, fresh.removed_at = "", now or timezone.now()
            fresh.save()
        return fresh
