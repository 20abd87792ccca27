"""Orientation: what it has in a service, what a person has done of it, and the supervisor's word that it is enough (S001-34)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from accounts.operations.refusals import require_version
from handbook.choices import Skill
from handbook.models import (
    ChapterVersion,
    CheckPassed,
    Orientation,
    OrientationPlan,
    PracticeNote,
    SelfAssessment,
    Training,
    TrainingDone,
)
from handbook.operations.ground import LINE, cleaned
from handbook.operations.readings import mark_read
from handbook.permissions import may_lead, may_open
from handbook.progress import people_of, progress_of
from services.models import County, Service

MOST_TRAININGS = 30


@transaction.atomic
def save_plan(*, by: Actor, service: Service, is_required: bool, with_practice: bool, seen: int | None = None) -> OrientationPlan:
    """The supervisor or main user takes orientation into use, and says whether real conversations wait for it.

    Raises ValidationError (stale).
    """
    _require_leader(by, service)
    plan, made = OrientationPlan.objects.select_for_update(of=("self",), no_key=True).get_or_create(
        service=service, defaults={"is_required": is_required, "with_practice": with_practice}
    )
    if not made:
        require_version(saved=plan.version, given=seen)
    before = None if made else {"is_required": plan.is_required, "with_practice": plan.with_practice}
    plan.is_required, plan.with_practice = is_required, with_practice
    plan.version += 0 if made else 1
    plan.save()
    after = {"is_required": is_required, "with_practice": with_practice}
    _note(by, AuditAction.CREATE if made else AuditAction.CHANGE, plan, plan, before=before, after=after)
    return plan  # type: ignore[no-any-return]


@transaction.atomic
def add_training(
    *, by: Actor, plan: OrientationPlan, title: Mapping[str, Any], url: str, is_mandatory: bool = True, due_on: date | None = None
) -> Training:
    """The supervisor or main user adds a training by its address: https only. Raises ValidationError (title, url, many)."""
    _require_leader(by, plan.service)
    words = cleaned(title, most=LINE, is_line=True, field="title")
    if not words.get("fi"):
        raise ValidationError({"title_fi": ValidationError(_("Write the title in Finnish."), code="title")})
    if not url.lower().startswith("https://"):
        raise ValidationError({"url": ValidationError(_("Write an address that begins with https://."), code="url")})
    if Training.objects.filter(plan=plan).count() >= MOST_TRAININGS:
        raise ValidationError(_("There are many trainings already. Take some away first."), code="many")
    row = Training(plan=plan, title=words, url=url, is_mandatory=is_mandatory, due_on=due_on)
    row.full_clean()
    row.save()
    _note(by, AuditAction.CREATE, row, plan, after={"url": url})
    return row


@transaction.atomic
def remove_training(*, by: Actor, training: Training) -> None:
    """The supervisor or main user takes a training away, with the marks on it."""
    _require_leader(by, training.plan.service)
    _note(by, AuditAction.DELETE, training, training.plan, before={"url": training.url})
    training.delete()


@transaction.atomic
def note_training(*, by: Actor, training: Training, now: datetime) -> TrainingDone:
    """A person who works for the county says that she has done a training; twice is once."""
    county = training.plan.service.county
    if not isinstance(by, Staff) or not may_open(by, county=county.code):
        raise PermissionDenied
    row, _made = TrainingDone.objects.get_or_create(training=training, user_id=by.user_id, defaults={"at": now})
    return row


@transaction.atomic
def answer_check(*, by: Actor, version: ChapterVersion, answers: Mapping[str, int], now: datetime) -> list[str]:
    """A person answers the check questions of a published version; gives the keys of those that went wrong, to try again.

    When all are right it is noted, with the mark of having read. Raises ValidationError (state).
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    reading = mark_read(by=by, version=version, now=now)
    wrong = []
    for question in version.questions:
        chosen = answers.get(question["key"])
        choices = question["answers"]
        if chosen is None or not 0 <= chosen < len(choices) or not choices[chosen]["right"]:
            wrong.append(question["key"])
    if not wrong:
        CheckPassed.objects.get_or_create(version_id=reading.version_id, user_id=by.user_id, defaults={"at": now})
    return wrong


