"""Surveys of a rollout: residents are asked where a chat is wished for, the staff how it fares (X1, X7; S000-23, S002-31)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from adoption.choices import PartKind
from adoption.models import Filling, ItemPart, Rollout
from adoption.operations.ground import locked_rollout, refuse_ended, touch_rollout
from adoption.operations.parts import give_evidence
from adoption.permissions import may_drive
from services.choices import SurveyKind
from services.models import Survey
from services.operations import make_survey, note_rollout

RESIDENTS_ASKED = "X1"
"""The item of the model that a survey of residents fills."""


@transaction.atomic
def begin_survey(*, by: Actor, rollout: Rollout, kind: str, title: Mapping[str, str], now: datetime) -> Survey:
    """Who drives the rollout begins a survey for it: a draft, whose questions she writes next."""
    fresh = _driven(by, rollout)
    texts = {f"title_{code}": words for code, words in title.items()}
    made = make_survey(
        by=by, survey=Survey(county=fresh.county, service=fresh.service, kind=kind, rollout_id=fresh.public_id, **texts)
    )
    touch_rollout(rollout=fresh, by=by, now=now)
    return made


@transaction.atomic
def tie_survey(*, by: Actor, rollout: Rollout, survey: Survey, tied: bool, now: datetime) -> None:
    """A survey of the county that is none of another rollout's is tied to this one, or let go of."""
    fresh = _driven(by, rollout)
    if survey.county_id != fresh.county_id or survey.rollout_id not in (None, fresh.public_id):
        raise PermissionDenied
    note_rollout(by=by, survey=survey, rollout=fresh.public_id if tied else None)
    touch_rollout(rollout=fresh, by=by, now=now)


def write_survey_evidence(*, by: Actor, rollout: Rollout, survey: Survey, link: str, now: datetime) -> Filling:
    """A closed survey of residents is written as what was done for item X1, with the way to its results."""
    with transaction.atomic():
        _driven(by, rollout)
        if survey.rollout_id != rollout.public_id or survey.kind != SurveyKind.PUBLIC:
            raise PermissionDenied
        if survey.closed_at is None:
            raise ValidationError(_("Close the survey first: then it has results."), code="open")
        part = evidence_part(rollout)
        if part is None:
            raise ValidationError(_("Take the item of the survey of residents into the rollout first."), code="no_item")
        text = _("Survey of residents “%(title)s”: %(n)d answers, closed %(day)s.") % {
            "title": survey,
            "n": survey.results["n"],
            "day": formats.date_format(timezone.localtime(survey.closed_at), "SHORT_DATE_FORMAT"),
        }
        return give_evidence(by=by, part=part, text=text, on=timezone.localdate(survey.closed_at), link=link, now=now)


def evidence_part(rollout: Rollout) -> ItemPart | None:
    """The part of item X1 that takes what was done, when the rollout has the item."""
    rows = ItemPart.objects.filter(item__rollout=rollout, item__model_item__code=RESIDENTS_ASKED, kind=PartKind.EVIDENCE)
    found: ItemPart | None = rows.select_related("item", "requirement").first()
    return found


def _driven(by: Actor, rollout: Rollout) -> Rollout:
    if not may_drive(by, rollout):
        raise PermissionDenied
    fresh = locked_rollout(rollout)
    refuse_ended(fresh)
    return fresh
