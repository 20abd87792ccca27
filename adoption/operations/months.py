"""How far each rollout was at the last moment of a month, from the history of its items, written down for the reports (M29)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from accounts.actors import Actor, System
from adoption.choices import ItemState, RiskKind
from adoption.models import ItemHistory, Risk, Rollout, RolloutItem
from adoption.progress import progress
from reports.months import Month
from reports.operations import Standing, note_rollout
from services.calendars import local_date

CLOSED = (ItemState.DONE, ItemState.NOT_APPLICABLE)
CATCH_UP = 3
"""So many months back one that was missed is still written down."""


@dataclass(slots=True)
class _Then:
    """An item as it was."""

    state: str = ItemState.NOT_STARTED
    by_system: bool = False


def note_months(*, by: Actor, now: datetime) -> int:
    """The running month of every rollout is noted each night, and the last ones once after they have ended; gives how many."""
    if not isinstance(by, System):
        raise PermissionDenied
    this = Month.of(local_date(now))
    noted = 0
    for rollout in Rollout.objects.select_related("county", "service").order_by("pk"):
        for month in (this.shifted(-n) for n in range(CATCH_UP, -1, -1)):
            if (standing := standing_of(rollout, month, now=now)) is not None:
                row = note_rollout(by=by, county=rollout.county, service=rollout.service, month=month, standing=standing, now=now)
                noted += row is not None
    return noted


def standing_of(rollout: Rollout, month: Month, *, now: datetime) -> Standing | None:
    """The rollout at the last moment of the month, or now while the month goes on; nothing before it was made. Four queries."""
    at = min(month.period.interval[1], now)
    if rollout.created_at >= at:
        return None
    states: dict[int, _Then] = defaultdict(_Then)
    steps = ItemHistory.objects.filter(item__rollout=rollout, at__lt=at).order_by("at", "pk")
    for item, became, by_system in steps.values_list("item", "became", "by_system"):
        states[item] = _Then(became, by_system)
    items = list(RolloutItem.objects.filter(rollout=rollout).select_related("model_item__phase"))
    then = [states[item.pk] for item in items]
    phases: dict[str, list[_Then]] = defaultdict(list)
    for item, state in zip(items, then, strict=True):
        phases[item.model_item.phase.key].append(state)
    whole = progress(then)
    day = local_date(at - timedelta(microseconds=1))
    late = [
        item for item, state in zip(items, then, strict=True) if item.due_on and item.due_on < day and state.state not in CLOSED
    ]
    open_then = Q(closed_on__isnull=True) | Q(closed_on__gt=day)
    return Standing(
        rollout=rollout.public_id,
        name=rollout.name,
        done=whole.done,
        applicable=whole.applicable,
        phases=[
            {"key": key, "done": found.done, "applicable": found.applicable}
            for key, of_phase in phases.items()
            for found in [progress(of_phase)]
        ],
        overdue=len(late),
        risks=Risk.objects.filter(open_then, rollout=rollout, kind=RiskKind.RISK).count(),
        proven=sum(state.state == ItemState.DONE and state.by_system for state in then),
    )