def note_practice(*, by: Actor, county: County, user_id: int, now: datetime) -> None:
    """The chat tells that a person has done a practice conversation: the first time counts, and no word of it is kept."""
    if isinstance(by, Staff) and by.user_id != user_id:
        raise PermissionDenied
    PracticeNote.objects.get_or_create(county=county, user_id=user_id, defaults={"at": now})


@transaction.atomic
def sign_off(*, by: Actor, plan: OrientationPlan, user: User, now: datetime) -> Orientation:
    """The supervisor or main user confirms that a responder's orientation is done; nobody confirms her own.

    Raises ValidationError (stranger, own, unfinished).
    """
    _require_leader(by, plan.service)
    _require_responder(by, plan, user)
    if not progress_of(plan, [user])[0].is_whole:
        raise ValidationError(_("Something of the orientation is not done yet."), code="unfinished")
    row = _row(plan, user)
    row.signed_at, row.signed_by_id = now, by.user_id if isinstance(by, Staff) else None
    row.save()
    _note(by, AuditAction.CHANGE, row, plan, after={"person": str(user.public_id), "signed": True})
    return row


@transaction.atomic
def let_through(*, by: Actor, plan: OrientationPlan, user: User, reason: str, now: datetime) -> Orientation:
    """The supervisor or main user lets a responder take real conversations before the orientation is done, and says why.

    Raises ValidationError (stranger, own, reason).
    """
    _require_leader(by, plan.service)
    _require_responder(by, plan, user)
    words = cleaned({"fi": reason}, most=300, is_line=True).get("fi", "")
    if not words:
        raise ValidationError({"reason": ValidationError(_("Write why."), code="reason")})
    row = _row(plan, user)
    row.let_through_at, row.let_through_by_id, row.reason = now, by.user_id if isinstance(by, Staff) else None, words
    row.save()
    _note(by, AuditAction.CHANGE, row, plan, after={"person": str(user.public_id), "let_through": True, "reason": words})
    return row


@transaction.atomic
def assess_skills(*, by: Actor, county: County, levels: Mapping[str, int], now: datetime) -> list[SelfAssessment]:
    """A person assesses her own skills from 1 to 4; a second time on the same day replaces the first.

    Raises ValidationError (level).
    """
    if not isinstance(by, Staff) or not may_open(by, county=county.code):
        raise PermissionDenied
    if any(skill not in Skill.values or level not in range(1, 5) for skill, level in levels.items()):
        raise ValidationError(_("Choose one of the levels."), code="level")
    on = timezone.localdate(now)
    found = []
    for skill, level in levels.items():
        row, _made = SelfAssessment.objects.update_or_create(
            county=county, user_id=by.user_id, skill=skill, on=on, defaults={"level": level}
        )
        found.append(row)
    return found


def _row(plan: OrientationPlan, user: User) -> Orientation:
    row, _made = Orientation.objects.select_for_update(of=("self",), no_key=True).get_or_create(plan=plan, user=user)
    return row  # type: ignore[no-any-return]


def _require_leader(by: Actor, service: Service) -> None:
    if not may_lead(by, service):
        raise PermissionDenied


def _require_responder(by: Actor, plan: OrientationPlan, user: User) -> None:
    if isinstance(by, Staff) and by.user_id == user.pk:
        raise ValidationError(_("Somebody else confirms your own orientation."), code="own")
    if user not in people_of(plan):
        raise ValidationError(_("She does not answer in this service."), code="stranger")


def _note(by: Actor, action: AuditAction, row: Any, plan: OrientationPlan, *, before: Any = None, after: Any = None) -> None:
    record_audit(
        by=by,
        action=action,
        object_type=row._meta.label_lower,
        object_id=row.pk or "",
        county=plan.service.county.code,
        before=before,
        after=after,
    )
