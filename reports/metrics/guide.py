"""M22: how the automatic guide is used, and how many it serves by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guidance import usage
from guidance.models import Path
from reports.metrics.definition import Better, Source, metric
from reports.metrics.figure import Facts, Figure, named, number, ratio, share, unknown
from reports.metrics.ranks import Median
from reports.metrics.scope import Scope
from reports.metrics.sql import Elapsed, seconds
from reports.months import Period


def read_guide(scope: Scope, period: Period, *, now: datetime) -> dict[str, Any]:
    """The walks begun in the period, in seven queries. The guide is the whole county's: a part of its services has no data."""
    if not scope.is_whole:
        return {}
    starts, ends = period.interval
    sessions = usage.sessions_of(scope.county_id, starts, ends)
    paths = Path.objects.filter(county=scope.county_id)
    late = Q(review_on__lt=timezone.localdate(now))
    of_paths = paths.published().aggregate(published=Count("pk"), overdue=Count("pk", filter=late))
    published = of_paths["published"]
    wait = Median(Elapsed("handed_over_at", "conversation__first_reply_at"), filter=usage.HANDED_ANSWERED & ~Q(conversation=None))
    found = sessions.aggregate(**usage.counts_of(now), human_wait=wait)
    if not published and not found["sessions"]:
        return {}
    return {
        **{f"guide_{name}": value for name, value in found.items()},
        **{f"guide_{name}": value for name, value in usage.said_in(scope.county_id, starts, ends).items()},
        **{f"guide_{kind}": n for kind, n in usage.kinds_of(sessions).items()},
        "guide_missed": usage.missed_in(scope.county_id, starts, ends),
        "guide_loops": len({row["session"] for row in usage.loops_in(sessions)}),
        "guide_published": published,
        "guide_overdue": of_paths["overdue"],
    }


KINDS = ("self_care", "service_link", "chat_handover", "help_form", "call_request", "call_116117", "call_112", "phone")
PARTS = tuple(
    f"guide_{name}"
    for name in (
        *("sessions", "completed", "self_served", *KINDS, "handed_over", "handed_answered", "midway", "loops"),
        *("said", "helped", "missed", "published", "overdue"),
    )
)


def self_served(facts: Facts) -> Figure:
    """M22: sessions that ended in advice or a service with no chat within an hour, of all sessions."""
    if "guide_sessions" not in facts:
        return unknown("M22", "%")
    beside = {
        "guide_helped_share": ratio(number(facts, "guide_helped"), number(facts, "guide_said")),
        "guide_human_wait": seconds(facts.get("guide_human_wait")),
    }
    return share("M22", number(facts, "guide_self_served"), number(facts, "guide_sessions"), named(facts, PARTS), beside=beside)


DEFINITIONS = (
    metric(
        "M22",
        "%",
        Better.MORE,
        _(
            "Sessions of the guide that ended in advice or a service, with no chat within an hour, divided by all sessions begun in"
            " the period. A session is counted from its first answer; robots, staff and previews are not."
        ),
        self_served,
        Source.GUIDE,
    ),
)
