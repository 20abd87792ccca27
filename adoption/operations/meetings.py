"""Meetings and workshops: who was there, and what came of it (S000-23, S001-38)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, Staff
from accounts.models import User
from adoption.models import Meeting, Participant, Rollout
from adoption.operations.ground import locked_rollout, refuse_ended, touch_rollout
from adoption.operations.people import refuse_stranger
from adoption.series import MOST, days_of_series
from services.operations import Change, Create, Delete, RowChange, apply_changes, delete_row


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who was there in a role: a person of the county, or a name from outside."""

    role: str
    user: User | None = None
    name: str = ""

    @property
    def identity(self) -> tuple[int | None, str, str]:
        """By which two of them are the same."""
        return (self.user.pk if self.user else None, "" if self.user else self.name, self.role)


@transaction.atomic
def save_meeting(
    *,
    by: Actor,
    rollout: Rollout,
    meeting: Meeting | None,
    values: Mapping[str, Any],
    present: Sequence[Present],
    version: int | None = None,
    times: int = 1,
    now: datetime,
) -> Meeting:
    """The people of a rollout write a meeting with its participants; what came of it is not written before its day.

    A new one may be the first of a monthly series (S001-38): the later ones get its kind, title, hour and place, and from then on
    each is a meeting of its own. Raises ValidationError (ended, not_yet, stranger, stale, times).
    """
    if not 1 <= times <= (MOST if meeting is None else 1):
        raise ValidationError({"times": ValidationError(_("Call 1–12 meetings at once."), code="times")})
    refuse_ended(locked_rollout(rollout))
    outcome = str(values.get("outcome", "")).strip()
    day = values.get("on", meeting.on if meeting is not None else None)
    if outcome and day is not None and day > timezone.localdate(now):
        raise ValidationError(
            {"outcome": ValidationError(_("The meeting is still ahead: write this when it has been held."), code="not_yet")}
        )
    stored = list(meeting.participants.all()) if meeting is not None else []
    had = {(each.user_id, each.name, each.role) for each in stored}
    for each in present:
        if each.user is not None and each.identity not in had:
            refuse_stranger(county=rollout.county, name="present", person=each.user)
    if meeting is None:
        fresh = Meeting(rollout=rollout, phase=rollout.phase.key if rollout.phase else "", **values)
        was, changes = "", cast(list[RowChange], [Create(fresh), *_later(fresh, times)])
    else:
        fresh = meeting
        was, changes = meeting.outcome, cast(list[RowChange], [Change(meeting, values, version)])
    people = _people(fresh, stored, present)
    row = cast(Meeting, apply_changes(by=by, changes=[*changes, *people])[0])
    _mark(row, was=was, people=bool(people) and meeting is not None and row.version == meeting.version, by=by, now=now)
    touch_rollout(rollout=rollout, by=by, now=now)
    row.refresh_from_db()
    return row


@transaction.atomic
def delete_meeting(*, by: Actor, meeting: Meeting, now: datetime) -> None:
    """A meeting written by mistake goes, unless it is the evidence of an item."""
    refuse_ended(locked_rollout(meeting.rollout))
    delete_row(by=by, row=meeting)
    touch_rollout(rollout=meeting.rollout, by=by, now=now)


def _later(first: Meeting, times: int) -> list[Create]:
    """The later meetings of the series: what is talked of is made when each is near."""
    if times == 1:
        return []
    same = {name: getattr(first, name) for name in ("rollout", "phase", "kind", "title", "starts", "place")}
    return [Create(Meeting(on=day, **same)) for day in days_of_series(first.on, times)[1:]]


def _people(meeting: Meeting, stored: Sequence[Participant], present: Sequence[Present]) -> list[RowChange]:
    """What makes the stored participants those that were given; the ones that stay keep their rows."""
    wanted = {each.identity: each for each in present}
    changes: list[RowChange] = []
    for row in stored:
        if wanted.pop((row.user_id, row.name, row.role), None) is None:
            changes.append(Delete(row))
    changes += [
        Create(Participant(meeting=meeting, user=each.user, name=each.identity[1], role=each.role)) for each in wanted.values()
    ]
    return changes


def _mark(row: Meeting, *, was: str, people: bool, by: Actor, now: datetime) -> None:
    """Who wrote the outcome and when; and a change of the participants alone makes the meeting newer too."""
    marks: dict[str, Any] = {}
    if row.outcome.strip() and row.outcome != was:
        marks |= {"written_at": now, "written_by_id": by.user_id if isinstance(by, Staff) else None}
    if people:
        marks["version"] = models.F("version") + 1
    if marks:
        Meeting.objects.filter(pk=row.pk).update(**marks)
