"""A responder's own figures for one day, from rows, in a constant number of queries (S000-16). Never of two people together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median

from django.db.models import Q
from django.utils import timezone

from chat.choices import AudienceChoice, EventKind, Medium, Outcome, State
from chat.models import Conversation, Event, Leg


@dataclass(frozen=True, slots=True)
class Workday:
    """What one person did on one day in Finland. Tests are left out."""

    since: datetime
    taken: int
    ended: int
    coded: int
    uncoded: Sequence[Conversation]
    wait_seconds: float | None
    handling_seconds: float | None
    messages: int


def workday(user: int, *, now: datetime, services: Collection[int] | None = None) -> Workday:
    """One person's day so far, in four queries; `services`: of her work in these alone.

    The waits are those of the legs that she took (M06), the handling from her taking to the end (M09); `uncoded` are all of hers
    that still lack an outcome, older ones too.
    """
    day = timezone.localdate(now)
    since = timezone.make_aware(datetime.combine(day, time.min))
    until = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    there = {} if services is None else {"queue__service__in": services}
    legs = Leg.objects.filter(
        responder_id=user, accepted_at__gte=since, accepted_at__lt=until, conversation__is_test=False, **there
    )
    waits = list(legs.filter(conversation__medium=Medium.CHAT).order_by().values_list("wait_seconds", flat=True))
    ended = Conversation.objects.filter(
        responder_id=user, state=State.ENDED, closed_at__gte=since, closed_at__lt=until, is_test=False, **there
    )
    rows = list(ended.order_by().values_list("outcome", "accepted_at", "closed_at"))
    uncoded = Conversation.objects.filter(
        Q(outcome=Outcome.R0, closed_at__gte=since) | Q(outcome="", due_at__isnull=False),
        responder_id=user,
        state=State.ENDED,
        is_test=False,
        **there,
    )
    messages = Event.objects.filter(
        kind=EventKind.MESSAGE,
        audience=AudienceChoice.ALL,
        participant__user_id=user,
        conversation__is_test=False,
        created_at__gte=since,
        created_at__lt=until,
        **{f"conversation__{path}": wanted for path, wanted in there.items()},
    )
    known_waits = [wait for wait in waits if wait is not None]
    handled = [(closed - accepted).total_seconds() for _, accepted, closed in rows if accepted and closed and closed >= accepted]
    return Workday(
        since=since,
        taken=len(waits),
        ended=len(rows),
        coded=sum(outcome not in ("", Outcome.R0) for outcome, _, _ in rows),
        uncoded=list(uncoded.select_related("service", "topic").order_by("closed_at")),
        wait_seconds=median(known_waits) if known_waits else None,
        handling_seconds=median(handled) if handled else None,
        messages=messages.count(),
    )
