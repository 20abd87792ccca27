"""The card of a rollout."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from adoption.choices import RolloutStatus
from adoption.models import Rollout


def touch_rollout(*, rollout: Rollout, by: Actor, now: datetime) -> None:
    """Whoever changes something that belongs to a rollout is shown as its last changer (S000-9)."""
    user_id = by.user_id if isinstance(by, Staff) else None
    Rollout.objects.filter(pk=rollout.pk).update(touched_at=now, touched_by_id=user_id)


def refuse_ended(*, rollout: Rollout) -> None:
    """A rollout that was given up stays as it was: it is read, and no longer changed."""
    if Rollout.objects.filter(pk=rollout.pk, status=RolloutStatus.NOT_STARTED).exists():
        raise ValidationError(_("This rollout has ended: it can be read, but not changed any more."), code="ended")
