"""Check questions of a text: written in its draft, so that each published version keeps the questions that it had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, person_of
from accounts.choices import AuditAction
from accounts.operations.audit import note
from accounts.operations.refusals import require_version
from handbook.choices import Right, VersionState
from handbook.models import ChapterVersion
from handbook.operations.ground import cleaned, locked_version, require_languages, require_state

MOST_QUESTIONS, MOST_ANSWERS = 12, 4
LINE, REASON = 300, 600


@transaction.atomic
def save_question(
    *,
    by: Actor,
    version: ChapterVersion,
    key: str = "",
    text: Mapping[str, Any],
    answers: Sequence[Mapping[str, Any]],
    right: int,
    why: Mapping[str, Any],
    seen: int,
) -> str:
    """Who may edit the text adds a check question to its draft, or changes one: two to four answers, one of them right, and why.

    Gives the question's key. Raises ValidationError (state, stale, gone, language, answers, right, many, characters, too_long).
    """
    fresh = locked_version(by, version, Right.EDIT)
    require_state(fresh, VersionState.DRAFT)
    require_version(saved=fresh.version, given=seen)
    question = _question(fresh, key or f"k{uuid4().hex[:10]}", text, answers, right, why)
    questions = list(fresh.questions)
    if key:
        place = next((n for n, each in enumerate(questions) if each["key"] == key), None)
        if place is None:
            raise ValidationError(_("The question is not in the draft any more."), code="gone")
        questions[place] = question
    elif len(questions) >= MOST_QUESTIONS:
        raise ValidationError(_("There are many questions already. Take some away first."), code="many")
    else:
        questions.append(question)
    _write(by, fresh, questions, after={"question": question["key"]})
    return str(question["key"])


@transaction.atomic
def retire_question(*, by: Actor, version: ChapterVersion, key: str, seen: int) -> ChapterVersion:
    """Who may edit the text leaves a question out of its next version; the versions published before keep it.

    Raises ValidationError (state, stale, gone).
    """
    fresh = locked_version(by, version, Right.EDIT)
    require_state(fresh, VersionState.DRAFT)
    require_version(saved=fresh.version, given=seen)
    left = [each for each in fresh.questions if each["key"] != key]
    if len(left) == len(fresh.questions):
        raise ValidationError(_("The question is not in the draft any more."), code="gone")
    _write(by, fresh, left, before={"question": key})
    return fresh


def _write(by: Actor, version: ChapterVersion, questions: list[Any], **told: Any) -> None:
    person = person_of(by)
    version.questions = questions
    version.writers = [*version.writers, person] if person is not None and person not in version.writers else version.writers
    version.written_by_id = person
    version.from_content = False
    version.version += 1
    version.save()
    note(by, AuditAction.CHANGE, version, version.chapter.county.code, **told)


def _question(
    version: ChapterVersion,
    key: str,
    text: Mapping[str, Any],
    answers: Sequence[Mapping[str, Any]],
    right: int,
    why: Mapping[str, Any],
) -> dict[str, Any]:
    county = version.chapter.county
    asked, reason = cleaned(text, most=LINE, is_line=True), cleaned(why, most=REASON)
    found = [cleaned(each, most=LINE, is_line=True) for each in answers]
    last = max((n for n, each in enumerate(found, 1) if each), default=0)
    if not 2 <= last <= MOST_ANSWERS:
        raise ValidationError(_("Write two to four answers."), code="answers")
    named = {f"answer_{n}": each for n, each in enumerate(found[:last], 1)}
    require_languages(county, text=asked, **named, why=reason)
    if not 1 <= right <= last:
        raise ValidationError({"right": ValidationError(_("Choose which of the answers is right."), code="right")})
    return {
        "key": key,
        "text": asked,
        "answers": [{"text": each, "right": n == right} for n, each in enumerate(found[:last], 1)],
        "why": reason,
    }
