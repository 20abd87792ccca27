"""Notes that explain a month's figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from reports.models.notes import LONGEST_NOTE, MonthNote
from reports.months import Month
from reports.permissions import may_read
from services.calendars import local_date
from services.models import County, Service
from services.texts import FALLBACKS as LANGUAGES


def write_note(
    *, by: Actor, county: County, service: Service | None, month: Month, texts: Mapping[str, str], now: datetime
) -> MonthNote:
    """Whoever reads the figures of a month notes what explains them: of a service, or of the county; not of a month to come.

    Raises PermissionDenied, ValidationError (words_missing, too_long, future).
    """
    if not isinstance(by, Staff) or not may_read(by, county=county, service=service):
        raise PermissionDenied
    if month.first > local_date(now):
        raise ValidationError(_("The month has not begun yet."), code="future")
    return _kept_note(by, MonthNote(county=county, service=service, month=month.first), texts, AuditAction.CREATE)


def change_note(*, by: Actor, note: MonthNote, texts: Mapping[str, str], seen: int) -> MonthNote:
    """The words of a note are put right; a save over somebody else's newer words is refused (code "stale").

    Raises PermissionDenied, MonthNote.DoesNotExist, ValidationError (stale, words_missing, too_long).
    """
    with transaction.atomic():
        row = _fresh_note(by, note)
        if row.version != seen:
            raise ValidationError(_("Somebody else has changed this meanwhile."), code="stale")
        row.version += 1
        return _kept_note(by, row, texts, AuditAction.CHANGE)


@transaction.atomic
def delete_note(*, by: Actor, note: MonthNote) -> None:
    """A note that does not hold is deleted; its words stay in the audit. Raises PermissionDenied, MonthNote.DoesNotExist."""
    row = _fresh_note(by, note)
    _audit_note(by, row, AuditAction.DELETE, before=_words_of(row))
    row.delete()


def _fresh_note(by: Actor, note: MonthNote) -> MonthNote:
    row = MonthNote.objects.select_for_update(of=("self",), no_key=True).select_related("county", "service").get(pk=note.pk)
    if not isinstance(by, Staff) or not may_read(by, county=row.county, service=row.service):
        raise PermissionDenied
    return row


@transaction.atomic
def _kept_note(by: Actor, row: MonthNote, texts: Mapping[str, str], action: AuditAction) -> MonthNote:
    before = _words_of(row) if row.pk else None
    for code in LANGUAGES:
        words = " ".join(texts.get(code, "").split())
        if len(words) > LONGEST_NOTE:
            told = _("At most %(most)s characters.") % {"most": LONGEST_NOTE}
            raise ValidationError({f"text_{code}": ValidationError(told, code="too_long")})
        setattr(row, f"text_{code}", words)
    if not row.text_fi:
        raise ValidationError({"text_fi": ValidationError(_("Write what happened."), code="words_missing")})
    row.written_by_id = by.user_id if isinstance(by, Staff) else None
    row.save()
    _audit_note(by, row, action, before=before, after=_words_of(row))
    return row


def _words_of(row: MonthNote) -> dict[str, str]:
    return {"month": str(row.month), **{f"text_{code}": getattr(row, f"text_{code}") for code in LANGUAGES}}


def _audit_note(by: Actor, row: MonthNote, action: AuditAction, **told: Any) -> None:
    record_audit(by=by, action=action, object_type="reports.monthnote", object_id=row.public_id, county=row.county.code, **told)
