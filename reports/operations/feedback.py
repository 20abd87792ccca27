"""What residents say in their own words is read, given its tone and themes, and made into improvements (M17, S001-24)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from chat.models import Feedback
from reports.choices import Theme, Tone
from reports.feedback import Wanted, chosen, texts
from reports.models import FeedbackMark
from services.models import County, Improvement
from services.operations import add_improvement


def open_feedback(*, by: Actor, county: County, wanted: Wanted, first: int, most: int) -> Sequence[Feedback]:
    """A supervisor or manager reads what residents have written; who read which texts is written down before they are shown.

    No transaction: the audit row is one insert of its own, and when it can't be written nothing is shown.
    """
    if not isinstance(by, Staff):
        raise PermissionDenied
    rows = chosen(texts(by, county), wanted).select_related("conversation__first_queue__service", "mark__improvement")
    found = list(rows[first : first + most])
    if found:
        record_audit(
            by=by,
            action=AuditAction.READ,
            object_type="chat.feedback",
            object_id=wanted.service.public_id if wanted.service else "",
            county=county.code,
            purpose="feedback",
            after={"conversations": [str(each.conversation.public_id) for each in found]},
            count=len(found),
            source="reports",
        )
    return found


@transaction.atomic
def mark_feedback(
    *, by: Actor, county: County, conversation: UUID, tone: str, themes: Collection[str], now: datetime
) -> FeedbackMark:
    """A person who has read a text says of which tone it is and what it is about; the words themselves are not copied.

    Raises Feedback.DoesNotExist to whom the text is not open, ValidationError (tone_missing, unknown).
    """
    row = _locked(by, county, conversation)
    if tone not in Tone.values:
        raise ValidationError(_("Choose a tone."), code="tone_missing")
    if set(themes) - set(Theme.values):
        raise ValidationError(_("There is no such theme."), code="unknown")
    found = _mark_of(row, by, now)
    before = {"tone": found.tone, "themes": found.themes} if found.pk else None
    found.tone, found.themes = tone, [code for code in Theme.values if code in themes]
    found.save()
    record_audit(
        by=by,
        action=AuditAction.CHANGE if before else AuditAction.CREATE,
        object_type="reports.feedbackmark",
        object_id=str(conversation),
        county=county.code,
        before=before,
        after={"tone": found.tone, "themes": found.themes},
    )
    return found


@transaction.atomic
def improve_from_feedback(
    *, by: Actor, county: County, conversation: UUID, title: str, description: str = "", now: datetime
) -> Improvement:
    """What a resident said becomes an improvement, and the text shows it; the idea is written anew, in the reader's own words.

    Raises Feedback.DoesNotExist to whom the text is not open, ValidationError (made, or what the improvement refuses).
    """
    row = _locked(by, county, conversation)
    mark = _mark_of(row, by, now)
    if mark.improvement_id is not None:
        raise ValidationError(_("An improvement has already been made of this."), code="made")
    at = row.conversation.queued_at
    mark.improvement = add_improvement(
        by=by,
        county=county,
        service=row.conversation.first_queue.service,
        title=title,
        description=description,
        source=_("Residents’ feedback, %(month)s") % {"month": f"{at.month}/{at.year}"},
        now=now,
    )
    mark.save()
    return mark.improvement


def _locked(by: Actor, county: County, conversation: UUID) -> Feedback:
    if not isinstance(by, Staff):
        raise PermissionDenied
    rows = texts(by, county).select_for_update(of=("self",), no_key=True)
    row: Feedback = rows.select_related("conversation__first_queue__service").get(conversation__public_id=conversation)
    return row


def _mark_of(row: Feedback, by: Actor, now: datetime) -> FeedbackMark:
    """The mark of the text as it now stands; what was said of an earlier wording does not hold of this one."""
    found = FeedbackMark.objects.filter(feedback=row).first()
    if found is None:
        found = FeedbackMark(feedback=row, county=row.conversation.county, service=row.conversation.first_queue.service)
    elif found.of != row.answered_at:
        found.tone, found.themes = "", []
    assert row.answered_at is not None
    found.of, found.marked_at, found.marked_by_id = row.answered_at, now, by.user_id if isinstance(by, Staff) else None
    return found
