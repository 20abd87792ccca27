"""How the guide is used: what counts as a session, an end, a hand-over and a loop (M22), for the reports and for the authors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q

from chat.choices import Status
from guidance.choices import SELF_SERVED, Helped
from guidance.models import MissedSearch, PathFeedback, PathSession, PathStep
from guidance.models.sessions import SessionQuerySet

GONE_AFTER = timedelta(minutes=60)
"""Who has answered nothing for so long has ended midway; and a chat within so long of the advice was no self-service."""
LOOPS_AT = 3
"""Answering the same question of the same version so many times within one walk is going round in a circle."""
ON_THE_WAY = ("", "path_link")
"""A link to another path is no end: who stops there has ended midway."""

HANDED_OVER = Q(handed_over_at__isnull=False)
HANDED_ANSWERED = HANDED_OVER & (
    Q(conversation__status=Status.ANSWERED) | Q(conversation__status="", conversation__first_reply_at__isnull=False)
)
COMPLETED = ~Q(outcome__in=ON_THE_WAY)
CHATTED_SOON = HANDED_OVER & (Q(outcome_at__isnull=True) | Q(handed_over_at__lte=F("outcome_at") + GONE_AFTER))
SERVED = Q(outcome__in=SELF_SERVED) & ~CHATTED_SOON


def sessions_of(county: int, starts: datetime, ends: datetime) -> SessionQuerySet:
    """Walks begun in the time; those that became a test conversation count in nothing."""
    rows = PathSession.objects.filter(county=county, began_at__gte=starts, began_at__lt=ends)
    return rows.filter(Q(conversation__isnull=True) | Q(conversation__is_test=False)).order_by()


def midway(now: datetime) -> Q:
    """Ended midway: no end, no human, and silent long enough."""
    return Q(outcome__in=ON_THE_WAY, handed_over_at__isnull=True, last_at__lt=now - GONE_AFTER)


def counts_of(now: datetime) -> dict[str, Count]:
    """The columns of one pass over the sessions."""
    return {
        "sessions": Count("pk"),
        "completed": Count("pk", filter=COMPLETED),
        "self_served": Count("pk", filter=SERVED),
        "handed_over": Count("pk", filter=HANDED_OVER),
        "handed_answered": Count("pk", filter=HANDED_ANSWERED),
        "midway": Count("pk", filter=midway(now)),
    }


def kinds_of(sessions: SessionQuerySet) -> Mapping[str, int]:
    """How many ended in each kind of outcome."""
    rows = sessions.filter(COMPLETED).values("outcome").annotate(n=Count("pk"))
    return {row["outcome"]: row["n"] for row in rows}


def said_in(county: int, starts: datetime, ends: datetime) -> Mapping[str, int]:
    """“Oliko tästä apua?”: how many answered what."""
    rows = PathFeedback.objects.filter(version__path__county=county, created_at__gte=starts, created_at__lt=ends).exclude(helped="")
    found = {row["helped"]: row["n"] for row in rows.order_by().values("helped").annotate(n=Count("pk"))}
    return {"said": sum(found.values()), "helped": found.get(Helped.YES, 0)}


def missed_in(county: int, starts: datetime, ends: datetime) -> int:
    """Searches without a hit."""
    return MissedSearch.objects.filter(county=county, made_at__gte=starts, made_at__lt=ends).count()


def loops_in(sessions: SessionQuerySet) -> list[dict[str, Any]]:
    """The questions in which walks went round in a circle, and in how many."""
    rounds = PathStep.objects.filter(session__in=sessions).order_by().values("session", "version", "node").annotate(n=Count("pk"))
    return list(rounds.filter(n__gte=LOOPS_AT).values("session", "version__path", "node"))


__all__ = [
    "GONE_AFTER",
    "HANDED_ANSWERED",
    "LOOPS_AT",
    "SERVED",
    "counts_of",
    "kinds_of",
    "loops_in",
    "midway",
    "missed_in",
    "said_in",
    "sessions_of",
]
