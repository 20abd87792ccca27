"""What was agreed in a resident's conversation, on her page: by when and by what she is reached, and that she needs it no more."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.actors import Resident
from chat.models import LaterContact
from chat.operations import cancel_later_contact
from chat.operations.reading import Opened
from chat.views.resident_door import resident_form


def agreed_context(resident: Resident, opened: Opened) -> dict[str, object]:
    """What was agreed in the conversation, the next day first."""
    rows = LaterContact.objects.filter(conversation__origin=opened.conversation, agreed_by__isnull=False)
    return {"agreed": list(rows.select_related("conversation__queue", "conversation__service"))}


@resident_form
def cancel(request: HttpRequest, resident: Resident, conversation: UUID, later: UUID) -> HttpResponse:
    """She needs the call or the message no more."""
    cancel_later_contact(by=resident, conversation=conversation, later=later, now=timezone.now())
    return redirect("chat:conversation", conversation)


__all__ = ["agreed_context", "cancel"]
