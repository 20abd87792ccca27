"""What every operation on a rollout and its items stands on: the lock, who acts, is the rollout alive, what was changed when."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff, System
from accounts.models import StoredFile
from adoption.choices import ItemState, RolloutStatus
from adoption.models import ItemHistory, ItemPart, Rollout, RolloutItem
from adoption.periods import due_of, present_period

WITH = ("rollout__county", "rollout__service", "model_item__phase__model_version")


def locked_item(item: RolloutItem) -> RolloutItem:
    """The stored item with what its rules ask, under the lock of its rollout and its own: always in this order."""
    Rollout.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=item.rollout_id)
    rows = RolloutItem.objects.select_for_update(of=("self",), no_key=True).select_related(*WITH)
    fresh: RolloutItem = rows.get(pk=item.pk)
    return fresh


def locked_rollout(rollout: Rollout) -> Rollout:
    """The stored rollout under its lock."""
    rows = Rollout.objects.select_for_update(of=("self",), no_key=True)
    fresh: Rollout = rows.select_related("county", "service", "phase", "model_version").get(pk=rollout.pk)
    return fresh


def user_id_of(actor: Actor) -> int | None:
    """The person who acts; None when it is the portal itself."""
    return actor.user_id if isinstance(actor, Staff) else None


def require_person(actor: Actor) -> int:
    """Only a person decides, signs and comments; the portal can do none of them."""
    if not isinstance(actor, Staff):
        raise PermissionDenied
    return actor.user_id


def local_day(now: datetime) -> date:
    """The date in Finland at the instant."""
    return timezone.localtime(now).date()


def refuse_ended(rollout: Rollout) -> None:
    """In a rollout that was given up nothing changes any more."""
    if rollout.status == RolloutStatus.NOT_STARTED:
        raise ValidationError(_("This rollout has been ended. Nothing in it is changed any more."), code="ended")


def refuse_closed(item: RolloutItem) -> None:
    """What fills an item that is done, or does not apply, is not touched: it is opened again first."""
    if item.state == ItemState.DONE:
        raise ValidationError(
            _("“%(item)s” is done already. If something has to be changed, open it again first and say why."),
            code="done",
            params={"item": item},
        )
    if item.state == ItemState.NOT_APPLICABLE:
        raise ValidationError(
            _("“%(item)s” does not apply to this service. If it does after all, open it again first and say why."),
            code="not_applicable",
            params={"item": item},
        )


def refuse_future(on: date, now: datetime) -> None:
    """What has been done has been done by today."""
    if on > local_day(now):
        raise ValidationError({"on": ValidationError(_("The date cannot be in the future."), code="future")})


def refuse_foreign_file(file: StoredFile | None, rollout: Rollout) -> None:
    """A file of another county is never shown here."""
    if file is not None and file.county != rollout.county.code:
        raise ValidationError({"file": ValidationError(_("The file belongs to another county."), code="other_county")})


def words(text: str, *, name: str, message: str) -> str:
    """A text that must be there."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise ValidationError({name: ValidationError(message, code=f"{name}_missing")})
    return text


def step(*, item: RolloutItem, to: str, by: Actor, now: datetime, reason: str = "") -> None:
    """One step of an item with its line of history; the caller stores the item."""
    ItemHistory.objects.create(
        item=item,
        at=now,
        by_id=user_id_of(by),
        by_system=isinstance(by, System),
        was=item.state,
        became=to,
        reason=reason[:300],
    )
    if item.state == ItemState.DONE and to != ItemState.DONE:
        item.reopened_at, item.done_at, item.done_by_system = now, None, False
    item.state = to
    item.reason = reason[:300]
    item.changed_at = now


def store(item: RolloutItem) -> None:
    """The item as it stands now, one version further."""
    item.version += 1
    item.save()


def begin_period(item: RolloutItem, now: datetime) -> bool:
    """A recurring item that somebody begins is about the present month or quarter; tells whether that was new."""
    recurrence = item.model_item.recurrence
    period = present_period(recurrence, local_day(now))
    if period is None or item.period is not None:
        return False
    item.period = period
    item.due_on = due_of(recurrence, period)
    return True


def begin_work(*, item: RolloutItem, by: Actor, now: datetime) -> None:
    """Whoever fills a part of an item that nobody has begun has begun it."""
    begun = begin_period(item, now)
    if item.state == ItemState.NOT_STARTED:
        step(item=item, to=ItemState.IN_PROGRESS, by=by, now=now)
        begun = True
    if begun:
        store(item)


def touch_rollout(*, rollout: Rollout, by: Actor, now: datetime) -> None:
    """The rollout's card tells when something in it was last changed, and by whom (S000-9)."""
    Rollout.objects.filter(pk=rollout.pk, touched_at__lte=now).update(touched_at=now, touched_by_id=user_id_of(by))


def make_parts(items: list[RolloutItem]) -> list[ItemPart]:
    """The parts that the items ask, by their version's requirements: one for each role of a sign-off."""
    rows = []
    for item in items:
        order = 0
        for requirement in item.model_item.requirements.all():
            for number, name in enumerate(requirement.part_names()):
                order += 1
                role = requirement.roles[number] if requirement.kind == "signoff" else ""
                rows.append(ItemPart(item=item, requirement=requirement, name=name, kind=requirement.kind, role=role, order=order))
    return ItemPart.objects.bulk_create(rows)
