"""Who was there against who came, hour by hour of one day in Finland (S002-48, M26)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import Q

from chat.choices import PresenceKind
from chat.models import Conversation, Leg, Presence
from services.calendars import DAY, HELSINKI, midnights
from services.models import Membership, Service

UTC = ZoneInfo("UTC")
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour: how many came, how many of them were answered, their median wait, and the hours of people there."""

    starts_at: datetime
    ends_at: datetime
    came: int
    answered: int
    wait: float | None
    available: float
    otherwise: float
    """On the phone, on a break, away, or only finishing: there, but taking no new ones."""
    is_twice: bool
    """The clock shows this hour twice on this day."""


def hours_of_day(services: Collection[Service], day: date, *, now: datetime) -> list[HourRow]:
    """The hours of a local day: 24, but 23 or 25 when the clocks change; two queries.

    Who came: conversations that began in the hour, by any channel, tests left out. There: the presence intervals, cut to the
    hour, of those who belong to the services' groups or answered one of these conversations; one that still runs counts to now.
    """
    start, end = midnights(day)
    keys = [service.pk for service in services]
    counties = {service.county_id for service in services}
    contacts = list(
        Conversation.objects.filter(service_id__in=keys, queued_at__gte=start, queued_at__lt=end, is_test=False).values_list(
            "queued_at", "first_reply_at", "wait_seconds"
        )
    )
    members = Membership.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=start), group__queues__service_id__in=keys)
    legs = Leg.objects.filter(queue__service_id__in=keys, accepted_at__gte=start - DAY, accepted_at__lt=end)
    stretches = list(
        Presence.objects.filter(
            Q(user_id__in=members.values("user_id")) | Q(user_id__in=legs.values("responder_id")),
            Q(ends_at__isnull=True) | Q(ends_at__gt=start),
            county_id__in=counties,
            starts_at__lt=end,
        ).values_list("kind", "starts_at", "ends_at")
    )
    starts = _hours(start, end)
    shown = [at.astimezone(HELSINKI).hour for at in starts]
    rows = []
    for at, hour in zip(starts, shown, strict=True):
        here = [contact for contact in contacts if at <= contact[0] < at + HOUR]
        waits = [wait for _, _, wait in here if wait is not None]
        rows.append(
            HourRow(
                starts_at=at,
                ends_at=at + HOUR,
                came=len(here),
                answered=sum(reply is not None for _, reply, _ in here),
                wait=median(waits) if waits else None,
                available=_inside(at, [each[1:] for each in stretches if each[0] == PresenceKind.AVAILABLE], now=now),
                otherwise=_inside(at, [each[1:] for each in stretches if each[0] != PresenceKind.AVAILABLE], now=now),
                is_twice=shown.count(hour) > 1,
            )
        )
    return rows


def _hours(start: datetime, end: datetime) -> list[datetime]:
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    return [first + HOUR * n for n in range(int((last - first) / HOUR))]


def _inside(at: datetime, stretches: Sequence[tuple[datetime, datetime | None]], *, now: datetime) -> float:
    """Hours of the stretches inside one hour."""
    whole = timedelta()
    for starts_at, ends_at in stretches:
        whole += max(min(ends_at or now, at + HOUR) - max(starts_at, at), timedelta())
    return whole / HOUR
