"""How far a rollout is at the end of a month is written down by adoption (M29)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts.actors import Actor, System
from reports.models import RolloutMonth
from reports.months import Month
from services.models import County, Service


@dataclass(frozen=True, slots=True)
class Standing:
    """One rollout at the last moment of a month, or now while the month goes on."""

    rollout: UUID
    name: str
    done: int
    applicable: int
    phases: Sequence[dict[str, Any]]
    overdue: int
    risks: int
    proven: int


def note_rollout(
    *, by: Actor, county: County, service: Service | None, month: Month, standing: Standing, now: datetime
) -> RolloutMonth | None:
    """The portal itself notes it: while the month goes on each night anew, once after it has ended, and never again.

    Gives nothing when it was final already. Raises PermissionDenied.
    """
    if not isinstance(by, System):
        raise PermissionDenied
    final = RolloutMonth.objects.filter(rollout=standing.rollout, month=month.first, noted_at__gte=month.period.interval[1])
    if final.exists():
        return None
    values = {
        "county": county, "service": service, "name": standing.name, "done": standing.done, "applicable": standing.applicable,
        "phases": list(standing.phases), "overdue": standing.overdue, "risks": standing.risks, "proven": standing.proven,
        "noted_at": now,
    }  # fmt: skip
    row, _made = RolloutMonth.objects.update_or_create(rollout=standing.rollout, month=month.first, defaults=values)
    return row
