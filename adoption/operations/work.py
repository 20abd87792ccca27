"""The plain rows of the work around a rollout: communication, risks, diary and systems. Members come and go by `people`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from accounts.actors import Actor
from adoption.models import CommunicationAction, DiaryEntry, Member, Risk, SystemDependency
from adoption.operations.ground import locked_rollout, refuse_ended, touch_rollout
from adoption.operations.people import refuse_stranger
from services.operations import change_row, create_row, delete_row

WorkRow = CommunicationAction | DiaryEntry | Member | Risk | SystemDependency
R = TypeVar("R", bound=CommunicationAction | DiaryEntry | Member | Risk | SystemDependency)


@transaction.atomic
def add_work_row(*, by: Actor, row: R, now: datetime) -> R:
    """The people of a rollout write down what was told, what may happen and which systems there are; its driver the rest."""
    refuse_ended(locked_rollout(row.rollout))
    refuse_stranger(county=row.rollout.county, name="owner", person=getattr(row, "owner", None))
    made = create_row(by=by, row=row)
    touch_rollout(rollout=row.rollout, by=by, now=now)
    return made


@transaction.atomic
def change_work_row(*, by: Actor, row: R, values: Mapping[str, Any], version: int | None = None, now: datetime) -> R:
    """The same people change it; a save over somebody else's newer text is refused."""
    refuse_ended(locked_rollout(row.rollout))
    if "owner" in values and values["owner"] != getattr(row, "owner", None):
        refuse_stranger(county=row.rollout.county, name="owner", person=values["owner"])
    changed = change_row(by=by, row=row, values=values, version=version)
    touch_rollout(rollout=row.rollout, by=by, now=now)
    return changed


@transaction.atomic
def delete_work_row(*, by: Actor, row: WorkRow, now: datetime) -> None:
    """The same people take away what was written by mistake; the audit keeps what it was."""
    refuse_ended(locked_rollout(row.rollout))
    delete_row(by=by, row=row)
    touch_rollout(rollout=row.rollout, by=by, now=now)
