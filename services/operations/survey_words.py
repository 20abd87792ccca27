"""People's own words in surveys are kept for the county's time and then erased; the figures stay (P-7)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor, System
from accounts.choices import AuditAction
from accounts.operations import record_audit
from services.models import Survey, SurveyAnswer


def erase_survey_words(*, by: Actor, now: datetime) -> int:
    """Every night, the own words of surveys that closed longer ago than their county keeps them are erased; gives how many answers.

    The answers stay as rows, so that the results and their counts still agree; the audit keeps how many went of which survey.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    erased = 0
    waiting = Survey.objects.filter(closed_at__isnull=False, words_erased_at__isnull=True).select_related("county").order_by("pk")
    for survey in waiting:
        last = _months_before(timezone.localdate(now), survey.county.survey_words_months)
        if timezone.localdate(survey.closed_at) <= last:
            erased += _erase(by, survey, now)
    return erased


@transaction.atomic
def _erase(by: Actor, survey: Survey, now: datetime) -> int:
    claimed = Survey.objects.filter(pk=survey.pk, words_erased_at__isnull=True).update(words_erased_at=now)
    if not claimed:  # another process was first
        return 0
    n = SurveyAnswer.objects.filter(response__survey=survey).exclude(words="").update(words="")
    record_audit(
        by=by,
        action=AuditAction.DELETE,
        object_type=SurveyAnswer._meta.label_lower,
        object_id=str(survey.public_id),
        county=survey.county.code,
        count=n,
    )
    return n


def _months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of a shorter month."""
    month = day.year * 12 + day.month - 1 - months
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day.day, monthrange(year, index + 1)[1]))
