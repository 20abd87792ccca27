"""Identification in the console: the responder asks and takes back; others give a reason before they see a name."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from chat.choices import Behalf
from chat.operations import recall_identification, request_identification, show_name
from chat.refusals import Refusal
from chat.views.console_door import console_door
from chat.views.console_doors import answer


@require_POST
@console_door
def ask_identity(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Ask the resident to identify herself, for the purpose chosen and in whose matter."""

    def act() -> dict[str, object]:
        asked = request_identification(
            by=actor,
            conversation=conversation,
            purpose=request.POST.get("purpose", ""),
            behalf=request.POST.get("behalf", Behalf.SELF),
            now=timezone.now(),
        )
        return {"conversation": conversation, "identity": asked.state}

    return answer(request, act, refused=_back(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def recall_identity(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Take the request back."""

    def act() -> dict[str, object]:
        recall_identification(by=actor, conversation=conversation, now=timezone.now())
        return {"conversation": conversation}

    return answer(request, act, refused=_back(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def reveal_name(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """See the name, for the reason given."""

    def act() -> dict[str, object]:
        show_name(by=actor, conversation=conversation, reason=request.POST.get("reason", ""), now=timezone.now())
        return {"conversation": conversation}

    return answer(request, act, refused=_back(request, conversation), to="chat:console_conversation")


def _back(request: HttpRequest, conversation: UUID) -> Callable[[Refusal, str], HttpResponse]:
    """After a refusal: the conversation, with the reason."""

    def inner(code: Refusal, words: str) -> HttpResponse:
        messages.warning(request, words)
        return redirect("chat:console_conversation", conversation)

    return inner
