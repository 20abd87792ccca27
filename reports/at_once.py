"""The reports of many scopes of one county of the same days, with everything that can be read once read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import connection
from django.utils import timezone, translation

from accounts.actors import Actor
from reports.metrics import Scope, read_ahead
from reports.metrics.scope import Told
from reports.metrics.sql import long_reading
from reports.months import Month, Period
from reports.report import Report, report_of
from reports.shown import BREAKDOWNS
from reports.trend import OfMonth, last_months, trend_of
from services.models import County

READERS = 3
"""What is read side by side: for the county as a whole, for its services, and what both will ask for later."""
T = TypeVar("T")


def reports_of(actor: Actor, county: County, scopes: Sequence[Told], period: Period, *, now: datetime) -> Iterator[Report]:
    """The live report of each scope, in their order: the service, the group, or the county when there is neither.

    Whoever calls has asked that the person may read their figures. They are in the language of whoever calls.
    """
    at_once = Scope.at_once([Scope.told(county, *told) for told in scopes])
    pairs = list(zip(scopes, at_once, strict=True))
    jobs = [
        partial(report_of, actor, county, service, period, now=now, group=group, scope=scope) for (service, group), scope in pairs
    ]
    ahead = next((pair for pair in reversed(pairs) if pair[1].is_one_of_many), pairs[-1])
    with ThreadPoolExecutor(READERS, thread_name_prefix="reports") as readers:
        try:
            _submit(readers, partial(_read_ahead, county, *ahead, period, now))
            for made in [_submit(readers, job) for job in jobs]:
                yield made.result()
        finally:
            readers.shutdown(cancel_futures=True)


def _read_ahead(county: County, told: Told, scope: Scope, period: Period, now: datetime) -> None:
    """What every report asks for last, read while the first ones read what they ask for first. It only saves time."""
    service, group = told
    read_ahead(scope, period, tuple(BREAKDOWNS), now=now)
    months = last_months(period.month) if period.month else period.months
    live: dict[Month, OfMonth] = {period.month: {}} if period.month else {}
    trend_of(county, service, months, today=timezone.localdate(now), live=live, group=group, scope=scope)


def _submit(readers: ThreadPoolExecutor, job: Callable[[], T]) -> Future[T]:
    """In a thread of the readers, with a connection of its own and the language of whoever submits."""

    language = translation.get_language()

    def alone() -> T:
        try:
            with translation.override(language), long_reading():
                return job()
        finally:
            connection.close()

    return readers.submit(alone)
