"""The rollouts that somebody sees, each with how far it is and what is next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from adoption.checklist import Line, lines_of, next_steps, pressing
from adoption.choices import ItemState
from adoption.models import Rollout, RolloutItem
from adoption.progress import Progress, progress


@dataclass(frozen=True, slots=True)
class Overview:
    """One rollout in a list."""

    rollout: Rollout
    progress: Progress
    late: int
    blocked: int
    waiting: int
    next: Sequence[Line]


@dataclass(frozen=True, slots=True)
class OwnLine:
    """An item that the person herself is to do, in whichever rollout."""

    rollout: Rollout
    line: Line


def overviews(rollouts: Sequence[Rollout], *, today: date, user_id: int) -> tuple[list[Overview], list[OwnLine]]:
    """Each rollout’s state, and the person’s own open items of all of them, the latest first; two queries for any number."""
    by_rollout: dict[int, list[RolloutItem]] = defaultdict(list)
    rows = RolloutItem.objects.filter(rollout__in=[row.pk for row in rollouts]).select_related("model_item__phase", "owner")
    for item in rows.order_by("rollout_id", "model_item__phase__order", "model_item__order", "pk"):
        by_rollout[item.rollout_id].append(item)
    found, own = [], []
    for rollout in rollouts:
        items = by_rollout[rollout.pk]
        lines = lines_of(items, today=today)
        found.append(
            Overview(
                rollout=rollout,
                progress=progress(items),
                late=sum(line.is_overdue for line in lines),
                blocked=sum(item.state == ItemState.BLOCKED for item in items),
                waiting=sum(item.state == ItemState.WAITING_DECISION for item in items),
                next=[*pressing(lines), *next_steps(lines)][:2],
            )
        )
        own += [OwnLine(rollout, line) for line in lines if line.item.owner_id == user_id and not line.is_closed]
    own.sort(key=lambda each: (not each.line.is_pressing, each.line.item.due_on or date.max))
    return found, own
