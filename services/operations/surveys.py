"""Surveys are made, published, closed and repeated by the main user or coordinator of the county or service (S001-52, S002-31)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from accounts.choices import AuditAction
from accounts.operations import record_audit
from services.choices import QuestionKind, QuestionMeasure, SurveyKind
from services.models import Question, Survey, SurveyResponse
from services.models.surveys import MOST_QUESTIONS
from services.operations.rows import change_row, create_row, delete_row
from services.publication import mandatory_languages
from services.surveys import read_results
from services.texts import texts_of

# What an answer rests on: it stays as it was when somebody has answered.
FROZEN = frozenset({"kind", "units", "service", "service_id", "held_elsewhere"})


@transaction.atomic
def make_survey(*, by: Actor, survey: Survey) -> Survey:
    """A new survey, which nobody sees before it is published."""
    return create_row(by=by, row=survey)


@transaction.atomic
def change_survey(*, by: Actor, survey: Survey, values: Mapping[str, Any], version: int | None = None, now: datetime) -> Survey:
    """Its texts and last day, until it is over; for whom it is and its units, until somebody has answered."""
    fresh = locked_survey(survey)
    _refuse_over(fresh, now)
    changed = {name for name, value in values.items() if getattr(fresh, name) != value}
    if changed & FROZEN:
        refuse_answered(fresh)
    stored: Survey = change_row(by=by, row=survey, values=values, version=version)
    if stored.published_at is not None:
        _refuse_gaps(stored)
    return stored


@transaction.atomic
def add_question(*, by: Actor, question: Question, now: datetime) -> Question:
    """One more question, last; none once somebody has answered."""
    survey = _with_free_questions(question.survey, now)
    orders = list(survey.questions.values_list("order", flat=True))
    if len(orders) >= MOST_QUESTIONS:
        raise ValidationError(_("At most %(most)s questions."), code="most", params={"most": MOST_QUESTIONS})
    question.order = max(orders, default=0) + 10
    made = create_row(by=by, row=question)
    if survey.published_at is not None:
        _refuse_gaps(survey)
    return made


@transaction.atomic
def add_ease_question(*, by: Actor, survey: Survey, now: datetime) -> Question:
    """The ready statement on how easy the chat is to use, once in a survey of a service's residents (S001-25).

    Its mean tells that condition of success, so it is answered on the scale; its words may be changed like any other's.
    """
    known: Question | None = Question.objects.filter(survey=survey, measures=QuestionMeasure.EASE).first()
    if known is not None:
        return known
    if survey.kind != SurveyKind.PUBLIC or survey.service_id is None:
        raise ValidationError(_("This is asked of the residents of one service."), code="not_of_residents")
    words = {}
    for code in ("fi", "sv", "en"):
        with translation.override(code):
            words[f"text_{code}"] = _("The chat was easy to use.")
    asked = Question(survey=survey, kind=QuestionKind.SCALE, measures=QuestionMeasure.EASE, **words)
    return add_question(by=by, question=asked, now=now)


@transaction.atomic
def change_question(
    *, by: Actor, question: Question, values: Mapping[str, Any], version: int | None = None, now: datetime
) -> Question:
    """Another wording, or other choices; not once somebody has answered."""
    survey = _with_free_questions(question.survey, now)
    stored: Question = change_row(by=by, row=question, values=values, version=version)
    if survey.published_at is not None:
        _refuse_gaps(survey)
    return stored


@transaction.atomic
def move_question(*, by: Actor, question: Question, up: bool, now: datetime) -> None:
    """The question changes places with the one before it, or after it."""
    survey = _with_free_questions(question.survey, now)
    rows = list(survey.questions.all())
    place = rows.index(question)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    for number, row in enumerate(rows, start=1):
        change_row(by=by, row=row, values={"order": number * 10})


@transaction.atomic
def delete_question(*, by: Actor, question: Question, now: datetime) -> None:
    """A question is taken away; not once somebody has answered, nor the only one of a published survey."""
    survey = _with_free_questions(question.survey, now)
    delete_row(by=by, row=question)
    if survey.published_at is not None:
        _refuse_gaps(survey)


@transaction.atomic
def publish_survey(*, by: Actor, survey: Survey, now: datetime) -> Survey:
    """From its first day on it can be answered; a bilingual county asks in both languages (domain 5.7)."""
    fresh = _editable(by, survey)
    if fresh.published_at is not None:
        return fresh
    if fresh.closes_on is not None and fresh.closes_on < timezone.localdate(now) and not fresh.held_elsewhere:
        raise ValidationError({"closes_on": ValidationError(_("The last day has passed already."), code="over")})
    _refuse_gaps(fresh)
    fresh.published_at = now
    return _store(fresh, by=by, what={"published_at": now.isoformat()})


@transaction.atomic
def withdraw_survey(*, by: Actor, survey: Survey, now: datetime) -> Survey:
    """A published survey that nobody has answered is a draft again."""
    fresh = _editable(by, survey)
    _refuse_over(fresh, now)
    refuse_answered(fresh)
    fresh.published_at = None
    return _store(fresh, by=by, what={"published_at": ""})


@transaction.atomic
def delete_survey(*, by: Actor, survey: Survey) -> None:
    """A draft that nobody has answered goes with its questions; a survey with answers is never deleted."""
    fresh = locked_survey(survey)
    if fresh.published_at is not None:
        raise ValidationError(_("A survey that has been published is not deleted: close it."), code="published")
    refuse_answered(fresh)
    delete_row(by=by, row=survey)


@transaction.atomic
def close_survey(*, by: Actor, survey: Survey, now: datetime) -> Survey:
    """Nobody answers any more. The results are stored, small groups hidden, and who has answered is forgotten."""
    fresh = _editable(by, survey)
    if fresh.closed_at is not None:
        return fresh
    if fresh.published_at is None:
        raise ValidationError(_("The survey has not been published."), code="draft")
    fresh.results, fresh.closed_at = read_results(fresh), now
    fresh.participations.all().delete()
    fresh.responses.exclude(session="").update(session="")
    return _store(fresh, by=by, what={"closed_at": now.isoformat(), "answers": fresh.results["n"]})


def close_due_surveys(*, by: Actor, now: datetime) -> int:
    """Every night, those whose last day has passed are closed; gives how many."""
    if not isinstance(by, System):
        raise PermissionDenied
    due = Survey.objects.filter(published_at__isnull=False, closed_at__isnull=True, closes_on__lt=timezone.localdate(now))
    due = due.filter(held_elsewhere=False)
    rows = list(due.order_by("pk"))
    for survey in rows:
        close_survey(by=by, survey=survey, now=now)
    return len(rows)


@transaction.atomic
def repeat_survey(*, by: Actor, survey: Survey, now: datetime) -> Survey:
    """A new round of a closed survey, as a draft: the same questions, so that the rounds can be compared (S000-16, S004-26)."""
    fresh = locked_survey(survey)
    if fresh.closed_at is None:
        raise ValidationError(_("Close this round first."), code="open")
    latest = Survey.objects.filter(series=fresh.series).order_by("-round").first()
    if latest is not None and latest.closed_at is None:
        raise ValidationError(_("The next round has been made already."), code="made")
    texts = {f"{name}_{code}": getattr(fresh, f"{name}_{code}") for name in ("title", "intro") for code in ("fi", "sv", "en")}
    made = create_row(
        by=by,
        row=Survey(
            county=fresh.county,
            service=fresh.service,
            kind=fresh.kind,
            units=fresh.units,
            held_elsewhere=fresh.held_elsewhere,
            rollout_id=fresh.rollout_id,
            series=fresh.series,
            round=(latest or fresh).round + 1,
            opens_on=timezone.localdate(now),
            **texts,
        ),
    )
    for one in fresh.questions.all():
        words = {f"{name}_{code}": getattr(one, f"{name}_{code}") for name in ("text", "options") for code in ("fi", "sv", "en")}
        copy = Question(
            survey=made, key=one.key, order=one.order, kind=one.kind, is_required=one.is_required, measures=one.measures, **words
        )
        create_row(by=by, row=copy)
    return made


@transaction.atomic
def note_rollout(*, by: Actor, survey: Survey, rollout: UUID | None) -> Survey:
    """For which rollout the survey is made; told from above, by who makes the survey."""
    fresh = _editable(by, survey)
    if fresh.rollout_id == rollout:
        return fresh
    fresh.rollout_id = rollout
    return _store(fresh, by=by, what={"rollout_id": str(rollout or "")})


def note_reading(*, by: Actor, survey: Survey) -> None:
    """Who read the answers in people's own words is written down before she sees them (P-3)."""
    if not Survey.objects.words_readable_by(by).filter(pk=survey.pk).exists():
        raise PermissionDenied
    _record(by, AuditAction.READ, survey)


