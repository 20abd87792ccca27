"""Reads what the handbook has for the service of a rollout: sections, quick replies, notices, trainings, and who has done them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from adoption.signals import facts as fact
from handbook.choices import ReplyAudience, ReplyCategory, ReplyScope
from handbook.guide import guide_of
from handbook.models import ChapterVersion, OrientationPlan, QuickReply, StaffNotice, Training
from handbook.progress import Progress, progress_of
from handbook.replies.effective import effective
from services.models import Membership, Service

CODE_WARNING = "/hetu"
"""The short code of the reply that warns of identity codes (QR13): a service's own stands in its place under the same code."""


def read_handbook(service: Service, *, now: datetime) -> fact.HandbookFact:
    """The handbook's facts of the service, in a fixed number of queries."""
    plan = OrientationPlan.objects.filter(service=service).select_related("service__county").first()
    trainings = Training.objects.filter(plan=plan, due_on__isnull=False).exclude(url="") if plan else ()
    return fact.HandbookFact(
        sections=tuple(_section(row) for row in _sections(service)),
        replies=_replies(service, now),
        has_plan=plan is not None,
        trainings=tuple(fact.Row(f"training:{row.public_id}", row.added_at) for row in trainings),
        notices=tuple(
            fact.Row(f"notice:{row.public_id}", row.published_at)
            for row in StaffNotice.objects.published_for(service).order_by("pk")
        ),
        guide=_guide(service),
        learners=tuple(_learner(each) for each in progress_of(plan, _responders(service, now))) if plan else (),
    )


def _sections(service: Service) -> list[ChapterVersion]:
    rows = ChapterVersion.objects.current().filter(service=service, chapter__retired_at__isnull=True, chapter__per_service=True)
    return list(rows.select_related("chapter").order_by("chapter__order"))


def _section(row: ChapterVersion) -> fact.SectionFact:
    assert row.published_at is not None
    looked = max(at for at in (row.published_at, row.reviewed_at) if at is not None)
    return fact.SectionFact(fact.Row(f"chapter_version:{row.public_id}", looked), row.chapter.key, not row.needs_approval)


def _guide(service: Service) -> fact.GuideFact | None:
    guide = guide_of(service)
    if guide is None:
        return None
    common = guide.common
    assert common.published_at is not None
    row = fact.Row(f"chapter_version:{common.public_id}", common.published_at)
    return fact.GuideFact(row, frozenset(common.languages), not common.needs_approval)


def _replies(service: Service, now: datetime) -> tuple[fact.ReplyFact, ...]:
    """What every queue of the service may send to residents; of two with one short code the service's own."""
    within = QuickReply.services.through.objects.filter(service=service).values("quickreply")
    shared = Q(scope=ReplyScope.COMMON) | Q(scope=ReplyScope.SERVICE, pk__in=within)
    rows = QuickReply.objects.in_force(timezone.localdate(now)).filter(shared, county=service.county_id)
    residents = effective(rows.exclude(audience=ReplyAudience.PROFESSIONAL).order_by("pk"))
    return tuple(_reply(row) for row in residents)


def _reply(row: QuickReply) -> fact.ReplyFact:
    assert row.approved_at is not None
    return fact.ReplyFact(
        fact.Row(f"reply:{row.public_id}", row.approved_at),
        frozenset(row.texts),
        row.category == ReplyCategory.EMERGENCY,
        row.shortcut == CODE_WARNING,
    )


def _responders(service: Service, now: datetime) -> list[User]:
    """The people who are now in the groups of the service's queues in use."""
    members = Membership.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=now), group__queues__service=service, group__queues__is_active=True
    )
    return list(User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("pk"))


def _learner(progress: Progress) -> fact.LearnerFact:
    last = progress.last if progress.is_whole else None
    return fact.LearnerFact(progress.done, progress.total, fact.Row(last.row, last.at) if last else None)
