"""Writing a chapter: a draft of its next version, saved by several people in turn, without anybody's words being lost (S001-32)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, person_of
from accounts.choices import AuditAction, Role
from accounts.models import Grant, User
from accounts.operations.audit import note
from accounts.operations.refusals import require_version
from handbook.choices import OPEN_STATES, Right, VersionState
from handbook.models import Chapter, ChapterVersion
from handbook.operations.ground import LINE, MOST_LETTERS, cleaned, locked_chapter, locked_version, require, require_state
from handbook.operations.uses import forget_uses, texts_of_chapter, write_uses
from handbook.permissions import may_arrange
from services.models import County, Service
from services.reviews import months_later


@transaction.atomic
def begin_draft(*, by: Actor, chapter: Chapter, service: Service | None = None) -> ChapterVersion:
    """Who may edit begins the next version from a copy of the published one; if one is being written already, goes on with that.

    A section of a service begins empty. Raises ValidationError (retired, other_county).
    """
    fresh = locked_chapter(chapter)
    require(by, Right.EDIT, fresh, service)
    if fresh.retired_at is not None:
        raise ValidationError(_("The chapter has been taken away: take it back first."), code="retired")
    if service is not None and service.county_id != fresh.county_id:
        raise ValidationError(_("The service is of another county."), code="other_county")
    rows = ChapterVersion.objects.filter(chapter=fresh, service=service)
    if (written := rows.filter(state__in=OPEN_STATES).first()) is not None:
        return written  # type: ignore[no-any-return]
    newest = rows.order_by("-number").first()
    base = newest or (rows.model.objects.filter(chapter=fresh, service=None).order_by("-number").first() if service else None)
    draft = ChapterVersion.objects.create(
        chapter=fresh,
        service=service,
        number=(rows.aggregate(highest=Max("number"))["highest"] or 0) + 1,
        title=base.title if base else {},
        purpose=newest.purpose if newest else {},
        body=newest.body if newest else {},
        questions=newest.questions if newest else [],
        needs_approval=bool(newest and newest.needs_approval),
        written_by_id=person_of(by),
    )
    note(by, AuditAction.CREATE, draft, fresh.county.code, after={"chapter": fresh.key, "number": draft.number})
    return draft


@transaction.atomic
def add_chapter(
    *,
    by: Actor,
    county: County,
    key: str,
    title: Mapping[str, Any],
    order: int = 100,
    owner_role: str = Role.MAIN_USER,
    review_months: int = 12,
    in_orientation: bool = False,
    per_service: bool = False,
) -> Chapter:
    """The main user adds a chapter of the county's own, and with it the first draft of its text.

    Raises ValidationError (key, title, characters, too_long, and what the fields refuse).
    """
    if not may_arrange(by, county=county.code):
        raise PermissionDenied
    words = cleaned(title, most=LINE, is_line=True, field="title")
    if not words.get("fi"):
        raise ValidationError({"title_fi": ValidationError(_("Write the title in Finnish."), code="title")})
    if Chapter.objects.filter(county=county, key=key).exists():
        raise ValidationError({"key": ValidationError(_("There is a chapter with this key already."), code="key")})
    row = Chapter(county=county, key=key, order=order, owner_role=owner_role, review_months=review_months)
    row.in_orientation, row.per_service = in_orientation, per_service
    row.full_clean(exclude=["duties"])
    row.save()
    note(by, AuditAction.CREATE, row, county.code, after={"key": key, "order": order, "in_orientation": in_orientation})
    draft = ChapterVersion.objects.create(chapter=row, number=1, title=words, written_by_id=person_of(by))
    note(by, AuditAction.CREATE, draft, county.code, after={"chapter": key, "number": 1})
    return row


@transaction.atomic
def save_draft(
    *,
    by: Actor,
    version: ChapterVersion,
    title: Mapping[str, Any],
    body: Mapping[str, Any],
    purpose: Mapping[str, Any] | None = None,
    seen: int,
) -> ChapterVersion:
    """A draft takes the texts of who may edit it; a save over somebody else's newer one is refused, and overwrites nothing.

    Raises ValidationError (state, stale, characters, too_long, title).
    """
    fresh = locked_version(by, version, Right.EDIT)
    require_state(fresh, VersionState.DRAFT)
    require_version(saved=fresh.version, given=seen)
    was = (fresh.title, fresh.purpose, fresh.body)
    fresh.title = cleaned(title, most=LINE, is_line=True, field="title")
    fresh.body = cleaned(body, most=MOST_LETTERS, field="body")
    if purpose is not None:
        fresh.purpose = cleaned(purpose, most=2000, field="purpose")
    if not fresh.title.get("fi"):
        raise ValidationError({"title_fi": ValidationError(_("Write the title in Finnish."), code="title")})
    if was == (fresh.title, fresh.purpose, fresh.body):
        return fresh
    person = person_of(by)
    fresh.writers = [*fresh.writers, person] if person is not None and person not in fresh.writers else fresh.writers
    fresh.written_by_id = person
    fresh.from_content = False
    fresh.version += 1
    fresh.save()
    changed = sorted(code for code in ("fi", "sv", "en") if was[2].get(code) != fresh.body.get(code))
    note(by, AuditAction.CHANGE, fresh, fresh.chapter.county.code, after={"version": fresh.version, "languages": changed})
    return fresh


@transaction.atomic
def delete_draft(*, by: Actor, version: ChapterVersion, seen: int) -> None:
    """A draft that nobody wants goes; what has been published stays for ever, and what somebody has written since it was seen too.

    Raises ValidationError (state, stale).
    """
    fresh = locked_version(by, version, Right.EDIT)
    require_state(fresh, VersionState.DRAFT)
    require_version(saved=fresh.version, given=seen)
    note(by, AuditAction.DELETE, fresh, fresh.chapter.county.code, before={"number": fresh.number})
    fresh.delete()


@transaction.atomic
def arrange_chapter(
    *,
    by: Actor,
    chapter: Chapter,
    owner: User | None,
    review_months: int,
    review_on: date | None,
    seen: int,
    order: int | None = None,
    owner_role: str | None = None,
    in_orientation: bool | None = None,
    per_service: bool | None = None,
) -> Chapter:
    """The main user names who looks after a chapter, how often it is looked at again, its place, and whether all must read it.

    Raises ValidationError (stale, stranger).
    """
    fresh = locked_chapter(chapter)
    _require_main_user(by, fresh)
    require_version(saved=fresh.version, given=seen)
    if owner is not None and not Grant.objects.valid().filter(user=owner, county=fresh.county.code).exists():
        raise ValidationError({"owner": ValidationError(_("She does not work for this county."), code="stranger")})
    before = _arranged(fresh)
    given = {"order": order, "owner_role": owner_role, "in_orientation": in_orientation, "per_service": per_service}
    for name, value in given.items():
        if value is not None:
            setattr(fresh, name, value)
    fresh.owner, fresh.review_months, fresh.review_on = owner, review_months, review_on
    fresh.version += 1
    fresh.full_clean(exclude=["duties"])
    fresh.save()
    note(by, AuditAction.CHANGE, fresh, fresh.county.code, before=before, after=_arranged(fresh))
    return fresh


def _arranged(row: Chapter) -> dict[str, Any]:
    names = ("review_months", "order", "owner_role", "in_orientation", "per_service")
    return {"owner": row.owner_id, "review_on": str(row.review_on or ""), **{name: getattr(row, name) for name in names}}


@transaction.atomic
def note_review(*, by: Actor, chapter: Chapter, now: datetime) -> Chapter:
    """Who may edit has looked the chapter through and found it right as it is: the next look is months away."""
    fresh = locked_chapter(chapter)
    require(by, Right.EDIT, fresh)
    ChapterVersion.objects.current().filter(chapter=fresh, service=None).update(reviewed_at=now)
    before = {"review_on": str(fresh.review_on or "")}
    fresh.review_on = months_later(timezone.localdate(now), fresh.review_months)
    fresh.version += 1
    fresh.save()
    note(by, AuditAction.CHANGE, fresh, fresh.county.code, before=before, after={"review_on": str(fresh.review_on)})
    return fresh


@transaction.atomic
def note_section_review(*, by: Actor, version: ChapterVersion, now: datetime) -> ChapterVersion:
    """Who may edit a service's section has looked it through and found it right as it is. Raises ValidationError (state)."""
    fresh = locked_version(by, version, Right.EDIT)
    require_state(fresh, VersionState.PUBLISHED)
    before = {"reviewed": fresh.reviewed_at and fresh.reviewed_at.isoformat()}
    ChapterVersion.objects.filter(pk=fresh.pk).update(reviewed_at=now)
    fresh.reviewed_at = now
    note(by, AuditAction.CHANGE, fresh, fresh.chapter.county.code, before=before, after={"reviewed": now.isoformat()})
    return fresh


