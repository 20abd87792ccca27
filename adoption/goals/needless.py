"""Contacts that need not have happened: when their share is over its limit two months running, a targeted message is called for
(M18, S001-72)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from adoption.goals.lines import Goal, figures_of, month_before
from adoption.models import Rollout
from reports.months import Period
from reports.targets import Standing

NEEDLESS = "M18"


@dataclass(frozen=True, slots=True)
class Needless:
    """The share of the last two whole months, both over the limit."""

    months: tuple[Period, Period]
    last: Goal
    before: Goal


def needless_now(rollout: Rollout, *, today: date, last: Goal | None = None) -> Needless | None:
    """The two months when both were over the limit, which is the target of M18; a service without a target has no limit.

    `last` is the last month’s, when the page has read it already.
    """
    if rollout.service is None:
        return None
    month = month_before(today)
    earlier = month_before(month.last)
    if last is None:
        last = figures_of(rollout.service, [NEEDLESS], month, day=today)[NEEDLESS]
    if last.target is None or last.standing != Standing.MISSED:
        return None
    before = figures_of(rollout.service, [NEEDLESS], earlier, day=today)[NEEDLESS]
    return Needless((earlier, month), last, before) if before.standing == Standing.MISSED else None
