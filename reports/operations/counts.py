"""A responder or a supervisor counts what was handled beside the chats, day by day (S001-9; M20, M21)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.choices import AuditAction
from accounts.operations import record_audit
from reports.choices import CountKind
from reports.models import DayCount
from reports.months import Month
from reports.permissions import may_count, may_count_earlier
from services.calendars import local_date
from services.models import Service

MOST_OF_DAY = 9999


@transaction.atomic
def add_count(*, by: Actor, service: Service, day: date, kind: str, change: int, token: UUID, now: datetime) -> int:
    """Who answers in a service adds to today's number, or takes from it; her supervisor also of earlier days of this month and
    the one before. Gives the number of the day. The same form sent twice counts once.

    Raises PermissionDenied, ValidationError (kind, future, closed, range).
    """
    before = _opened(by, service, day, kind, now)
    return _changed(by, service, day, kind, before, change, token, now)


@transaction.atomic
def set_count(*, by: Actor, service: Service, day: date, kind: str, number: int, seen: int, token: UUID, now: datetime) -> int:
    """The same, with the whole number of the day; over one that has changed since she saw it only when she has seen that too.

    Raises what `add_count` raises, and ValidationError (changed, with the number that stands).
    """
    before = _opened(by, service, day, kind, now)
    if DayCount.objects.filter(service=service, token=token).exists():
        return before
    if seen != before:
        words = _("Somebody has counted meanwhile: the number is now %(n)s. Write the number once more.") % {"n": before}
        raise ValidationError(words, code="changed", params={"n": before})
    return _changed(by, service, day, kind, before, number - before, token, now, is_set=True)


@transaction.atomic
def undo_count(*, by: Actor, service: Service, day: date, kind: str, now: datetime) -> int:
    """She takes back her own last change of the day; what others have counted stays. Gives the number of the day.

    Raises what `add_count` raises, and ValidationError (nothing).
    """
    before = _opened(by, service, day, kind, now)
    last = _own_last(by, service, day, kind)
    if last is None:
        raise ValidationError(_("There is nothing of yours to undo."), code="nothing")
    _refuse_range(before - last.change)
    last.undone_at = now
    last.save(update_fields=["undone_at"])
    _note_earlier(by, service, day, kind, before, before - last.change, now)
    return before - last.change


def _own_last(by: Actor, service: Service, day: date, kind: str) -> DayCount | None:
    """Her own last change of the number, if any stands."""
    if not isinstance(by, Staff):
        return None
    rows = DayCount.objects.standing().filter(service=service, day=day, kind=kind, entered_by_id=by.user_id).exclude(change=0)
    found: DayCount | None = rows.order_by("-pk").first()
    return found


def _opened(by: Actor, service: Service, day: date, kind: str, now: datetime) -> int:
    """The number of the day as it stands, once she may change it; nobody else changes it meanwhile."""
    if not isinstance(by, Staff) or not may_count(by, county=service.county, service=service):
        raise PermissionDenied
    if kind not in CountKind.values:
        raise ValidationError(_("Choose what you count."), code="kind")
    today = local_date(now)
    if day > today:
        raise ValidationError(_("The day has not come yet."), code="future")
    if day != today:
        if not may_count_earlier(by, county=service.county, service=service):
            raise PermissionDenied
        if day < first_open_day(today):
            raise ValidationError(_("Only days of this month and the one before can be changed here."), code="closed")
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    return DayCount.objects.totals(service=service, days=[day]).get((day, kind), 0)


def first_open_day(today: date) -> date:
    """The first day of which the number may still be changed: of the month before."""
    return Month.of(today).shifted(-1).first


def _changed(
    by: Actor, service: Service, day: date, kind: str, before: int, change: int, token: UUID, now: datetime, *, is_set: bool = False
) -> int:
    if DayCount.objects.filter(service=service, token=token).exists():
        return before
    _refuse_range(before + change)
    if not change and not is_set:
        return before
    # A written zero is told of too: nothing came on that day.
    DayCount.objects.create(
        county_id=service.county_id,
        service=service,
        day=day,
        kind=kind,
        change=change,
        token=token,
        entered_at=now,
        entered_by_id=by.user_id if isinstance(by, Staff) else None,
    )
    _note_earlier(by, service, day, kind, before, before + change, now)
    return before + change


def _refuse_range(number: int) -> None:
    if not 0 <= number <= MOST_OF_DAY:
        raise ValidationError(_("The number of a day is from 0 to %(most)s.") % {"most": MOST_OF_DAY}, code="range")


def _note_earlier(by: Actor, service: Service, day: date, kind: str, before: int, after: int, now: datetime) -> None:
    """That a number of an earlier day was changed stands in the access log."""
    if day == local_date(now) or before == after:
        return
    record_audit(
        by=by,
        action=AuditAction.CHANGE,
        object_type="reports.daycount",
        object_id=f"{service.key}/{day}/{kind}",
        county=service.county.code,
        before={"number": before},
        after={"number": after},
    )
