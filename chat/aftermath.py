"""What came of a disruption: who waited, what they were told and when, who was turned away, which texts stood (S001-31).

Read from rows afterwards; no person and no word of a resident is in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.choices import AuditAction
from accounts.models import AuditEntry
from chat.choices import LegExit, Medium
from chat.models import Attempt, Leg, ToldDisruption
from services.models import Disruption
from services.texts import FALLBACKS

MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Told:
    """One was told this then."""

    phase: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiter:
    """One who waited during the disruption. `came_of`: taken, left, closed, moved or waiting."""

    number: int
    queued_at: datetime
    waited_seconds: int
    came_of: str
    outcome: str
    language: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """The notice as it stood from this instant on."""

    number: int
    at: datetime
    by: str
    text: dict[str, str]
    staff_text: dict[str, str]
    stops_intake: bool


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The report of one disruption."""

    disruption: Disruption
    until: datetime
    is_running: bool
    waiters: tuple[Waiter, ...]
    versions: tuple[Version, ...]
    turned_away: int

    @property
    def told(self) -> int:
        """How many of those who waited were told of it."""
        return sum(bool(row.told) for row in self.waiters)

    @property
    def counts(self) -> dict[str, int]:
        """How many of them came to what."""
        found: dict[str, int] = {"taken": 0, "left": 0, "closed": 0, "moved": 0, "waiting": 0}
        for row in self.waiters:
            found[row.came_of] += 1
        return found

    @property
    def minutes(self) -> int:
        """How long it lasted, in begun minutes."""
        return max(int(-(-(self.until - self.disruption.starts_at).total_seconds() // 60)), 0)


def aftermath_of(disruption: Disruption, *, now: datetime) -> Aftermath:
    """The report, as far as it is known now; of one that goes on, until now. Five queries."""
    is_running = disruption.ends_at is None or disruption.ends_at > now
    until = now if is_running or disruption.ends_at is None else disruption.ends_at
    return Aftermath(
        disruption=disruption,
        until=until,
        is_running=is_running,
        waiters=_waiters(disruption, until=until, now=now),
        versions=_versions(disruption),
        turned_away=_turned_away(disruption, until=until),
    )


def _waiters(disruption: Disruption, *, until: datetime, now: datetime) -> tuple[Waiter, ...]:
    """The turns in the line that lay at least partly inside it."""
    if disruption.queue_id:
        place = Q(queue=disruption.queue_id)
    elif disruption.service_id:
        place = Q(queue__service=disruption.service_id)
    else:
        place = Q(queue__service__county=disruption.county_id)
    began = disruption.starts_at
    legs = (
        Leg.objects.filter(place, queued_at__lt=until, conversation__medium=Medium.CHAT)
        .filter(Q(accepted_at__isnull=True) | Q(accepted_at__gt=began), Q(left_at__isnull=True) | Q(left_at__gt=began))
        .exclude(Q(conversation__is_test=True) & Q(queue__service__is_test=False))
        .select_related("conversation")
        .order_by("queued_at", "pk")[:MOST_ROWS]
    )
    rows = list(legs)
    told: dict[int, list[Told]] = defaultdict(list)
    known = ToldDisruption.objects.filter(disruption=disruption).order_by("at", "pk")
    for conversation, phase, version, at in known.values_list("conversation_id", "phase", "version", "at"):
        told[conversation].append(Told(phase, version, at))
    return tuple(
        Waiter(
            number=number,
            queued_at=leg.queued_at,
            waited_seconds=round(((leg.accepted_at or leg.left_at or now) - leg.queued_at).total_seconds()),
            came_of=_came_of(leg),
            outcome=leg.conversation.outcome,
            language=leg.conversation.language,
            told=tuple(told.get(leg.conversation_id, ())),
        )
        for number, leg in enumerate(rows, start=1)
    )


def _came_of(leg: Leg) -> str:
    if leg.accepted_at is not None:
        return "taken"
    if leg.left_at is None:
        return "waiting"
    return {LegExit.LEFT: "left", LegExit.CLOSED: "closed"}.get(LegExit(leg.exit), "moved") if leg.exit else "left"


def _versions(disruption: Disruption) -> tuple[Version, ...]:
    """How the notice read from when on, by the audit: the row itself holds the newest only."""
    entries = AuditEntry.objects.filter(
        object_type=disruption._meta.label_lower,
        object_id=str(disruption.public_id),
        action__in=[AuditAction.CREATE, AuditAction.CHANGE],
    ).order_by("at", "pk")
    versions: list[Version] = []
    stands: dict[str, object] = {}
    for entry in entries:
        stands |= entry.after or {}
        shown = (_texts(stands, "text"), _texts(stands, "staff_text"), bool(stands.get("stops_intake")))
        if not versions or shown != (versions[-1].text, versions[-1].staff_text, versions[-1].stops_intake):
            versions.append(Version(len(versions) + 1, entry.at, entry.actor_name, *shown))
    return tuple(versions)


def _texts(stands: dict[str, object], name: str) -> dict[str, str]:
    return {code: str(words) for code in FALLBACKS if (words := stands.get(f"{name}_{code}"))}


def _turned_away(disruption: Disruption, *, until: datetime) -> int:
    """Those who came to a service that took nobody, while it lasted."""
    rows = Attempt.objects.filter(county=disruption.county_id, at__gte=disruption.starts_at, at__lte=until)
    if disruption.service_id:
        rows = rows.filter(service=disruption.service_id)
    return rows.count()
