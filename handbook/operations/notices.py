"""Notices to the staff: written, published, corrected and withdrawn; and the reader's “luettu” (S000-46)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff, person_of
from accounts.choices import AuditAction
from accounts.operations.audit import note
from accounts.operations.refusals import require_version, stale
from handbook.choices import VersionState
from handbook.markup import render
from handbook.models import NoticeReading, NoticeVersion, StaffNotice
from handbook.operations.ground import LINE, cleaned, require_languages
from handbook.operations.uses import forget_notice_uses, write_notice_uses
from handbook.permissions import may_write_notice
from handbook.references import references_of
from services.models import County, Service

MOST_LETTERS = 10_000


@transaction.atomic
def write_notice(
    *,
    by: Actor,
    county: County,
    service: Service | None,
    title: Mapping[str, Any],
    body: Mapping[str, Any],
    is_pinned: bool = False,
    valid_until: date | None = None,
    key: str = "",
) -> NoticeVersion:
    """The main user, a supervisor or a coordinator begins a notice to the people of her service, or of her whole county: a draft.

    Raises ValidationError (other_county, title, characters, too_long).
    """
    if service is not None and service.county_id != county.pk:
        raise ValidationError(_("The service is of another county."), code="other_county")
    _require_writer(by, county, service)
    notice = StaffNotice.objects.create(county=county, service=service, key=key)
    version = NoticeVersion(
        notice=notice, number=1, from_content=bool(key), is_pinned=is_pinned, valid_until=valid_until, written_by_id=person_of(by)
    )
    version.title, version.body = _words(title, body)
    version.save()
    note(by, AuditAction.CREATE, version, county.code, after={"notice": str(notice.public_id), "number": 1})
    return version


@transaction.atomic
def save_notice(
    *,
    by: Actor,
    notice: StaffNotice,
    title: Mapping[str, Any],
    body: Mapping[str, Any],
    is_pinned: bool,
    valid_until: date | None,
    seen: int | None,
) -> NoticeVersion:
    """Who writes the notice saves its draft; what is published stays as it is, and the first save after it begins the next version.

    `seen` is the draft that the writer had before her, none when there was none yet. Raises ValidationError (stale, title,
    characters, too_long).
    """
    fresh = _locked(by, notice)
    draft: NoticeVersion | None = NoticeVersion.objects.filter(notice=fresh).open().first()
    if (draft is None) != (seen is None):
        raise stale()
    if draft is None:
        newest = NoticeVersion.objects.filter(notice=fresh).aggregate(highest=Max("number"))["highest"] or 0
        draft = NoticeVersion(notice=fresh, number=newest + 1, version=0)
    else:
        require_version(saved=draft.version, given=seen)
        draft.notice = fresh
    draft.title, draft.body = _words(title, body)
    draft.is_pinned, draft.valid_until = is_pinned, valid_until
    draft.written_by_id = person_of(by)
    draft.from_content = False
    draft.version += 1
    draft.save()
    note(by, AuditAction.CHANGE, draft, fresh.county.code, after={"number": draft.number, "version": draft.version})
    return draft


@transaction.atomic
def publish_notice(*, by: Actor, version: NoticeVersion, seen: int, now: datetime, asks_again: bool = False) -> NoticeVersion:
    """Who writes the notice publishes its draft: its words never change after that. The version before it goes into the history.

    `asks_again`: those who had read the one before are asked to read this one too. Publishing brings a withdrawn notice back.
    Raises ValidationError (state, stale, language, broken, past).
    """
    notice = _locked(by, version.notice)
    fresh: NoticeVersion = NoticeVersion.objects.get(pk=version.pk)
    fresh.notice = notice
    _require_state(fresh, VersionState.DRAFT)
    require_version(saved=fresh.version, given=seen)
    require_languages(notice.county, title=fresh.title, body=fresh.body)
    if fresh.valid_until is not None and fresh.valid_until < timezone.localdate(now):
        raise ValidationError({"valid_until": ValidationError(_("The last day is over already."), code="past")})
    _refuse_broken(fresh)
    before: NoticeVersion | None = NoticeVersion.objects.filter(notice=notice, state=VersionState.PUBLISHED).first()
    newest = before or NoticeVersion.objects.filter(notice=notice, state=VersionState.RETIRED).order_by("-number").first()
    fresh.counts_from = fresh.number if asks_again or newest is None else newest.counts_from
    if before is not None:
        before.state, before.retired_at = VersionState.RETIRED, now
        before.version += 1
        before.save()
    fresh.state, fresh.published_at, fresh.published_by_id = VersionState.PUBLISHED, now, person_of(by)
    fresh.version += 1
    fresh.save()
    notice.published_at = notice.published_at or now
    notice.withdrawn_at = notice.withdrawn_by = None
    notice.version += 1
    notice.save()
    write_notice_uses(fresh)
    note(by, AuditAction.CHANGE, fresh, notice.county.code, after={"state": str(fresh.state), "number": fresh.number})
    return fresh


@transaction.atomic
def withdraw_notice(*, by: Actor, notice: StaffNotice, now: datetime) -> StaffNotice:
    """Who writes the notice takes it from the board; its versions and the marks on them stay. Raises ValidationError (state)."""
    fresh = _locked(by, notice)
    current = NoticeVersion.objects.filter(notice=fresh, state=VersionState.PUBLISHED).first()
    if current is None:
        raise ValidationError(_("The notice is not on the board."), code="state")
    current.state, current.retired_at = VersionState.RETIRED, now
    current.version += 1
    current.save()
    fresh.withdrawn_at, fresh.withdrawn_by_id = now, person_of(by)
    fresh.version += 1
    fresh.save()
    current.notice = fresh
    forget_notice_uses(current)
    note(by, AuditAction.CHANGE, current, fresh.county.code, after={"state": "withdrawn", "number": current.number})
    return fresh


@transaction.atomic
def delete_notice_draft(*, by: Actor, version: NoticeVersion, seen: int) -> None:
    """A draft that nobody wants goes, and with the first one the notice; what has been published stays.

    Raises ValidationError (state, stale).
    """
    notice = _locked(by, version.notice)
    fresh: NoticeVersion = NoticeVersion.objects.get(pk=version.pk)
    _require_state(fresh, VersionState.DRAFT)
    require_version(saved=fresh.version, given=seen)
    note(by, AuditAction.DELETE, fresh, notice.county.code, before={"number": fresh.number})
    fresh.delete()
    if not NoticeVersion.objects.filter(notice=notice).exists():
        notice.delete()


@transaction.atomic
def mark_notice_read(*, by: Actor, version: NoticeVersion, now: datetime) -> NoticeReading:
    """A person whom the notice concerns marks its present version as read; twice is once. Raises ValidationError (state)."""
    if not isinstance(by, Staff):
        raise PermissionDenied
    fresh = NoticeVersion.objects.filter(pk=version.pk).first()
    notice = StaffNotice.objects.readable_by(by).filter(pk=version.notice_id).first()
    if fresh is None or notice is None:
        raise PermissionDenied
    _require_state(fresh, VersionState.PUBLISHED)
    row, _made = NoticeReading.objects.get_or_create(version=fresh, user_id=by.user_id, defaults={"at": now})
    return row


def _locked(by: Actor, notice: StaffNotice) -> StaffNotice:
    rows = StaffNotice.objects.select_for_update(of=("self",), no_key=True).select_related("county", "service")
    fresh: StaffNotice = rows.get(pk=notice.pk)
    _require_writer(by, fresh.county, fresh.service)
    return fresh


def _require_writer(by: Actor, county: County, service: Service | None) -> None:
    if not may_write_notice(by, county=county, service=service):
        raise PermissionDenied


def _require_state(version: NoticeVersion, state: str) -> None:
    if version.state != state:
        raise ValidationError(
            _("This cannot be done: the version is in the state “%(state)s”."),
            code="state",
            params={"state": version.get_state_display()},
        )


def _words(title: Mapping[str, Any], body: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    lines = cleaned(title, most=LINE, is_line=True, field="title")
    texts = cleaned(body, most=MOST_LETTERS, field="body")
    if not lines.get("fi"):
        raise ValidationError({"title_fi": ValidationError(_("Write the title in Finnish."), code="title")})
    return lines, texts


def _refuse_broken(version: NoticeVersion) -> None:
    """Whatever the text names must be there."""
    errors = {}
    for code in version.languages:
        shown = render(version.body[code], references_of(version.notice.county, code))
        if told := list(dict.fromkeys(problem.what for problem in shown.problems)):
            errors[f"body_{code}"] = ValidationError(
                _("Correct these first: %(what)s"), code="broken", params={"what": ", ".join(told)}
            )
    if errors:
        raise ValidationError(errors)
