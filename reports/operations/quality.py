"""A quality sample is drawn once, opened by who supervises, and gone through with the check list (M35, S004-35)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from chat.models import Conversation
from reports.choices import QualityItem, QualityMark
from reports.models import MonthlyReport, QualityCheck, QualitySample
from reports.months import Month
from reports.permissions import may_check_quality
from reports.quality import drawable, drawn, in_order, result_of, took_part
from services.identity_codes import mask
from services.models import County, Service

PURPOSE = "laadunseuranta"
LONGEST_REMARKS = 2000


@transaction.atomic
def draw_sample(*, by: Actor, county: County, service: Service, month: Month, now: datetime, seed: str = "") -> QualitySample:
    """The portal draws the sample of a frozen month by itself, or a supervisor does: once, by chance, with its seed kept; asked
    again, the same one comes back.

    Raises PermissionDenied, ValidationError (not_frozen, nobody_answered).
    """
    if not may_check_quality(by, county=county, service=service):
        raise PermissionDenied
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    found: QualitySample | None = QualitySample.objects.filter(service=service, month=month.first).first()
    if found is not None:
        return found
    if not MonthlyReport.objects.of_scope(county=county, service=service).filter(month=month.first).exists():
        raise ValidationError(_("The sample is drawn when the month has been frozen."), code="not_frozen")
    candidates = drawable(service, month)
    if not candidates:
        raise ValidationError(_("No conversation of this month can be drawn."), code="nobody_answered")
    row = QualitySample.objects.create(
        county=county,
        service=service,
        month=month.first,
        seed=seed or token_hex(16),
        population=len(candidates),
        drawn_at=now,
        drawn_by_id=by.user_id if isinstance(by, Staff) else None,
    )
    chosen = drawn(candidates, row.seed)
    keys = dict(Conversation.objects.filter(public_id__in=[key for key, _who in chosen]).values_list("public_id", "pk"))
    QualityCheck.objects.bulk_create(
        QualityCheck(sample=row, number=n, conversation_id=keys[key], responder_id=who) for n, (key, who) in enumerate(chosen, 1)
    )
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type="reports.qualitysample",
        object_id=str(row.public_id),
        county=county.code,
        purpose=PURPOSE,
        after={"month": str(month), "seed": row.seed, "population": row.population, "drawn": len(chosen)},
        count=len(chosen),
    )
    return row


@transaction.atomic
def replace_erased(*, by: Actor, sample: QualitySample) -> int:
    """What was erased before anybody went through it gives its place to the next in the draw. Gives how many did.

    Raises PermissionDenied.
    """
    row = QualitySample.objects.select_for_update(of=("self",), no_key=True).select_related("county", "service").get(pk=sample.pk)
    if not isinstance(by, Staff) or not may_check_quality(by, county=row.county, service=row.service):
        raise PermissionDenied
    gone = list(row.checks.standing().filter(checked_at__isnull=True, conversation__erased_at__isnull=False))
    if not gone:
        return 0
    used = set(row.checks.values_list("conversation__public_id", flat=True))
    left = [each for each in in_order(drawable(row.service, Month.of(row.month)), row.seed) if each[0] not in used]
    number = row.checks.count()
    QualityCheck.objects.filter(pk__in=[each.pk for each in gone]).update(replaced=True)
    for key, who in left[: len(gone)]:
        number += 1
        QualityCheck.objects.create(
            sample=row, number=number, conversation=Conversation.objects.get(public_id=key), responder_id=who
        )
    return len(gone)


def open_sampled(*, by: Actor, check: QualityCheck) -> Conversation:
    """A supervisor opens a conversation of the sample, never one in which she answered; each opening is written down first.

    No transaction: the audit row is one insert of its own, and when it can't be written nothing is shown.
    Raises PermissionDenied, Conversation.DoesNotExist, ValidationError (own, erased).
    """
    sample = check.sample
    if not isinstance(by, Staff) or not may_check_quality(by, county=sample.county, service=sample.service):
        raise PermissionDenied
    readable = Conversation.objects.readable_by(by).select_related("service", "topic")
    conversation = readable.get(pk=check.conversation_id)
    if took_part(conversation, by.user_id):
        raise ValidationError(_("You answered in this conversation. Somebody else goes through it."), code="own")
    if conversation.erased_at is not None:
        raise ValidationError(_("The conversation has been erased."), code="erased")
    record_audit(
        by=by,
        action=AuditAction.READ,
        object_type="chat.conversation",
        object_id=str(conversation.public_id),
        county=sample.county.code,
        purpose=PURPOSE,
        source="reports",
    )
    return conversation


@transaction.atomic
def check_conversation(
    *, by: Actor, check: QualityCheck, marks: Mapping[str, str], remarks: str, version: int, now: datetime
) -> QualityCheck:
    """A supervisor says of each item of the list yes, no or does not apply; her own conversations others go through.

    An identity code in the remarks is masked before it is stored.

    Raises PermissionDenied, ValidationError (own, marks_missing, stale, replaced).
    """
    row: QualityCheck = (
        QualityCheck.objects.select_for_update(of=("self",), no_key=True)
        .select_related("sample__county", "sample__service", "conversation")
        .get(pk=check.pk)
    )
    sample = row.sample
    if not isinstance(by, Staff) or not may_check_quality(by, county=sample.county, service=sample.service):
        raise PermissionDenied
    if took_part(row.conversation, by.user_id):
        raise ValidationError(_("You answered in this conversation. Somebody else goes through it."), code="own")
    if row.replaced:
        raise ValidationError(_("The conversation has been erased."), code="replaced")
    if row.version != version:
        raise ValidationError(_("Somebody else has gone through this meanwhile. Read it before you save."), code="stale")
    known = {code: marks.get(code, "") for code in QualityItem.values}
    if any(mark not in QualityMark.values for mark in known.values()):
        raise ValidationError(_("Choose an answer for every item."), code="marks_missing")
    before = dict(row.marks) if row.checked_at else None
    told, _found = mask(remarks.strip(), get_language() or "fi")
    row.marks, row.remarks = known, told[:LONGEST_REMARKS]
    row.checked_at, row.checked_by_id = now, by.user_id
    row.version += 1
    row.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE if before else AuditAction.CREATE,
        object_type="reports.qualitycheck",
        object_id=str(row.conversation.public_id),
        county=sample.county.code,
        before=before,
        after=known,
        purpose=PURPOSE,
    )
    return row


def export_quality(*, by: Actor, sample: QualitySample) -> None:
    """The results by item are taken along by who reads them; each time is written down. Raises PermissionDenied."""
    readable = QualitySample.objects.readable_by(by)
    if not isinstance(by, Staff) or not readable.filter(pk=sample.pk).exists():
        raise PermissionDenied
    record_audit(
        by=by,
        action=AuditAction.EXPORT,
        object_type="reports.qualitysample",
        object_id=str(sample.public_id),
        county=sample.county.code,
        purpose=PURPOSE,
        source="reports",
        count=result_of(sample).checked,
    )
