"""A weekly letter to each person about her own work in rollouts: what is late, what is due, which meetings come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from accounts.models import Grant, OutgoingMail, User
from accounts.operations import queue_mail
from adoption.feeds import items_of, meetings_of
from adoption.models import Meeting, Member, Participant, RolloutItem
from services.models import Improvement
from services.models.base import label

AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Week:
    """What one person's letter tells of one county."""

    late: Sequence[RolloutItem]
    due: Sequence[RolloutItem]
    meetings: Sequence[Meeting]
    stalled: Sequence[Improvement]

    @property
    def is_empty(self) -> bool:
        return not (self.late or self.due or self.meetings or self.stalled)


def remind_people(*, by: Actor, now: datetime) -> int:
    """Each person with something late or due within a week gets one letter a week and county; gives how many were written.

    A letter names items of the model, meetings, ideas and days: no reason, comment, agenda, outcome or risk.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    today = timezone.localdate(now)
    return sum(_remind(user, today=today, now=now) for user in _concerned(today, now))


def _concerned(today: date, now: datetime) -> Iterator[User]:
    meetings = Meeting.objects.filter(on__range=(today, today + AHEAD))
    owners = RolloutItem.objects.filter(due_on__lte=today + AHEAD, owner__isnull=False).values("owner")
    members = Member.objects.filter(rollout__in=meetings.values("rollout")).values("user")
    asked = Participant.objects.filter(meeting__in=meetings, user__isnull=False).values("user")
    idle = Improvement.objects.stalled(now).filter(owner__isnull=False).values("owner")
    named = Q(pk__in=owners) | Q(pk__in=members) | Q(pk__in=asked) | Q(pk__in=idle)
    yield from User.objects.filter(named, is_active=True).order_by("pk")


def _remind(user: User, *, today: date, now: datetime) -> int:
    year, number, _day = today.isocalendar()
    items, meetings = items_of(user), meetings_of(user, since=now)
    idle = list(_idle_ideas(user, now))
    counties = {item.rollout.county.code for item in items} | {row.rollout.county.code for row in meetings}
    counties |= {idea.county.code for idea in idle}
    written = 0
    for county in sorted(counties):
        week = _Week(
            late=[item for item in items if item.rollout.county.code == county and item.due_on and item.due_on < today],
            due=[
                item
                for item in items
                if item.rollout.county.code == county and item.due_on and today <= item.due_on <= today + AHEAD
            ],
            meetings=[row for row in meetings if row.rollout.county.code == county and row.on <= today + AHEAD],
            stalled=[idea for idea in idle if idea.county.code == county],
        )
        key = f"rollout-week:{year}-{number:02d}:{county}:{user.public_id}"
        if week.is_empty or OutgoingMail.objects.filter(key=key).exists():
            continue
        with translation.override(user.language):
            subject = _("Your week in taking chats into use")
            queue_mail(key=key, to=user.email, subject=subject, body=_body(week), county=county)
        written += 1
    return written


def _idle_ideas(user: User, now: datetime) -> Iterator[Improvement]:
    works = Grant.objects.valid().filter(user=user).values("county")
    rows = Improvement.objects.stalled(now).filter(owner=user, county__code__in=works)
    yield from rows.select_related("county").order_by("moved_at", "pk")


def _body(week: _Week) -> str:
    parts = [
        (_("Late:"), [_item(item) for item in week.late]),
        (_("Due within a week:"), [_item(item) for item in week.due]),
        (_("Meetings within a week:"), [f"{row.title}, {_day(row.on)} – {label(row.rollout, 'name')}" for row in week.meetings]),
        (_("Ideas of yours that have not moved in 180 days:"), [idea.title for idea in week.stalled]),
    ]
    told = ["\n".join([head, *(f"– {line}" for line in lines)]) for head, lines in parts if lines]
    return "\n\n".join([*told, _("Sign in to the portal to go on with them. You get this letter at most once a week.")])


def _item(item: RolloutItem) -> str:
    assert item.due_on is not None
    return f"{item.model_item}, {_day(item.due_on)} – {label(item.rollout, 'name')}"


def _day(on: date) -> str:
    return formats.date_format(on, "SHORT_DATE_FORMAT")
