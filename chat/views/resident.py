"""A resident's conversation: one page from the waiting room to the transcript, and the doors of its forms.

Everything works as plain forms; the page's script makes it live. Whatever is refused, her words come back to the composer.
A foreign or unknown address gets one and the same answer, which tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.actors import Resident
from chat.choices import AudienceChoice, EndedBy, EventKind, ParticipantKind, State, Status
from chat.models import Conversation, Event, Participant
from chat.operations import Mark, leave_conversation, mark_seen, open_conversation, post_message, record_signs_of_life
from chat.operations.reading import Opened
from chat.pace import messages_of
from chat.protocol import TEXT_LIMIT, FrameError, Line, clean_text, encode
from chat.refusals import Refusal, refuse
from chat.views.answers import refusal_of, refused_json, status_of, take_pace, wants_json
from chat.views.console_panel import page_language
from chat.views.log_words import event_words
from chat.views.resident_door import resident_door, resident_form
from chat.views.resident_parts import parts_context
from chat.views.start import redirects_of
from chat.views.waiting import WAITING_WORDS, estimate_words, line_in, place_words, told_range

NOTICES: dict[str, str | Promise] = {
    EventKind.JOINED: _("The conversation began"),
    EventKind.CLAIMED: _("%(name)s is now with you"),
    EventKind.TRANSFERRED: _("Your conversation was passed on to another professional"),
    "transferred:asked": _("May this conversation go on in %(service)s? The question is below the messages."),
    "transferred:offered": _("We are asking whether somebody in %(service)s can go on with you. You are not left alone meanwhile."),
    "transferred:accepted": _("%(name)s, %(service)s, is now with you"),
    "transferred:declined": _("The conversation was not passed on. It goes on here as before."),
    "transferred:expired": _("Nobody in %(service)s was free. The conversation goes on here as before."),
    "transferred:withdrawn": _("The conversation is not passed on after all. It goes on here as before."),
    "transferred:refused": _("You said no: the conversation is not passed on. It goes on here as before."),
    "transferred:unanswered": _("The question was taken away. The conversation goes on here as before."),
    "transferred:unavailable": _(
        "%(service)s can't take new conversations any more just now. The conversation goes on here as before."
    ),
    "transferred:moved": _("You are now in the line of %(service)s. Your waiting so far counts."),
    "transferred:held": _("A place is kept for you in the next line of %(service)s. You may close this page and come back to it."),
    "transferred:call_back": _("You will be called back: %(service)s"),
    "transferred:call_back_asked": _("%(service)s will call you back. Give your number below the messages."),
    "transferred:contacts": "",
    "notice:alternatives": _(
        "The line moves slowly now. You keep your place, and you can also get help in the other ways told on this page."
    ),
    EventKind.REQUEUED: _("You are in the line again, and keep your place"),
    "requeued:lost": _("The professional’s connection was cut. You are first in the line, and your messages are kept"),
    "identity:asked": _("You are asked to identify yourself"),
    "identity:verified": _("You have identified yourself"),
    "identity:declined": _("You chose not to identify yourself"),
    "identity:failed": _("The identification did not succeed"),
    "identity:expired": _("The time to identify yourself ran out"),
    "identity:recalled": _("You no longer need to identify yourself"),
    EventKind.REDACTED: _("Words of a message were hidden for your safety"),
    "ended:resident": _("You ended the conversation"),
    "ended:responder": _("The professional ended the conversation"),
    "ended:system": _("The conversation ended"),
    "ended:silent": _("The conversation ended: your page was closed or without a connection for a long time"),
}
"""What the portal says in the log. The page's script has the same words from the page; other events say nothing to her."""
NOTICE_WORDS = {f"notice:{key}": value for key, value in NOTICES.items()}

ENDINGS: dict[str, tuple[str | Promise, str | Promise]] = {
    "left": (_("You left the line"), _("Nobody had time to answer yet. You can start again whenever you like.")),
    "lost": (
        _("Your place in the line was given up"),
        _("You were away longer than a place is kept. You can start again whenever you like."),
    ),
    "closed": (_("The chat closed before we could answer"), _("We are sorry. Below you see how to get help in another way.")),
    "unanswered": (
        _("The professional ended the conversation"),
        _("You can start again whenever you like. Below you see how to get help in another way."),
    ),
    "answered": (_("The conversation has ended"), _("Thank you for getting in touch.")),
}


