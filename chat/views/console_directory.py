"""The directory beside a conversation: a search over services, numbers and links, and a card of one sent as a message."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Staff
from chat.choices import State
from chat.models import Conversation
from chat.operations.cards import send_card
from chat.refusals import Refusal, refuse
from chat.views.console_door import console_door
from chat.views.console_doors import answer, uuid_or_none
from chat.views.console_panel import page_language
from chat.views.console_tools import back_to
from handbook.directory import find_entries

QUERY_MOST = 100


@require_GET
@console_door
def directory(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Entries for the words; what is for professionals only is told apart, and is not offered to a resident."""
    row = Conversation.objects.readable_by(actor).select_related("county").filter(public_id=conversation).first()
    if row is None:
        raise Http404
    words, language = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:QUERY_MOST], page_language()
    professional = row.professional_id is not None
    may_send = row.state == State.ACTIVE and row.responder_id == actor.user_id
    found = find_entries(row.county, words, language=language) if words else []
    entries = [
        (each, each.name(language), lines, may_send and bool(lines) and (professional or not each.internal))
        for each in found
        for lines in [each.lines(language)]
    ]
    context = {"row": row, "query": words, "entries": entries, "token": uuid4(), "professional": professional}
    return render(request, "chat/console/directory.html", context)


@require_POST
@console_door
def send(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Send one entry as a card. The id comes with the form, so a double press sends once."""
    token = uuid_or_none(request.POST.get("client_id", ""))

    def act() -> dict[str, object]:
        if token is None:
            raise refuse(Refusal.INVALID)
        sent = send_card(
            by=actor,
            conversation=conversation,
            kind=request.POST.get("kind", ""),
            entry=request.POST.get("entry", ""),
            token=token,
            now=timezone.now(),
        )
        return {"conversation": sent.conversation, "seq": sent.seq}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")