def note_export(*, by: Actor, survey: Survey) -> None:
    """Who took the results as a file is written down."""
    if not Survey.objects.readable_by(by).filter(pk=survey.pk).exists():
        raise PermissionDenied
    _record(by, AuditAction.EXPORT, survey)


def locked_survey(survey: Survey) -> Survey:
    """The survey as it stands, held until the transaction ends: an answer and a change of questions never pass each other."""
    found: Survey = (
        Survey.objects.select_for_update(of=("self",), no_key=True).select_related("county", "service").get(pk=survey.pk)
    )
    return found


def refuse_answered(survey: Survey) -> None:
    """Once somebody has answered, what she was asked stays."""
    if SurveyResponse.objects.filter(survey=survey).exists():
        raise ValidationError(_("Somebody has answered already: what is asked cannot be changed any more."), code="answered")


def _editable(by: Actor, survey: Survey) -> Survey:
    fresh = locked_survey(survey)
    if not Survey.objects.editable_by(by).filter(pk=fresh.pk).exists():
        raise PermissionDenied
    return fresh


def _with_free_questions(survey: Survey, now: datetime) -> Survey:
    fresh = locked_survey(survey)
    _refuse_over(fresh, now)
    refuse_answered(fresh)
    return fresh


def _refuse_over(survey: Survey, now: datetime) -> None:
    if survey.is_over(timezone.localdate(now)):
        raise ValidationError(_("The survey is closed."), code="closed")