WORDS: dict[str, str | Promise] = {
    "you": _("You"),
    "sending": _("Sending …"),
    "sent": _("Sent"),
    "read": pgettext_lazy("message", "Read"),
    "failed": _("Not sent"),
    "retry": _("Try again"),
    "edit": _("Take back to edit"),
    "typing": _("{name} is writing …"),
    "typing_unnamed": _("The professional is writing …"),
    "waiting": _("In the line"),
    "active": _("Conversation going on"),
    "ended": _("Ended"),
    "connecting": _("The connection was cut and is tried again. Your text is safe."),
    "offline": _("The connection was cut and is tried again. Your text is safe."),
    "over": _("This page can no longer get messages. Reload the page; copy your unsent text first."),
    "back": _("The connection works again."),
    "many_left": _("{n} characters left"),
    "too_long": _("{n} characters too many. Send the message in parts."),
    "too_large": _("The message is too large. Send it in parts."),
    "empty": _("Write a message first."),
    "trouble": _("That did not work. Check the connection and try again."),
    "new_one": _("1 new message"),
    "new_many": _("{n} new messages"),
    "said": _("{name}: {words}"),
    "today": _("Today"),
}
"""What the page's script says; it finds them on the page."""

LEAVING = (
    (State.WAITING, pgettext_lazy("the line", "Leave"), _("Leave the line")),
    (State.ACTIVE, pgettext_lazy("the conversation", "End"), _("End the conversation")),
)
"""The button that ends it: a phone shows the short words, and its name has always the whole ones, which begin with them."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """An event as the resident reads it: her own message, another's, or a line of the portal."""

    event: Event
    side: str
    name: str
    words: str
    new_day: bool


