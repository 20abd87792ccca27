"""A month's report is gone through, and what was found is signed (S000-53, S001-24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.models import User
from accounts.operations import record_audit
from reports.models import AgreedAction, MonthlyReport, Review
from reports.models.reviews import TOPICS
from reports.months import Month
from reports.permissions import may_review, workers_of
from services.calendars import local_date
from services.models import County, Service
from services.operations import add_improvement


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, by topic; `no_actions` is the word that nothing has to be done."""

    contacts: str = ""
    queue_times: str = ""
    satisfaction: str = ""
    free_feedback: str = ""
    no_actions: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """What was agreed: who does it and by when."""

    title: str
    owner: User | None = None
    due_on: date | None = None


@transaction.atomic
def write_review(
    *,
    by: Actor,
    county: County,
    service: Service | None,
    month: Month,
    revision: int,
    findings: Findings,
    actions: Sequence[Action] = (),
    reason: str = "",
    version: int | None = None,
    now: datetime,
) -> Review:
    """A supervisor or manager writes what she found in a frozen report; until it is signed it can be half-filled.

    There is one unsigned review of a month at a time; a signed one never changes, and another is begun only with a reason.
    `revision` is that of the report which was read, `version` that of the draft (None: there was none).
    Raises PermissionDenied, MonthlyReport.DoesNotExist, ValidationError (stale, reason_missing, not_a_worker).
    """
    if not isinstance(by, Staff) or not may_review(by, county=county, service=service):
        raise PermissionDenied
    reports = MonthlyReport.objects.of_scope(county=county, service=service).filter(month=month.first)
    first = reports.select_for_update(no_key=True).get(revision=1)
    rows = Review.objects.of_scope(county=county, service=service).filter(month=month.first)
    row: Review | None = rows.filter(signed_at__isnull=True).first()
    if (row.version if row else None) != version:
        raise ValidationError(_("Somebody else has saved this review meanwhile. Read it before you save."), code="stale")
    if row is None:
        row = Review(
            county=county, service=service, month=month.first, report=first, begun_at=now, begun_by_id=by.user_id, version=0
        )
    if rows.signed().exists() and not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Say why a new review is needed."), code="reason_missing")})
    workers = set(workers_of(county=county, service=service).values_list("pk", flat=True))
    if any(each.owner is not None and each.owner.pk not in workers for each in actions):
        raise ValidationError(_("An action is given to somebody who works for the service."), code="not_a_worker")
    for name, value in asdict(findings).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.report, row.reason = reports.get(revision=revision), reason.strip()[:200]
    row.version += 1
    row.save()
    row.actions.all().delete()
    AgreedAction.objects.bulk_create(
        AgreedAction(review=row, order=n, title=each.title.strip()[:160], owner=each.owner, due_on=each.due_on)
        for n, each in enumerate(actions)
    )
    return row


def check_signing(*, by: Actor, review: Review, now: datetime) -> None:
    """Whether the review could be signed now, before it is asked whether it is; nothing is changed.

    Raises what `sign_review` raises.
    """
    _refuse_signing(by, review, list(review.actions.all()), now)


@transaction.atomic
def sign_review(*, by: Actor, review: Review, version: int | None = None, now: datetime) -> Review:
    """A signed review is whole: the four topics, and either actions with an owner and a day or the word that none is needed.

    The actions become improvements, so that somebody sees to them; a signed review never changes. `version` is that of the words
    which were read before it was signed (None: they were written just now).
    Raises PermissionDenied, ValidationError (signed, stale, topics_missing, actions_missing, action_incomplete, due_past,
    newer_report).
    """
    reports = MonthlyReport.objects.of_scope(county=review.county, service=review.service).filter(month=review.month)
    reports.select_for_update(no_key=True).get(revision=1)  # who writes waits for the same row
    row: Review = (
        Review.objects.select_for_update(of=("self",), no_key=True).select_related("county", "service", "report").get(pk=review.pk)
    )
    actions = list(row.actions.select_related("owner"))
    signer = _refuse_signing(by, row, actions, now, version=version)
    for each in actions:
        each.improvement = add_improvement(
            by=by,
            county=row.county,
            service=row.service,
            title=each.title,
            source=source_of(row),
            owner=each.owner,
            due_on=each.due_on,
            now=now,
        )
        each.save(update_fields=["improvement"])
    row.signed_at, row.signed_by_id = now, signer.user_id
    row.signer = str(User.objects.get(pk=signer.user_id))[:200]
    row.version += 1
    row.save()
    record_audit(
        by=by,
        action=AuditAction.CREATE,
        object_type="reports.review",
        object_id=str(row.public_id),
        county=row.county.code,
        after={"month": f"{row.month:%Y-%m}", "revision": row.report.revision, "actions": len(actions)},
    )
    return row


def source_of(review: Review) -> str:
    """Where an action of the review came from, in words."""
    return _("Review of the monthly report %(month)s") % {"month": f"{review.month.month}/{review.month.year}"}


def _refuse_signing(by: Actor, row: Review, actions: Sequence[AgreedAction], now: datetime, *, version: int | None = None) -> Staff:
    if not isinstance(by, Staff) or not may_review(by, county=row.county, service=row.service):
        raise PermissionDenied
    if row.signed_at is not None:
        raise ValidationError(_("This review has been signed already."), code="signed")
    if version is not None and row.version != version:
        raise ValidationError(_("Somebody else has saved this review meanwhile. Read it before you sign."), code="stale")
    _refuse_unfinished(row, actions, local_date(now))
    newest = MonthlyReport.objects.of_scope(county=row.county, service=row.service).filter(month=row.month).order_by("-revision")
    if newest.first() != row.report:
        raise ValidationError(_("The report has a newer revision. Read its figures and sign then."), code="newer_report")
    return by


def _refuse_unfinished(row: Review, actions: Sequence[AgreedAction], today: date) -> None:
    empty = {
        topic: ValidationError(_("Write what you found."), code="topics_missing") for topic in TOPICS if not getattr(row, topic)
    }
    if empty:
        raise ValidationError(empty)
    if bool(actions) == row.no_actions:
        raise ValidationError(_("Agree at least one action, or tick that none is needed. Not both."), code="actions_missing")
    if any(not each.title or each.owner_id is None or each.due_on is None for each in actions):
        raise ValidationError(_("Each action needs what is done, who does it and by when."), code="action_incomplete")
    if any(each.due_on and each.due_on < today for each in actions):
        raise ValidationError(_("The day of an action has passed already. Give one that is to come."), code="due_past")
