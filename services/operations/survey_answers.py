"""Somebody answers a survey: once, and without anything that tells who."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.actors import Actor, Resident, Staff
from services.choices import QuestionKind, SurveyKind
from services.identity_codes import mask
from services.models import Question, Survey, SurveyAnswer, SurveyParticipation, SurveyResponse
from services.operations.rules import has_strange_characters
from services.operations.surveys import locked_survey

MOST_WORDS = 2000
Given = Mapping[UUID, tuple[int, ...] | str]
"""By the question's public id: the numbers of the choices, or words."""


@transaction.atomic
def answer_survey(*, by: Actor, survey: Survey, answers: Given, unit: int | None = None, language: str, now: datetime) -> None:
    """A resident answers a public survey, a member of the staff one of her own county or service; each once (S002-31, S001-52).

    Identity codes in own words are masked before they are stored (P-6). What a member of the staff answered is not linked to her:
    only that she has answered is kept, until the survey closes.
    """
    fresh = locked_survey(survey)
    today = timezone.localdate(now)
    if not fresh.is_open(today):
        raise ValidationError(_("The survey is closed."), code="closed")
    session = _take_turn(by, fresh, now)
    questions = list(fresh.questions.all())
    if unit is not None and not 0 <= unit < len(fresh.units):
        raise ValidationError({"unit": ValidationError(_("Choose one of the units."), code="unit")})
    rows = rows_of_answers(questions, answers, language)
    if not rows:
        raise ValidationError(_("Answer at least one question."), code="empty")
    response = SurveyResponse.objects.create(survey=fresh, unit=unit, session=session)
    for row in rows:
        row.response = response
    SurveyAnswer.objects.bulk_create(rows)


def has_answered(*, by: Actor, survey: Survey) -> bool:
    """She, or this browser, has answered the survey while it is open."""
    match by:
        case Staff(user_id=user_id):
            return SurveyParticipation.objects.filter(survey=survey, user_id=user_id).exists()
        case Resident():
            return SurveyResponse.objects.filter(survey=survey, session=session_mark(survey, by)).exists()
    return False


def session_mark(survey: Survey, resident: Resident) -> str:
    """The mark of a browser in one survey: it tells nothing, and differs from survey to survey."""
    return salted_hmac("services.survey", f"{survey.public_id}:{resident.key}", algorithm="sha256").hexdigest()


def _take_turn(by: Actor, survey: Survey, now: datetime) -> str:
    """Her one turn is used; for a resident, gives the mark of her session. The caller holds the survey's lock."""
    match by:
        case Staff(user_id=user_id):
            if not Survey.objects.answerable_by(by, timezone.localdate(now)).filter(pk=survey.pk).exists():
                raise PermissionDenied
            _refuse_second(by, survey)
            SurveyParticipation.objects.create(survey=survey, user_id=user_id)
            return ""
        case Resident():
            if survey.kind != SurveyKind.PUBLIC:
                raise PermissionDenied
            _refuse_second(by, survey)
            return session_mark(survey, by)
    raise PermissionDenied


def _refuse_second(by: Actor, survey: Survey) -> None:
    if has_answered(by=by, survey=survey):
        raise ValidationError(_("You have answered this survey already."), code="answered")


def rows_of_answers(questions: list[Question], answers: Given, language: str) -> list[SurveyAnswer]:
    """One person’s answers as rows without their response; what is wrong is named by question."""
    rows: list[SurveyAnswer] = []
    errors: dict[str, list[ValidationError]] = {}
    for question in questions:
        try:
            found = _answer(question, answers.get(question.public_id), language)
        except ValidationError as error:
            errors[f"q_{question.public_id}"] = [error]
            continue
        rows += found
        if question.is_required and not found:
            errors[f"q_{question.public_id}"] = [ValidationError(_("Answer this question."), code="required")]
    if errors:
        raise ValidationError(errors)
    return rows


def _answer(question: Question, given: tuple[int, ...] | str | None, language: str) -> list[SurveyAnswer]:
    if not given:
        return []
    if question.kind == QuestionKind.WORDS:
        words = str(given).replace("\r\n", "\n").strip()
        if len(words) > MOST_WORDS:
            raise ValidationError(_("Write at most %(most)s characters."), code="too_long", params={"most": MOST_WORDS})
        if has_strange_characters(words):
            raise ValidationError(
                _("The text has characters that cannot be seen. Write it again without copying."), code="characters"
            )
        masked, _codes = mask(words, language)
        return [SurveyAnswer(question=question, words=masked)] if masked else []
    chosen = sorted(set(given)) if isinstance(given, tuple) else []
    fits = chosen and set(chosen) <= set(question.choices) and (question.kind == QuestionKind.MANY or len(chosen) == 1)
    if not fits:
        raise ValidationError(_("Choose one of the choices."), code="choice")
    return [SurveyAnswer(question=question, choice=number) for number in chosen]
