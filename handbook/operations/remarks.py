"""Comments, suggestions and tips of those who use the handbook, what colleagues reply, and the answers (S001-32, S001-37)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, person_of
from accounts.choices import AuditAction
from accounts.operations import record_audit
from handbook.choices import RemarkKind, RemarkState, Right
from handbook.models import Chapter, ChapterVersion, Remark
from handbook.operations.ground import cleaned, require
from services.models import Service

MOST = 2000


@transaction.atomic
def make_remark(
    *, by: Actor, chapter: Chapter, text: str, kind: str = RemarkKind.COMMENT, service: Service | None = None, now: datetime
) -> Remark:
    """Who may suggest writes a comment, a suggested change or a tip on a chapter; colleagues see it beside the text.

    Raises ValidationError (empty, too_long, characters, other_county).
    """
    require(by, Right.SUGGEST, chapter, service)
    words = cleaned({"fi": text}, most=MOST).get("fi", "")
    if not words:
        raise ValidationError({"text": ValidationError(_("Write something first."), code="empty")})
    if service is not None and service.county_id != chapter.county_id:
        raise ValidationError(_("The service is of another county."), code="other_county")
    shown = ChapterVersion.objects.current().filter(chapter=chapter, service=service).first()
    row: Remark = Remark.objects.create(
        chapter=chapter,
        service=service,
        number=shown.number if shown else 0,
        kind=RemarkKind(kind),
        text=words,
        made_by_id=person_of(by),
        made_at=now,
    )
    _note(by, AuditAction.CREATE, row, after={"chapter": chapter.key, "kind": row.kind})
    return row


@transaction.atomic
def reply_to_remark(*, by: Actor, remark: Remark, text: str, now: datetime) -> Remark:
    """Who may suggest replies to a colleague's remark; colleagues see it under it. A reply to a reply is of the same discussion.

    Raises ValidationError (empty, too_long, characters).
    """
    first: Remark = Remark.objects.select_related("chapter__county", "service").get(pk=remark.reply_to_id or remark.pk)
    require(by, Right.SUGGEST, first.chapter, first.service)
    words = cleaned({"fi": text}, most=MOST).get("fi", "")
    if not words:
        raise ValidationError({"text": ValidationError(_("Write something first."), code="empty")})
    row: Remark = Remark.objects.create(
        chapter=first.chapter,
        service=first.service,
        reply_to=first,
        number=first.number,
        text=words,
        made_by_id=person_of(by),
        made_at=now,
    )
    _note(by, AuditAction.CREATE, row, after={"chapter": first.chapter.key, "reply_to": str(first.public_id)})
    return row


@transaction.atomic
def settle_remark(*, by: Actor, remark: Remark, state: str, answer: str = "", now: datetime) -> Remark:
    """Who may edit the text answers a remark, accepts or declines it; a refusal says why.

    Raises ValidationError (state, why, too_long, characters).
    """
    fresh: Remark = (
        Remark.objects.select_for_update(of=("self",), no_key=True).select_related("chapter__county", "service").get(pk=remark.pk)
    )
    require(by, Right.EDIT, fresh.chapter, fresh.service)
    if state not in RemarkState.values or state == RemarkState.OPEN or fresh.reply_to_id is not None:
        raise ValidationError(_("Choose what becomes of it."), code="state")
    words = cleaned({"fi": answer}, most=MOST).get("fi", "")
    if not words and state in (RemarkState.ANSWERED, RemarkState.DECLINED):
        raise ValidationError({"answer": ValidationError(_("Write an answer: the colleague wants to know why."), code="why")})
    before = {"state": fresh.state}
    fresh.state, fresh.answer, fresh.answered_at, fresh.answered_by_id = RemarkState(state), words, now, person_of(by)
    fresh.save()
    _note(by, AuditAction.CHANGE, fresh, before=before, after={"state": str(fresh.state)})
    return fresh


def _note(
    by: Actor, action: AuditAction, row: Remark, *, before: dict[str, str] | None = None, after: dict[str, str] | None = None
) -> None:
    record_audit(
        by=by,
        action=action,
        object_type=row._meta.label_lower,
        object_id=row.public_id,
        county=row.chapter.county.code,
        before=before,
        after=after,
    )
