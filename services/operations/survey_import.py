"""Answers gathered elsewhere, on paper or by another tool, are brought into a survey: all rows of a file, or none (S002-31)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.choices import AuditAction
from accounts.operations import record_audit
from services.models import Question, Survey, SurveyAnswer, SurveyResponse
from services.operations.survey_answers import rows_of_answers
from services.operations.surveys import locked_survey
from services.surveys.sheet import Problem, SheetRow, columns_of, row_of

FIRST_ROW = 2
"""The heading is row 1 of the file."""
MOST_IMPORTS = 50
MARK = "import:{digest:.16}:"


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """How many people's answers the file has, and everything that is wrong with it; with problems nothing was brought in."""

    n: int
    problems: tuple[Problem, ...] = ()


def bring_in_answers(
    *,
    by: Actor,
    survey: Survey,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    digest: str,
    language: str,
    dry_run: bool,
    now: datetime,
) -> BroughtIn:
    """Who makes a published survey brings in the answers of a file, once; a dry run only tells what would happen.

    Each row is held to the rules of an answer given here: its choices exist, what must be answered is, and identity codes in
    own words are masked. No row tells who answered.
    """
    with transaction.atomic():
        fresh = _open(by, survey)
        if any(each["digest"] == digest for each in fresh.imports):
            raise ValidationError(_("This file has been brought in already."), code="twice")
        if len(fresh.imports) >= MOST_IMPORTS:
            raise ValidationError(_("At most %(most)s files."), code="most", params={"most": MOST_IMPORTS})
        questions = list(fresh.questions.all())
        columns, problems = columns_of(heads, questions, fresh.units)
        read: list[tuple[SheetRow, list[SurveyAnswer]]] = []
        for number, cells in enumerate(rows, start=FIRST_ROW):
            if problems and problems[0].row is None:
                break  # with wrong headings no row can be judged
            row, wrong = row_of(number, cells, columns, fresh.units)
            problems += wrong
            if not wrong:
                answers, refused = _answers(row, questions, language)
                problems += refused
                read.append((row, answers))
        if problems or dry_run:
            return BroughtIn(len(rows), tuple(problems))
        _store(fresh, read, digest)
        fresh.imports = [*fresh.imports, {"digest": digest, "n": len(read), "at": now.isoformat()}]
        fresh.version += 1
        fresh.save(update_fields=["imports", "version", "changed_at"])
        _record(by, fresh, {"brought_in": len(read), "digest": digest[:16]})
        return BroughtIn(len(read))


@transaction.atomic
def take_out_import(*, by: Actor, survey: Survey, digest: str, now: datetime) -> int:
    """While the survey is open, a file that was brought in by mistake is taken out again; gives how many answers went."""
    fresh = _open(by, survey)
    kept = [each for each in fresh.imports if each["digest"] != digest]
    if len(kept) == len(fresh.imports):
        raise ValidationError(_("There is no such file any more."), code="gone")
    gone = SurveyResponse.objects.filter(survey=fresh, session__startswith=MARK.format(digest=digest))
    n = gone.count()
    gone.delete()
    fresh.imports = kept
    fresh.version += 1
    fresh.save(update_fields=["imports", "version", "changed_at"])
    _record(by, fresh, {"taken_out": n, "digest": digest[:16]})
    return n


def _open(by: Actor, survey: Survey) -> Survey:
    fresh = locked_survey(survey)
    if not Survey.objects.editable_by(by).filter(pk=fresh.pk).exists():
        raise PermissionDenied
    if fresh.published_at is None:
        raise ValidationError(_("The survey has not been published."), code="draft")
    if fresh.closed_at is not None:
        raise ValidationError(_("The survey is closed."), code="closed")
    return fresh


def _answers(row: SheetRow, questions: list[Question], language: str) -> tuple[list[SurveyAnswer], list[Problem]]:
    names = {f"q_{one.public_id}": str(one) for one in questions}
    try:
        found = rows_of_answers(questions, row.answers, language)
    except ValidationError as error:
        wrong = [Problem(row.number, names.get(key, ""), " ".join(words)) for key, words in error.message_dict.items()]
        return [], wrong
    return found, [] if found else [Problem(row.number, "", _("Answer at least one question."))]


def _store(survey: Survey, read: Sequence[tuple[SheetRow, list[SurveyAnswer]]], digest: str) -> None:
    """The mark tells from which file a response came, until the survey closes."""
    mark = MARK.format(digest=digest)
    made = [SurveyResponse(survey=survey, unit=row.unit, session=f"{mark}{row.number}") for row, _answers in read]
    SurveyResponse.objects.bulk_create(made, batch_size=500)
    for response, (_row, answers) in zip(made, read, strict=True):
        for answer in answers:
            answer.response = response
    SurveyAnswer.objects.bulk_create([answer for _row, answers in read for answer in answers], batch_size=500)


def _record(by: Actor, survey: Survey, after: dict[str, object]) -> None:
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type=Survey._meta.label_lower,
        object_id=str(survey.public_id),
        county=survey.county.code,
        after=after,
    )