@transaction.atomic
def retire_chapter(*, by: Actor, chapter: Chapter, now: datetime) -> Chapter:
    """The main user takes a chapter away from readers, with its sections; its versions stay in the history."""
    fresh = locked_chapter(chapter)
    _require_main_user(by, fresh)
    if fresh.retired_at is None:
        fresh.retired_at = now
        fresh.version += 1
        fresh.save()
        for version in texts_of_chapter(fresh):
            forget_uses(version)
        note(by, AuditAction.CHANGE, fresh, fresh.county.code, before={"retired": False}, after={"retired": True})
    return fresh


@transaction.atomic
def restore_chapter(*, by: Actor, chapter: Chapter) -> Chapter:
    """The main user takes a chapter back that had been taken away."""
    fresh = locked_chapter(chapter)
    _require_main_user(by, fresh)
    if fresh.retired_at is not None:
        fresh.retired_at = None
        fresh.version += 1
        fresh.save()
        for version in texts_of_chapter(fresh):
            write_uses(version)
        note(by, AuditAction.CHANGE, fresh, fresh.county.code, before={"retired": True}, after={"retired": False})
    return fresh


def _require_main_user(by: Actor, chapter: Chapter) -> None:
    if not may_arrange(by, county=chapter.county.code):
        raise PermissionDenied
