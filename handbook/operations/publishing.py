"""From draft to readers: review, approval by somebody else than the writer, publishing, retiring."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, System, person_of
from accounts.choices import AuditAction
from accounts.operations.audit import note
from accounts.operations.refusals import require_version
from handbook.choices import Right, VersionState
from handbook.models import ChapterVersion
from handbook.operations.ground import locked_version, require_languages, require_state
from handbook.operations.letters import tell_of_change
from handbook.operations.uses import forget_uses, write_uses
from handbook.permissions import rights_in
from handbook.references import references_for, rendered
from services.reviews import months_later

MOST_DAYS = 365


@transaction.atomic
def send_to_review(*, by: Actor, version: ChapterVersion, seen: int, now: datetime) -> ChapterVersion:
    """Who writes a draft asks for its approval; from then on its words stand still.

    Raises ValidationError (state, stale, language).
    """
    fresh = locked_version(by, version, Right.EDIT)
    require_state(fresh, VersionState.DRAFT)
    require_version(saved=fresh.version, given=seen)
    require_languages(fresh.chapter.county, title=fresh.title, body=fresh.body)
    fresh.sent_at = now
    return _move(by, fresh, VersionState.REVIEW)


@transaction.atomic
def return_to_draft(*, by: Actor, version: ChapterVersion, seen: int) -> ChapterVersion:
    """Who may edit takes a version back from review, to write more; an approval is then void.

    Raises ValidationError (state, stale).
    """
    fresh = locked_version(by, version, Right.EDIT)
    require_state(fresh, VersionState.REVIEW)
    require_version(saved=fresh.version, given=seen)
    fresh.sent_at = fresh.approved_at = fresh.approved_by = None
    return _move(by, fresh, VersionState.DRAFT)


@transaction.atomic
def approve_version(*, by: Actor, version: ChapterVersion, seen: int, now: datetime) -> ChapterVersion:
    """Somebody who may approve and has not written it herself approves what is in review, or a starter text that is published.

    Raises ValidationError (state, stale, own).
    """
    fresh = locked_version(by, version, Right.APPROVE)
    if not (fresh.state == VersionState.PUBLISHED and fresh.needs_approval):
        require_state(fresh, VersionState.REVIEW)
    require_version(saved=fresh.version, given=seen)
    _approve(by, fresh, now)
    fresh.version += 1
    fresh.save()
    note(by, AuditAction.CHANGE, fresh, fresh.chapter.county.code, after={"approved": True, "number": fresh.number})
    return fresh


@transaction.atomic
def publish_version(
    *,
    by: Actor,
    version: ChapterVersion,
    seen: int,
    now: datetime,
    confirmed: Collection[str] = (),
    is_significant: bool = False,
    read_within_days: int = 14,
    change_note: str = "",
) -> ChapterVersion:
    """An approved version goes to the readers, and the one before it into the history; from now on its words never change.

    Who may approve and has not written it approves by publishing. The editor confirms that the text has what the chapter must
    contain (S001-17). A significant change is told by letter to those who answer.
    The portal publishes its starter texts, which stay marked as needing the county's approval.
    Raises ValidationError (state, stale, own, not_approved, language, broken, duty, note, days).
    """
    fresh = locked_version(by, version, Right.PUBLISH)
    is_starter = isinstance(by, System) and fresh.from_content
    require_state(fresh, *([VersionState.DRAFT] if is_starter else []), VersionState.REVIEW)
    require_version(saved=fresh.version, given=seen)
    before = ChapterVersion.objects.current().filter(chapter=fresh.chapter_id, service=fresh.service_id).first()
    if not is_starter:
        _refuse_unapproved(by, fresh, now)
        _refuse_unconfirmed(fresh, confirmed)
        if before is not None and not change_note.strip():
            raise ValidationError({"change_note": ValidationError(_("Tell readers what changed and why."), code="note")})
    require_languages(fresh.chapter.county, title=fresh.title, body=fresh.body)
    _refuse_broken(fresh)
    if not 1 <= read_within_days <= MOST_DAYS:
        raise ValidationError({"read_within_days": ValidationError(_("Give 1–365 days."), code="days")})
    if before is not None:
        before.state, before.retired_at = VersionState.RETIRED, now
        before.version += 1
        before.save()
    fresh.confirmed = sorted(set(confirmed))
    fresh.is_significant, fresh.read_within_days = is_significant, read_within_days
    fresh.change_note = " ".join(change_note.split())[:400]
    fresh.published_at, fresh.published_by_id = now, person_of(by)
    if fresh.service_id is None:
        fresh.chapter.review_on = months_later(timezone.localdate(now), fresh.chapter.review_months)
        fresh.chapter.save(update_fields=["review_on"])
    write_uses(fresh)
    shown = _move(by, fresh, VersionState.PUBLISHED)
    if is_significant and not is_starter and not fresh.chapter.is_guide:
        tell_of_change(by=by, version=shown, now=now)
    return shown


@transaction.atomic
def retire_section(*, by: Actor, version: ChapterVersion, now: datetime) -> ChapterVersion:
    """Who publishes a service's section takes it away from readers; it stays in the history.

    Raises ValidationError (state, common).
    """
    fresh = locked_version(by, version, Right.PUBLISH)
    require_state(fresh, VersionState.PUBLISHED)
    if fresh.service is None:
        raise ValidationError(_("The common text is taken away with its chapter."), code="common")
    fresh.retired_at = now
    forget_uses(fresh)
    return _move(by, fresh, VersionState.RETIRED)


def _approve(by: Actor, version: ChapterVersion, now: datetime) -> None:
    person = person_of(by)
    if person is None and not isinstance(by, System):
        raise PermissionDenied
    if person is not None and person in version.writers:
        raise ValidationError(_("Somebody else than a writer approves the text."), code="own")
    version.approved_at, version.approved_by_id = now, person
    version.needs_approval = False


def _refuse_unapproved(by: Actor, version: ChapterVersion, now: datetime) -> None:
    if version.approved_at is not None:
        return
    if Right.APPROVE not in rights_in(by, version.chapter, version.service):
        raise ValidationError(_("The version has not been approved yet."), code="not_approved")
    _approve(by, version, now)


def _refuse_unconfirmed(version: ChapterVersion, confirmed: Collection[str]) -> None:
    """What the chapter must contain concerns its common text."""
    if version.service_id is not None:
        return
    lacking = [duty["key"] for duty in version.chapter.duties if duty["key"] not in confirmed]
    if lacking:
        message = _("Confirm that the text has what this chapter must contain.")
        raise ValidationError({f"duty_{key}": ValidationError(message, code="duty") for key in lacking})


def _refuse_broken(version: ChapterVersion) -> None:
    """Every link leads somewhere, every number is known, and every picture has its words, in each language."""
    found: dict[str, list[str]] = {}
    for code in version.languages:
        references = references_for(version.chapter, code)
        found[code] = [problem.what for problem in rendered(version, code, references).problems]
    errors = {
        f"body_{code}": ValidationError(
            _("Correct these first: %(what)s"), code="broken", params={"what": ", ".join(dict.fromkeys(told))}
        )
        for code, told in found.items()
        if told
    }
    if errors:
        raise ValidationError(errors)


def _move(by: Actor, version: ChapterVersion, state: VersionState) -> ChapterVersion:
    was, version.state = version.state, state
    version.version += 1
    version.save()
    note(
        by,
        AuditAction.CHANGE,
        version,
        version.chapter.county.code,
        before={"state": str(was)},
        after={"state": str(state), "number": version.number, "significant": version.is_significant},
    )
    return version


__all__ = [
    "approve_version",
    "publish_version",
    "retire_section",
    "return_to_draft",
    "send_to_review",
]
