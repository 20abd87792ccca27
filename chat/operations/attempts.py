"""Noting that somebody came when the service was closed (M05)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.crypto import salted_hmac

from accounts.actors import Actor, Resident
from chat.choices import EntryChannel, WentTo
from chat.models import Attempt
from services.models import Service


def record_attempt(
    *, by: Actor, service: Service, opens_at: datetime | None, language: str, entry_channel: str = EntryChannel.WEB, now: datetime
) -> Attempt:
    """A resident came to a closed service: one row for her browser session, service and closed period; no name, no text."""
    if not isinstance(by, Resident):
        raise PermissionDenied
    attempt, _ = Attempt.objects.get_or_create(
        visit=_visit(by.key, service, opens_at),
        defaults={
            "county": service.county,
            "service": service,
            "at": now,
            "language": language,
            "entry_channel": entry_channel,
            "is_test": service.is_test,
        },
    )
    return attempt


def note_where_to(*, by: Actor, service: Service, opens_at: datetime | None, went_to: WentTo) -> None:
    """Where she went from the closed view; the last choice stands."""
    if isinstance(by, Resident):
        Attempt.objects.filter(visit=_visit(by.key, service, opens_at)).update(went_to=went_to)


def _visit(key: UUID, service: Service, opens_at: datetime | None) -> str:
    period = opens_at.isoformat() if opens_at else ""
    return salted_hmac("chat.attempt", f"{key}:{service.pk}:{period}", algorithm="sha256").hexdigest()
