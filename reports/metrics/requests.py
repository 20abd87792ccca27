"""M23: questions sent with the help form, and whether they were answered in working days. They are no contacts (metrics 1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from chat.choices import EndedBy, State
from chat.models import Conversation
from chat.models.conversations import ConversationQuerySet
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, number, share
from reports.metrics.passes import FIRST
from reports.metrics.scope import Scope
from reports.months import Period
from services.calendars import local_date
from services.holidays_fi import working_day_after, working_days

WITHIN, SOONER = 3, 2
"""The working days of the promise (S003-13), and of the quicker band."""


def requests_of(scope: Scope, period: Period) -> ConversationQuerySet:
    """The help requests that arrived in the period, tests left out."""
    starts, ends = period.interval
    came = {"county": scope.county_id, "queued_at__gte": starts, "queued_at__lt": ends, "first_queue__service__in": scope.services}
    return Conversation.objects.requests().filter(**came, is_test=False).order_by()


def is_in_time(queued: datetime, replied: datetime | None, ended_by: str, today: date) -> bool | None:
    """Whether it was answered by the end of the third working day. None: not judged, neither answered nor late; or the resident
    closed it herself unanswered.
    """
    last = working_day_after(local_date(queued), WITHIN)
    if replied is not None:
        return local_date(replied) <= last
    return False if ended_by != EndedBy.RESIDENT and today > last else None


def read_requests(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """The help requests that arrived in the period, tests left out: one query.

    `judged`: answered, or past the third working day without an answer; one that the resident herself closed unanswered is not.
    """
    names = ("queued_at", "first_reply_at", "state", "ended_by", "answer_due_at")

    def stamps(of: Scope) -> Iterable[Any]:
        found: Iterable[Any] = requests_of(of, period).values(*names, of_service=F(FIRST)).iterator()
        return found

    today = local_date(now)
    found: dict[str, Any] = dict.fromkeys(("requests", "requests_answered", "judged", "within_two", "within_three"), 0)
    found |= dict.fromkeys(("answered_late", "requests_open", "requests_overdue"), 0)
    days: list[int] = []
    for row in scope.by_service(f"requests {period}", stamps):
        queued, replied, state, ended_by, due = (row[name] for name in names)
        came = local_date(queued)
        found["requests"] += 1
        if state != State.ENDED and due is not None:
            found["requests_open"] += 1
            found["requests_overdue"] += now > due
        if replied is not None:
            answered = local_date(replied)
            found["requests_answered"] += 1
            days.append(working_days(came + timedelta(days=1), answered) if answered > came else 0)
            found["within_two"] += answered <= working_day_after(came, SOONER)
        in_time = is_in_time(queued, replied, ended_by, today)
        found["judged"] += in_time is not None
        found["within_three"] += in_time is True
        found["answered_late"] += replied is not None and in_time is False
    return {**found, "median_days": Fraction(median(days)) if days else None}


def requests(facts: Facts) -> Figure:
    """M23."""
    names = ("requests", "requests_answered", "within_two", "within_three", "answered_late", "requests_open", "requests_overdue")
    parts = [(name, number(facts, name)) for name in names]
    beside = {"median_days": facts.get("median_days")}
    return share("M23", number(facts, "within_three"), number(facts, "judged"), parts, beside=beside)


DEFINITIONS = (
    metric(
        "M23",
        "%",
        Better.MORE,
        _(
            "Questions sent with the help form in the period that were answered by the end of the third working day, of those that"
            " have been answered or whose third working day has passed. They are not counted as contacts."
        ),
        requests,
        Source.REQUESTS,
    ),
)
__all__ = ["DEFINITIONS", "is_in_time", "read_requests", "requests_of"]