def _refuse_gaps(survey: Survey) -> None:
    """A published survey has a question, and every text in each language that the county must use."""
    questions = list(survey.questions.all())
    if not questions:
        raise ValidationError(_("Write at least one question first."), code="no_questions")
    lacking = []
    for code in mandatory_languages(survey.county.official_languages):
        asked = [("title", survey), *(("text", one) for one in questions)]
        asked += [("options", one) for one in questions if one.kind in (QuestionKind.ONE, QuestionKind.MANY)]
        if texts_of(survey, "intro"):
            asked.append(("intro", survey))
        lacking += [(code, row) for name, row in asked if code not in texts_of(row, name)]
    if lacking:
        names = ", ".join(dict.fromkeys(f"{row} ({code})" for code, row in lacking))
        raise ValidationError(
            _("A text is missing in a language that the county must use: %(names)s."),
            code="language_missing",
            params={"names": names},
        )


def _store(survey: Survey, *, by: Actor, what: dict[str, Any]) -> Survey:
    survey.version += 1
    survey.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type=Survey._meta.label_lower,
        object_id=str(survey.public_id),
        county=survey.county.code,
        after=what,
    )
    return survey


def _record(by: Actor, action: AuditAction, survey: Survey) -> None:
    record_audit(
        by=by, action=action, object_type=Survey._meta.label_lower, object_id=str(survey.public_id), county=survey.county.code
    )
