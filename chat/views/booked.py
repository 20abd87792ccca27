"""The way back from the county's booking system: the time that was booked there, for the responder to record (S002-37).

A service may name the address of its booking system. Beside the chat of an identified resident the responder opens it from there;
the system leads her browser back to this page with what was booked. Nothing is recorded before she presses the button, nothing of
the resident goes out, and what the address brings is no more than what she could have typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from chat.choices import AppointmentKind, State
from chat.models import Appointment, Conversation
from chat.refusals import MESSAGES, Refusal
from chat.views.console_door import console_door
from services.hosts import address_of
from services.models import Service
from services.models.outside import RETURN, filled


@dataclass(frozen=True, slots=True)
class Brought:
    """What the booking system told: what it did not tell, or told wrongly, is empty."""

    kind: str = ""
    unit: str = ""
    day: str = ""
    time: str = ""
    link: str = ""

    @property
    def key(self) -> str:
        """The same booking is the same, however often the page is opened."""
        return "\n".join((self.kind, self.unit, self.day, self.time, self.link))


def booking_address(service: Service, conversation: UUID) -> str:
    """Where the service's booking system opens, with the way back; nothing when the service names none."""
    if not service.booking_address:
        return ""
    back = address_of(service.county, reverse("chat:console_booked", args=[conversation]))
    return filled(service.booking_address, RETURN, back)


def read(query: Mapping[str, str]) -> Brought:
    """`kind`, `unit`, `at` (2026-12-09T10:30, in Finland's time unless it tells its own) and `link`."""
    at = _moment(query.get("at", ""))
    kind = query.get("kind", "")
    return Brought(
        kind=kind if kind in AppointmentKind.values else "",
        unit=" ".join(query.get("unit", "").replace("\0", " ").split())[:120],
        day=f"{at:%Y-%m-%d}" if at else "",
        time=f"{at:%H:%M}" if at else "",
        link=query.get("link", "").replace("\0", "")[:500],
    )


def _moment(told: str) -> datetime | None:
    try:
        at = parse_datetime(told)
    except ValueError:
        return None
    if at is None:
        return None
    try:
        return timezone.localtime(at) if timezone.is_aware(at) else at
    except (OverflowError, ValueError):
        return None


@require_GET
@console_door
def booked(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """The time that was booked, ready to be recorded by whoever has the conversation; to others there is no such page."""
    rows = Conversation.objects.readable_by(actor).select_related("service")
    row = rows.filter(public_id=conversation, responder=actor.user_id).first()
    if row is None:
        raise Http404
    refused = ""
    if row.state != State.ACTIVE:
        refused = str(MESSAGES[Refusal.ENDED])
    elif row.identified_at is None:
        refused = str(MESSAGES[Refusal.NOT_IDENTIFIED])
    brought = read(request.GET.dict())
    token = uuid5(row.public_id, brought.key)
    recorded = Appointment.objects.filter(conversation=row, token=token).first()
    if recorded is not None and recorded.cancelled_at is not None:
        recorded, token = None, uuid4()
    context = {
        "row": row,
        "refused": refused,
        "recorded": recorded is not None,
        "brought": brought,
        "appointment_kinds": AppointmentKind.choices,
        "appointment_token": token,
        "makes_rooms": bool(row.service.room_address),
        "today": timezone.localdate(),
    }
    return render(request, "chat/console/booked.html", context)


__all__ = ["booked", "booking_address"]
