"""Lists whose rows are put together: hours (M26), rollouts (M29), costs (M31), services (M32), topics (M34) and samples (M35)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reports.behind.found import Found, Kind
from reports.forecast import Growing
from reports.metrics import Scope
from reports.metrics.change import read_topics, topics_of
from reports.metrics.costs import cost_lines
from reports.metrics.hours import read_hours
from reports.metrics.load import DISCREET, HIDDEN, read_presence
from reports.metrics.load_hours import load_hours, told_of
from reports.metrics.offer import offered_in
from reports.metrics.rollouts import read_rollouts
from reports.metrics.sample import samples_of
from reports.months import Period


@dataclass(frozen=True, slots=True)
class SampleRow:
    """The quality sample of a service and month: drawn, gone through, and how many of these the figure may tell of."""

    service: int
    month: date
    size: int
    checked: int
    told: int


def _hours(scope: Scope, period: Period, now: datetime) -> Found:
    """M26: the hours of the day; those that would tell of one responder alone are left out, and told of as such."""
    facts = read_presence(scope, period, now=now)
    hours = load_hours(facts, read_hours(scope, period))
    told = told_of(hours)
    hides = HIDDEN in facts.get(DISCREET, {}) or (bool(hours) and not told)
    return Found(told, None, len(told), len(hours) - len(told), is_hidden=hides, kind=Kind.HOURS)


def _rollouts(scope: Scope, period: Period, _now: datetime) -> Found:
    """M29."""
    return _all(read_rollouts(scope, period)["rollouts"], Kind.ROLLOUTS)


def _costs(scope: Scope, period: Period, _now: datetime) -> Found:
    """M31: what is counted, and the shared costs that the county’s choice leaves out."""
    lines = cost_lines(scope, period)
    counted = [line for line in lines if line.counted is not None]
    others = [line for line in lines if line.counted is None]
    return Found(counted, others or None, len(counted), len(others), kind=Kind.COSTS)


def _services(scope: Scope, period: Period, now: datetime) -> Found:
    """M32."""
    return _all(offered_in(scope, period, now=now), Kind.SERVICES)


def _topics(scope: Scope, period: Period, _now: datetime) -> Found:
    """M34: the topics that grow, and the others that had contacts in either month."""
    month, counted = period.month, read_topics(scope, period).get("topics")
    if month is None or counted is None:  # nothing is compared
        return Found([], [], 0, 0, kind=Kind.TOPICS)
    before, now = topics_of(scope, month.shifted(-1).period, period)
    grow = {each.topic for each in counted}
    others = [Growing(pk, before.get(pk, 0), now.get(pk, 0), None) for pk in {*before, *now} if pk not in grow]
    others.sort(key=lambda each: (-each.now, -each.before, str(each.topic)))
    return Found(counted, others, len(counted), len(others), kind=Kind.TOPICS)


def _samples(scope: Scope, period: Period, _now: datetime) -> Found:
    """M35: each service’s sample of each month; the conversations of one are its own page’s."""
    rows = [
        SampleRow(service, month, each.size, each.checked, each.checked if each.is_told else 0)
        for (service, month), each in samples_of(scope, period).items()
    ]
    return _all(sorted(rows, key=lambda row: (row.month, row.service)), Kind.SAMPLES)


def _all(rows: Sequence[Any], kind: Kind) -> Found:
    return Found(rows, None, len(rows), 0, kind=kind)


MADE: Mapping[str, Callable[[Scope, Period, datetime], Found]] = {
    "M26": _hours,
    "M29": _rollouts,
    "M31": _costs,
    "M32": _services,
    "M34": _topics,
    "M35": _samples,
}
