"""The console's door to hide words of a message by hand: a question first, then the deed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.actors import Staff
from chat.choices import AudienceChoice, EventKind
from chat.models import Conversation, Event
from chat.operations import may_redact, open_conversation, redact_message
from chat.protocol import clean_text
from chat.refusals import Refusal, refuse
from chat.views.console_door import console_door
from chat.views.console_doors import answer


@require_http_methods(["GET", "POST"])
@console_door
def hide(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """By GET the question for a page without scripts; by POST the message, or the named words of it, are hidden."""
    if request.method == "GET":
        return _question(request, actor, conversation)
    audience, seq = request.POST.get("audience", ""), _number(request.POST.get("seq", ""))

    def act() -> dict[str, object]:
        if audience not in AudienceChoice.values or seq is None or request.POST.get("how") not in ("whole", "some"):
            raise refuse(Refusal.INVALID)
        words = clean_text(request.POST.get("words", "")) if request.POST["how"] == "some" else ""
        redact_message(by=actor, conversation=conversation, audience=audience, seq=seq, words=words, now=timezone.now())
        return {"conversation": conversation, "audience": audience, "seq": seq}

    def refused(code: Refusal, words: str) -> HttpResponse:
        messages.warning(request, words)
        return redirect("chat:console_conversation", conversation)

    return answer(request, act, refused=refused, to="chat:console_conversation")


def _question(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    now = timezone.now()
    try:
        row = open_conversation(by=actor, conversation=conversation, now=now, source="console").conversation
    except Conversation.DoesNotExist:
        raise Http404 from None
    about = {"audience": request.GET.get("audience", ""), "seq": _number(request.GET.get("seq", "")) or 0}
    message = Event.objects.filter(conversation=row, kind=EventKind.MESSAGE, **about).first()
    if message is None or not may_redact(by=actor, row=row, now=now):
        raise Http404
    return render(request, "chat/console/hide.html", {"row": row, "message": message})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
