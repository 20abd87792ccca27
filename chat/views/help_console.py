"""Help requests for the staff: what is to be answered by when, what is overdue, and the contact detail of one (S003-13)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Staff
from chat.models import ContactDetail, Conversation
from chat.operations import open_left_contact, similar_answered
from chat.views.console_door import console_door

SHOWN = 200


@require_GET
@console_door
def help_requests(request: HttpRequest, actor: Staff) -> HttpResponse:
    """Who waits for an answer or a call in the services that she answers or supervises, the overdue first; no words of them."""
    county = getattr(request, "county", None)
    now = timezone.now()
    rows = Conversation.objects.readable_by(actor).unanswered().filter(county=county)
    shown = list(rows.select_related("service", "queue", "topic", "responder", "later_contact")[:SHOWN])
    entries = [(row, row.answer_due_at is not None and row.answer_due_at < now) for row in shown]
    overdue = sum(late for _row, late in entries)
    return render(request, "chat/help/list.html", {"entries": entries, "overdue": overdue, "count": len(entries)})


@require_GET
@console_door
def similar(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Answered questions that are like this one, for its responder; each that is shown is recorded."""
    try:
        found = similar_answered(by=actor, conversation=conversation, now=timezone.now())
    except Conversation.DoesNotExist:
        raise Http404 from None
    return render(request, "chat/help/similar.html", {"found": found, "conversation": conversation})


@require_POST
@console_door
def left_contact(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """The phone number or e-mail that was left with a request, for its responder; the look is recorded."""
    try:
        detail = open_left_contact(by=actor, conversation=conversation, now=timezone.now())
    except ContactDetail.DoesNotExist:
        raise Http404 from None
    return render(request, "chat/help/contact.html", {"detail": detail, "row": detail.conversation})
