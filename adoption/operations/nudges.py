"""Whoever looks after rollouts reminds the people of chosen items, by letter."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.models import OutgoingMail, User
from accounts.operations import queue_mail, record_audit
from adoption.models import Rollout, RolloutItem
from adoption.nudges import MOST_ITEMS, Letter, Reminders, body, reminders_of, subject
from adoption.operations.ground import local_day, require_person


def remind_owners(*, by: Actor, items: Collection[RolloutItem], now: datetime) -> tuple[Reminders, int]:
    """Who drives rollouts or decides on them writes to the people of chosen items: one letter to each, without sensitive content.

    The same items are not reminded of twice on a day. Gives what the items made, and how many letters were written.
    """
    user_id = require_person(by)
    with transaction.atomic():
        fresh = chosen_items(by=by, keys=[item.public_id for item in items])
        if not fresh:
            raise ValidationError(_("Choose at least one item."), code="nothing")
        if len(fresh) > MOST_ITEMS:
            raise ValidationError(_("Choose at most %(most)s items at a time."), code="too_many", params={"most": MOST_ITEMS})
        made = reminders_of(fresh)
        asker = str(User.objects.get(pk=user_id))
        return made, sum(_write(letter, by=by, asker=asker, now=now) for letter in made.letters)


def chosen_items(*, by: Actor, keys: Collection[UUID]) -> list[RolloutItem]:
    """The chosen items by their day; one in a rollout that she does not look after is refused, one that is gone is left out."""
    rows = RolloutItem.objects.filter(public_id__in=keys).select_related("rollout__county", "model_item__phase", "owner")
    items = list(rows.order_by("due_on", "pk"))
    wanted = {item.rollout_id for item in items}
    if wanted - set(Rollout.objects.steered_by(by).filter(pk__in=wanted).values_list("pk", flat=True)):
        raise PermissionDenied
    return items


def _write(letter: Letter, *, by: Actor, asker: str, now: datetime) -> int:
    """The letter waits to be sent; one of the same items that was written today is not written again."""
    which = hashlib.sha256(" ".join(sorted(str(item.public_id) for item in letter.items)).encode()).hexdigest()[:16]
    key = f"rollout-nudge:{local_day(now)}:{letter.county.code}:{letter.owner.public_id}:{which}"
    if OutgoingMail.objects.filter(key=key).exists():
        return 0
    with translation.override(letter.owner.language):
        queue_mail(key=key, to=letter.owner.email, subject=subject(), body=body(letter, asker=asker), county=letter.county.code)
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type=OutgoingMail._meta.label_lower,
        object_id=str(letter.owner.public_id),
        county=letter.county.code,
        purpose="rollout-nudge",
        after={"items": sorted(str(item.public_id) for item in letter.items)},
        count=len(letter.items),
    )
    return 1
