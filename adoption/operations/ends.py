"""A rollout's pilot does not end unnoticed (S001-39), and its yearly review comes each year (S002-29)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor, System
from accounts.models import OutgoingMail, User
from accounts.operations import queue_mail
from adoption.choices import MemberRole, RolloutStatus
from adoption.models import Member, Rollout
from adoption.operations.opening import ALIVE
from adoption.people import people_of
from adoption.yearly import reviews_due
from services.models.base import label

PILOT_BEFORE = (30, 7)
REVIEW_BEFORE = (30, 0)
# Who is written to: those who answer for what comes after.
TOLD = (MemberRole.PROJECT_COORDINATOR, MemberRole.PRODUCTION_OWNER, MemberRole.MANAGER)


def remind_of_ends(*, by: Actor, now: datetime) -> int:
    """Each of the rollout's coordinator, owner in production and management gets one letter at each time; gives how many."""
    if not isinstance(by, System):
        raise PermissionDenied
    today = timezone.localdate(now)
    written = 0
    for rollout, kind, on, before in _coming(today):
        left = (on - today).days
        due = min((days for days in before if left <= days), default=None)
        if due is None or (left < 0 and kind == "pilot"):
            continue
        with transaction.atomic():
            written += sum(_tell(user, rollout, kind, on, due) for user in _people(rollout))
    return written


def _coming(today: date) -> Iterator[tuple[Rollout, str, date, tuple[int, ...]]]:
    """What ends, or is due again, within the longest of the times."""
    rows = Rollout.objects.filter(status__in=ALIVE).select_related("county", "service").order_by("pk")
    soon = today + timedelta(days=max(PILOT_BEFORE))
    for rollout in rows.filter(is_pilot=True, status=RolloutStatus.RUNNING, ends_on__range=(today, soon)):
        yield rollout, "pilot", rollout.ends_on, PILOT_BEFORE
    for rollout, due in reviews_due(rows, today=today):
        yield rollout, "review", due, REVIEW_BEFORE


def _people(rollout: Rollout) -> list[User]:
    members = Member.objects.filter(rollout=rollout, role__in=TOLD).values("user")
    return list(people_of(rollout.county.code).filter(pk__in=members, is_active=True))


def _tell(user: User, rollout: Rollout, kind: str, on: date, due: int) -> bool:
    key = f"rollout-{kind}:{rollout.public_id}:{on}:{due}:{user.public_id}"
    if OutgoingMail.objects.filter(key=key).exists():
        return False
    with translation.override(user.language):
        said = {"rollout": label(rollout, "name"), "date": formats.date_format(on, "SHORT_DATE_FORMAT")}
        subject, body = _letter(kind)
        queue_mail(key=key, to=user.email, subject=subject % said, body=body % said, county=rollout.county.code)
    return True


def _letter(kind: str) -> tuple[str, str]:
    if kind == "pilot":
        return _("The pilot of “%(rollout)s” ends on %(date)s"), _(
            "The pilot of the rollout “%(rollout)s” ends on %(date)s.\n\n"
            "Management decides whether it goes on, is changed or stops. The rollout's page of the pilot shows its figures, "
            "and the decision is written there."
        )
    return _("The yearly review of “%(rollout)s” is due on %(date)s"), _(
        "The yearly review of “%(rollout)s” is due on %(date)s: which channels are needed, and how the staff fares.\n\n"
        "Call the meeting on the rollout's page of meetings; its agenda is made of what the portal knows."
    )