@require_http_methods(["GET", "HEAD", "POST"])
@resident_door
def conversation(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """The conversation's page; each load is a sign of life. By POST: the same page with new messages and what she has written."""
    return _page(request, resident, conversation, draft=request.POST.get("body", ""))


@resident_form
def post(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """Send a message. The id comes with the form, so that a double press sends once."""
    body = request.POST.get("body", "")
    try:
        client_id = _id_of(request.POST.get("client_id", ""))
        take_pace(messages_of(resident))
        posted = post_message(
            by=resident, conversation=conversation, client_id=client_id, body=clean_text(body), now=timezone.now()
        )
    except (ValidationError, FrameError, OperationalError) as error:
        code, words = refusal_of(error)
        if wants_json(request):
            return refused_json(code, words)
        kept = "" if code == Refusal.CONFLICT else request.POST.get("client_id", "")
        return _page(request, resident, conversation, draft=body, client_id=kept, refused=words, status=status_of(code))
    if wants_json(request):
        return JsonResponse(
            {
                "conversation": posted.conversation,
                "client_id": posted.client_id,
                "audience": posted.audience,
                "seq": posted.seq,
                "at": posted.at,
                "duplicate": posted.duplicate,
            }
        )
    return redirect(f"{reverse('chat:conversation', args=[conversation])}#uusin")


@require_http_methods(["GET", "POST"])
@resident_door
def leave(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """End the conversation or leave the line, when she has said that she is sure; her unsent words wait for the answer."""
    if request.method == "POST" and request.POST.get("sure"):
        leave_conversation(by=resident, conversation=conversation, now=timezone.now())
        if wants_json(request):
            return JsonResponse({"state": State.ENDED})
        return redirect(f"{reverse('chat:conversation', args=[conversation])}#paattynyt")
    row = _opened(resident, conversation).conversation
    if not row.is_open:
        return redirect("chat:conversation", conversation)
    context = {"row": row, "service": row.service, "draft": request.POST.get("body", ""), "is_waiting": row.state == State.WAITING}
    return render(request, "chat/resident/leave.html", context)


@require_GET
@resident_door
def line(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """Her place in the line as the socket tells it, for a page whose socket is blocked."""
    row = _opened(resident, conversation).conversation
    found = line_in(row) or Line(conversation=row.public_id, state=row.state, position=None, waiting=0, open=row.is_open)
    return HttpResponse(encode(found), content_type="application/json")


@require_safe
@resident_door
def transcript(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """The conversation as a text file to keep."""
    response = render(
        request, "chat/resident/transcript.txt", _record(resident, conversation), content_type="text/plain; charset=utf-8"
    )
    name = f"{timezone.localdate():%Y-%m-%d}"
    response["Content-Disposition"] = f'attachment; filename="keskustelu-{name}.txt"'
    return response


@require_safe
@resident_door
def printout(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """The conversation as a page to print."""
    return render(request, "chat/resident/print.html", _record(resident, conversation))


def _opened(resident: Resident, conversation: UUID) -> Opened:
    return open_conversation(by=resident, conversation=conversation, now=timezone.now(), source="page")


def _page(
    request: HttpRequest,
    resident: Resident,
    conversation: UUID,
    *,
    draft: str = "",
    client_id: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    record_signs_of_life(by=resident, conversations=[conversation], now=timezone.now())
    opened = _opened(resident, conversation)
    row, me = opened.conversation, opened.participant
    people = list(_known_to_resident(row))
    events = list(Event.objects.filter(conversation=row, audience=AudienceChoice.ALL).order_by("seq"))
    log = log_lines(events, people)
    head = events[-1].seq if events else 0
    if me is not None and me.seen_all < head:
        mark_seen(by=resident, marks=[Mark(me.public_id, head)])
    others_seen = max((person.seen_all for person in people if person.kind != ParticipantKind.RESIDENT), default=0)
    own = [entry.event.seq for entry in log if entry.side == "me"]
    ended = ending_of(row)
    responder = next((person for person in people if person.user_id is not None and person.user_id == row.responder_id), None)
    parts = parts_context(resident, opened)
    place = parts.get("line") if row.state == State.WAITING else None
    place = place if isinstance(place, Line) else None
    context = {
        "row": row,
        "service": row.service,
        "me": me,
        "log": log,
        "head": head,
        "last_own": own[-1] if own else 0,
        "is_read": bool(own) and others_seen >= own[-1],
        "others_seen": others_seen,
        "people": {str(one.public_id): one.name for one in people if one.name and one.kind != ParticipantKind.COLLEAGUE},
        "responder": responder,
        "place": place_words(place) if row.state == State.WAITING else "",
        "estimate": estimate_words(told_range(place)),
        "line": place,
        "came_back": request.GET.get("jo") == "1",
        "leaving": LEAVING,
        "words": {**NOTICE_WORDS, **WORDS, **WAITING_WORDS},
        "endings": [(key, heading, text, ended == key) for key, (heading, text) in ENDINGS.items()],
        "is_waiting": row.state == State.WAITING,
        "is_active": row.state == State.ACTIVE,
        "is_ended": row.state == State.ENDED,
        "redirects": redirects_of(row.service),
        "draft": draft,
        "client_id": client_id or uuid4(),
        "refused": refused,
        "text_limit": TEXT_LIMIT,
        "today": timezone.localdate(),
        **parts,
    }
    return render(request, "chat/resident/conversation.html", context, status=status)


def _known_to_resident(row: Conversation) -> QuerySet[Participant]:
    """Who takes part, without the colleagues who whisper to the responder: of them a resident learns nothing (S001-37)."""
    return Participant.objects.filter(conversation=row).exclude(kind=ParticipantKind.COLLEAGUE)


def _record(resident: Resident, conversation: UUID) -> dict[str, object]:
    row = _opened(resident, conversation).conversation
    people = _known_to_resident(row)
    events = Event.objects.filter(conversation=row, audience=AudienceChoice.ALL).order_by("seq")
    return {"row": row, "service": row.service, "log": log_lines(events, people)}


def ending_of(row: Conversation) -> str:
    """How the conversation ended for her: a key of ENDINGS, or nothing while it is open."""
    if row.state != State.ENDED:
        return ""
    if row.status == Status.ANSWERED:
        return "answered"
    if row.status == Status.SERVICE_CLOSED:
        return "closed"
    return {EndedBy.RESIDENT: "left", EndedBy.RESPONDER: "unanswered"}.get(EndedBy(row.ended_by), "lost")


def log_lines(events: Iterable[Event], people: Iterable[Participant]) -> list[LogLine]:
    """The log as she reads it, with the first line of each day marked; events that say nothing to her are left out."""
    by_key = {person.pk: person for person in people}
    lines: list[LogLine] = []
    day = None
    for event in events:
        person = by_key.get(event.participant_id or 0)
        own = person is not None and person.kind == ParticipantKind.RESIDENT
        name = str(event.payload.get("name") or (person.name if person is not None else ""))
        if event.kind == EventKind.MESSAGE:
            side, words = ("me" if own else "them"), event.body
        else:
            side, words = "portal", event_words(event, NOTICES, name=name, language=page_language())
        if not words and event.kind != EventKind.MESSAGE:
            continue
        local = timezone.localdate(event.created_at)
        lines.append(LogLine(event, side, name, words, new_day=local != day))
        day = local
    return lines


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise refuse(Refusal.INVALID) from None
