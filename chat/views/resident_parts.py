"""Parts of a resident's conversation that are read anew by themselves.

Each part is a template of its own, `chat/resident/<name>.html`, which the whole page includes too. What it needs beyond the
conversation itself comes from a function that is listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Resident
from chat.operations import open_conversation
from chat.operations.reading import Opened
from chat.views.feedback_part import feedback_part
from chat.views.identity import identity_context
from chat.views.later_resident import agreed_context
from chat.views.resident_door import resident_door
from chat.views.resident_transfer import ask_context
from chat.views.start import ways_of
from chat.views.waiting import wait_context

Context = dict[str, object]


def after_context(resident: Resident, opened: Opened) -> Context:
    """What she can do when it is over: in the service where the conversation is now, which a transfer changes."""
    row, service = opened.conversation, opened.conversation.service
    passed = (timezone.now() - row.closed_at).days if row.closed_at is not None else 0
    days = min(service.retention_days, settings.RESIDENT_COOKIE_AGE // 86400) - passed
    return {"ways": ways_of(service), "read_days": max(days, 0)}


PARTS: Mapping[str, tuple[Callable[[Resident, Opened], Context], ...]] = {
    "ask": (ask_context, identity_context),
    "wait": (wait_context,),
    "feedback": (feedback_part,),
    "after": (after_context,),
    "agreed": (agreed_context,),
}
"""The live parts, and what gives each its own context."""


def parts_context(resident: Resident, opened: Opened) -> Context:
    """What all live parts show."""
    context: Context = {}
    for makers in PARTS.values():
        for make in makers:
            context |= make(resident, opened)
    return context


@require_GET
@resident_door
def part(request: HttpRequest, resident: Resident, conversation: UUID, part: str) -> HttpResponse:
    """One live part of her own conversation."""
    if part not in PARTS:
        raise Http404
    opened = open_conversation(by=resident, conversation=conversation, now=timezone.now(), source="page")
    context: Context = {"row": opened.conversation, "service": opened.conversation.service, "me": opened.participant}
    for make in PARTS[part]:
        context |= make(resident, opened)
    return render(request, f"chat/resident/{part}.html", context)
