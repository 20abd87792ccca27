"""Quick replies beside a conversation: found, filled for this conversation, counted when sent, proposed for everybody.

A script reads the list as JSON; without scripts it is a page from which the texts are copied. Nothing is ever sent from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Staff
from accounts.models import User
from chat.choices import AudienceChoice, EventKind, ParticipantKind
from chat.models import Conversation, Event
from chat.refusals import Refusal
from chat.views.answers import refused_json, wants_json
from chat.views.console_door import console_door
from chat.views.console_panel import page_language
from chat.views.reply_values import known_of
from handbook.models import QuickReply
from handbook.operations import count_uses, propose_reply
from handbook.replies.placeholders import fill, names_in
from handbook.replies.shelf import LISTED, Found, find_replies
from services.models import Service
from services.texts import Text, text

QUERY_MOST = 60
HEARD = 2
_KEPT = ("id", "public_id", "version", "county", "key", "status", "order", "name", "keep_place_minutes")
_LONG = [
    f"queue__service__{field.name}"
    for field in Service._meta.concrete_fields
    if field.name not in _KEPT and not field.name.startswith("name_")
]
FIRST = 12  # what the picker shows before she has written a word


@dataclass(frozen=True, slots=True)
class Offered:
    """A reply as it is offered in a conversation: its text filled as far as the portal knows."""

    reply: QuickReply
    title: Text
    text: Text
    gaps: tuple[str, ...]
    suggested: bool


@require_GET
@console_door
def replies(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """The replies for this conversation in its language; one that lacks it says so."""
    row = _readable(actor, conversation)
    query = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:QUERY_MOST]
    is_page = not wants_json(request)
    assert isinstance(request.user, User)
    offered = offered_in(row, actor, request.user, query=query, limit=LISTED if is_page or query else FIRST)
    if is_page:
        return render(request, "chat/console/replies.html", {"row": row, "offered": offered, "query": query})
    return JsonResponse({"replies": [_told(each) for each in offered], "query": query})


@require_POST
@console_door
def used(request: HttpRequest, actor: Staff) -> HttpResponse:
    """The replies that were in a message that was sent."""
    found = []
    for value in request.POST.getlist("reply")[:20]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return JsonResponse({"counted": count_uses(by=actor, replies=found, now=timezone.now())})


@require_http_methods(["GET", "POST"])
@console_door
def propose(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Her own message proposed as a common reply: she takes away what is one resident's before she proposes it."""
    row = _readable(actor, conversation)
    title, words, refused = request.POST.get("title", ""), request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            propose_reply(
                by=actor, county=row.county, service=row.service, language=row.language, title=title, text=words, now=timezone.now()
            )
        except ValidationError as error:
            refused = " ".join(error.messages)
            if wants_json(request):
                return refused_json(Refusal.INVALID, refused)
        else:
            if wants_json(request):
                return JsonResponse({"conversation": row.public_id})
            messages.success(request, _("Thank you. Your proposal goes to those who keep the common replies."))
            return redirect("chat:console_conversation", row.public_id)
    else:
        words = _own_message(row, actor, request.GET.get("viesti", ""))
    context = {"row": row, "title": title, "text": words, "refused": refused}
    return render(request, "chat/console/propose.html", context, status=422 if refused else 200)


def offered_in(row: Conversation, actor: Staff, user: User, *, query: str, limit: int = LISTED) -> list[Offered]:
    """What is found or suggested for the conversation, filled with what is known of it."""
    now = timezone.now()
    language = page_language()
    found = find_replies(
        queue=row.queue,
        by=actor,
        on=timezone.localdate(now),
        query=query,
        language=row.language,
        said=() if query else _heard(row),
        professional=row.professional_id is not None,
        limit=limit,
    )
    texts = [text(each.reply, "text", row.language) for each in found]
    named = {name for words in texts for name in names_in(words.value)}
    known = known_of(row, user, named=named, now=now)
    return [_offered(each, words, language, known.values, known.names) for each, words in zip(found, texts, strict=True)]


def _offered(found: Found, words: Text, language: str, values: dict[str, str], names: dict[str, str]) -> Offered:
    filled = fill(words.value, values, names=names)
    shown = Text(filled.text, words.language, words.asked)
    return Offered(found.reply, text(found.reply, "title", language), shown, filled.gaps, found.suggested)


def _told(offered: Offered) -> dict[str, object]:
    reply = offered.reply
    return {
        "id": str(reply.public_id),
        "shortcut": reply.shortcut,
        "title": str(offered.title),
        "title_lang": offered.title.language,
        "text": offered.text.value,
        "lang": offered.text.language,
        "fell_back": offered.text.fell_back,
        "gaps": list(offered.gaps),
        "suggested": offered.suggested,
        "scope": reply.scope,
    }


def _readable(actor: Staff, conversation: UUID) -> Conversation:
    """The conversation with its queue, service and county; of the service without its long texts, which take longest to read."""
    rows = Conversation.objects.readable_by(actor).select_related("queue__service__county").defer(*_LONG)
    row = rows.filter(public_id=conversation).first()
    if row is None:
        raise Http404
    if row.service_id == row.queue.service_id:
        row.service = row.queue.service
    if row.county_id == row.queue.service.county_id:
        row.county = row.queue.service.county
    return row


def _heard(row: Conversation) -> list[str]:
    """What the resident wrote last: it stays in this process."""
    said = Event.objects.filter(
        conversation=row, audience=AudienceChoice.ALL, kind=EventKind.MESSAGE, participant__kind=ParticipantKind.RESIDENT
    )
    return list(reversed(said.order_by("-seq").values_list("body", flat=True)[:HEARD]))


def _own_message(row: Conversation, actor: Staff, number: str) -> str:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404
    mine = Event.objects.filter(
        conversation=row, audience=AudienceChoice.ALL, kind=EventKind.MESSAGE, participant__user=actor.user_id
    )
    body = mine.filter(seq=int(number)).values_list("body", flat=True).first()
    if not body:
        raise Http404
    return str(body)
