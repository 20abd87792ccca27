"""A pilot is evaluated by management: it goes on, is changed or stops (S001-39, S001-40, item X3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from adoption.choices import Outcome, PartKind, PilotVerdict
from adoption.models import Filling, ItemPart, Rollout
from adoption.operations.parts import record_decision
from adoption.permissions import may_read

PILOT = "X3"
EVALUATION = "pilot_evaluation"
# The item of the model takes a decision's outcome: each of the three is an accepted one.
OUTCOMES: Mapping[str, Outcome] = {
    PilotVerdict.GO_ON: Outcome.APPROVED,
    PilotVerdict.CHANGE: Outcome.APPROVED_WITH_CONDITIONS,
    PilotVerdict.STOP: Outcome.REJECTED,
}


def evaluate_pilot(*, by: Actor, rollout: Rollout, verdict: str, on: date, text: str, now: datetime) -> Filling:
    """A manager writes whether the pilot goes on, is changed or stops, and why; what she decides later stands beside it."""
    if not may_read(by, rollout):
        raise PermissionDenied
    if not rollout.is_pilot:
        raise ValidationError(_("The rollout is not marked as a pilot."), code="no_pilot")
    part = evaluation_part(rollout)
    if part is None:
        raise ValidationError(_("Take the item of the pilot into the rollout first."), code="no_item")
    if verdict not in OUTCOMES:
        raise ValidationError({"verdict": ValidationError(_("Choose what was decided."), code="outcome")})
    return record_decision(by=by, part=part, outcome=OUTCOMES[verdict], on=on, text=text, now=now)


def evaluation_part(rollout: Rollout) -> ItemPart | None:
    """The part of item X3 that takes the evaluation, when the rollout has the item."""
    rows = ItemPart.objects.filter(
        item__rollout=rollout, item__model_item__code=PILOT, kind=PartKind.DECISION, requirement__name=EVALUATION
    )
    found: ItemPart | None = rows.select_related("item__model_item", "requirement").first()
    return found
