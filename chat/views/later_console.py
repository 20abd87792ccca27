"""A responder agrees that a resident is reached later, and records each attempt (S001-6, S002-38).

Each door takes a plain form and comes back to the conversation; the rules are the operations'.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from chat.choices import LaterKind
from chat.forms import AgreeLaterForm, AppointmentForm, token_of
from chat.models import Appointment, Conversation
from chat.operations import Wish, agree_later_contact, book_appointment, cancel_appointment, record_try
from chat.refusals import Refusal, refuse
from chat.views.console_door import console_door
from chat.views.console_doors import answer
from chat.views.console_tools import back_to


@require_POST
@console_door
def agree(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Agree on a follow-up, or leave a call request to a unit, for the resident of a conversation."""
    form = AgreeLaterForm({**request.POST.dict(), "token": str(token_of(request.POST.get("token")))})

    def act() -> dict[str, object]:
        row = Conversation.objects.readable_by(actor).select_related("queue").get(public_id=conversation)
        if not form.is_valid():
            raise refuse(Refusal.DETAIL_INVALID)
        words, unit = form.cleaned_data, form.cleaned_data["unit"]
        if words["kind"] == LaterKind.FOLLOW_UP:
            unit = row.queue.public_id if words["by_queue"] else None
        agree_later_contact(
            by=actor,
            conversation=conversation,
            kind=words["kind"],
            wish=Wish(words["value"], channel=words["channel"], day=words["day"], part=words["part"]),
            queue=unit,
            body=words["body"],
            token=words["token"],
            agreed=words["agreed"],
            now=timezone.now(),
        )
        return {"conversation": conversation}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def record(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Record what came of an attempt to reach her."""
    result, token = request.POST.get("result", ""), token_of(request.POST.get("token"))

    def act() -> dict[str, object]:
        record_try(by=actor, conversation=conversation, result=result, token=token, now=timezone.now())
        return {"conversation": conversation}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def book(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Record an appointment for an identified resident, and tell her of it."""
    form = AppointmentForm({**request.POST.dict(), "token": str(token_of(request.POST.get("token")))})

    def act() -> dict[str, object]:
        Conversation.objects.readable_by(actor).get(public_id=conversation)
        if not form.is_valid():
            raise refuse(Refusal.TIME_MISSING if "at" in form.errors else Refusal.DETAIL_INVALID)
        words = form.cleaned_data
        book_appointment(by=actor, conversation=conversation, now=timezone.now(), **words)
        return {"conversation": conversation}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def unbook(request: HttpRequest, actor: Staff, conversation: UUID, appointment: UUID) -> HttpResponse:
    """Take back an appointment that was recorded by mistake."""

    def act() -> dict[str, object]:
        try:
            cancel_appointment(by=actor, conversation=conversation, appointment=appointment, now=timezone.now())
        except Appointment.DoesNotExist:
            raise Conversation.DoesNotExist from None
        return {"conversation": conversation}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")


__all__ = ["agree", "book", "record", "unbook"]
