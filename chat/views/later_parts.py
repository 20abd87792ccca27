"""What the console shows of reaching a resident later: what was agreed, the forms, and the attempts (S001-6, S002-38)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.actors import Staff
from chat.choices import AppointmentKind, DayPart, LaterChannel, LaterKind, Medium, State, TryResult
from chat.forms import day_in_words
from chat.models import Appointment, LaterContact
from chat.models.later import MOST_TRIES
from chat.operations.reading import Opened
from chat.views.booked import booking_address
from chat.views.console_panel import page_language
from services.holidays_fi import is_working_day
from services.models import Queue
from services.models.outside import RETURN
from services.texts import text

DAYS_OFFERED = 15


def later_context(actor: Staff, opened: Opened) -> dict[str, object]:
    """Of a chat or a form: what was agreed, and the forms to agree. Of a call request or a follow-up: its promise and attempts."""
    row = opened.conversation
    mine = row.responder_id == actor.user_id and opened.participant is not None
    if not row.is_written:
        later = LaterContact.objects.filter(conversation=row).select_related("agreed_by").first()
        tries = list(later.tries.select_related("by")) if later else []
        return {
            "later": later,
            "tries": tries,
            "tries_left": MOST_TRIES - len(tries),
            "may_try": mine and row.state == State.ACTIVE and later is not None and later.is_open,
            "try_results": TryResult.choices,
            "try_token": uuid4(),
            "may_agree": False,
        }
    if row.professional_id is not None or row.state == State.WAITING:
        return {"later": None, "agreed": [], "may_agree": False}
    agreed = LaterContact.objects.filter(conversation__origin=row, agreed_by__isnull=False).select_related(
        "conversation__queue__service"
    )
    context: dict[str, object] = {"later": None, "agreed": list(agreed), "may_agree": mine}
    if mine:
        language = page_language()
        units = Queue.objects.taking_calls().filter(service__county=row.county_id, service__is_test=row.is_test)
        today = timezone.localdate()
        days = [day for day in (today + timedelta(days=n) for n in range(40)) if is_working_day(day)][:DAYS_OFFERED]
        context |= {
            "units": [
                (unit.public_id, text(unit.service, "name", language), text(unit, "name", language))
                for unit in units.select_related("service")
            ],
            "days": [(day.isoformat(), day_in_words(day)) for day in days],
            "parts": DayPart.choices,
            "channels": LaterChannel.choices,
            "kinds": LaterKind,
            "later_token": uuid4(),
        }
    return context


def appointments_context(actor: Staff, opened: Opened) -> dict[str, object]:
    """The appointments of the conversation, and the form for its responder once the resident has identified herself."""
    row = opened.conversation
    mine = row.responder_id == actor.user_id and opened.participant is not None
    may = mine and row.state == State.ACTIVE and row.medium == Medium.CHAT and row.professional_id is None
    return {
        "appointments": list(Appointment.objects.filter(conversation=row)) if row.identified_at is not None else [],
        "may_book": may and row.identified_at is not None,
        "books_when_identified": may and row.identified_at is None and row.takes_identification,
        "appointment_kinds": AppointmentKind.choices,
        "appointment_token": uuid4(),
        "booking_address": booking_address(row.service, row.public_id) if may else "",
        "leads_back": f"{{{RETURN}}}" in row.service.booking_address,
        "makes_rooms": may and bool(row.service.room_address),
        "today": timezone.localdate(),
    }


__all__ = ["appointments_context", "later_context"]
