"""Ideas for improvement, shared between services and voted on (S001-24, S001-73, S002-27)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from adoption.models import ImprovementVote, Rollout
from adoption.operations.ground import locked_rollout, refuse_ended, touch_rollout
from adoption.permissions import may_read
from services.models import Improvement
from services.operations import add_improvement


@transaction.atomic
def propose_improvement(
    *, by: Actor, rollout: Rollout, title: str, description: str = "", source: str = "", now: datetime
) -> Improvement:
    """Whoever reads a rollout may tell what should be better in its service; how it goes on is decided by those who keep it."""
    if not may_read(by, rollout):
        raise PermissionDenied
    refuse_ended(locked_rollout(rollout))
    row = add_improvement(
        by=by, county=rollout.county, service=rollout.service, title=title, description=description, source=source, now=now
    )
    touch_rollout(rollout=rollout, by=by, now=now)
    return row


@transaction.atomic
def vote_improvement(*, by: Staff, improvement: Improvement, now: datetime) -> ImprovementVote:
    """Each professional of the county has one vote for an unfinished idea, whichever service it is about."""
    _require_readable(by, improvement)
    if improvement.state not in (Improvement.State.OPEN, Improvement.State.DOING):
        raise ValidationError(_("This idea is finished: it takes no more votes."), code="finished")
    vote, _made = ImprovementVote.objects.get_or_create(improvement=improvement, user_id=by.user_id, defaults={"at": now})
    return vote


@transaction.atomic
def withdraw_vote(*, by: Staff, improvement: Improvement) -> None:
    """She may take her own vote back."""
    _require_readable(by, improvement)
    ImprovementVote.objects.filter(improvement=improvement, user_id=by.user_id).delete()


def _require_readable(by: Staff, improvement: Improvement) -> None:
    if not Improvement.objects.readable_by(by).filter(pk=improvement.pk).exists():
        raise PermissionDenied
