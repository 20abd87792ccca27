"""What a responder does in the console: take, write, end, and say what came of it.

Each door takes a plain form and comes back to the page, or answers a script in JSON. The rules are the operations'; a
refusal carries its code and words, and what was written is shown again.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from chat.choices import AudienceChoice, State
from chat.models import Conversation
from chat.operations import claim_conversation, claim_next, code_conversation, end_conversation, post_message
from chat.pace import messages_of
from chat.protocol import FrameError, clean_text
from chat.refusals import MESSAGES, Refusal, refuse
from chat.views.answers import refusal_of, refused_json, status_of, take_pace, wants_json
from chat.views.console import render_console, render_conversation
from chat.views.console_door import console_door
from chat.views.console_panel import Draft, right_services

ENDED = _("This conversation has already ended.")
"""To the staff: what a resident is told, to begin a new one, is not theirs to do."""


def answer(
    request: HttpRequest,
    act: Callable[[], dict[str, object]],
    *,
    refused: Callable[[Refusal, str], HttpResponse],
    to: str,
    gone: Callable[[str], HttpResponse] | None = None,
) -> HttpResponse:
    """Run the operation, and tell what came of it in the caller's form. `to` names where a plain form goes after it; `gone` shows
    what she had written in a conversation that she may no longer see.
    """
    as_json = wants_json(request)
    try:
        result = act()
    except Conversation.DoesNotExist:
        if as_json:
            return refused_json(Refusal.NOT_FOUND, str(MESSAGES[Refusal.NOT_FOUND]))
        if gone is not None:
            return gone(str(MESSAGES[Refusal.NOT_FOUND]))
        raise Http404 from None
    except (ValidationError, FrameError, OperationalError) as error:
        code, words = refusal_of(error)
        words = str(ENDED) if code == Refusal.ENDED else words
        return refused_json(code, words) if as_json else refused(code, words)
    if as_json:
        return JsonResponse(result)
    return redirect(to, *([result["conversation"]] if to == "chat:console_conversation" else []))


def back_to_lines(request: HttpRequest) -> Callable[[Refusal, str], HttpResponse]:
    """After a refused claim: the lines, with the reason."""

    def inner(code: Refusal, words: str) -> HttpResponse:
        messages.warning(request, words)
        return redirect("chat:console")

    return inner


@require_POST
@console_door
def take_next(request: HttpRequest, actor: Staff) -> HttpResponse:
    """Take the one who has waited longest in her queues."""

    def act() -> dict[str, object]:
        return {"conversation": claim_next(by=actor, now=timezone.now()).public_id}

    return answer(request, act, refused=back_to_lines(request), to="chat:console_conversation")


@require_POST
@console_door
def take(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Take this one; of two who try, the other is told who was first."""

    def act() -> dict[str, object]:
        return {"conversation": claim_conversation(by=actor, conversation=conversation, now=timezone.now()).public_id}

    return answer(request, act, refused=back_to_lines(request), to="chat:console_conversation")


@require_POST
@console_door
def post(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Write to the resident, or leave a note for the staff. The id comes with the form, so a double press sends once."""
    body, audience = request.POST.get("body", ""), request.POST.get("audience", AudienceChoice.ALL)
    client_id = uuid_or_none(request.POST.get("client_id", ""))

    def act() -> dict[str, object]:
        if client_id is None or audience not in AudienceChoice.values:
            raise refuse(Refusal.INVALID)
        take_pace(messages_of(actor))
        posted = post_message(
            by=actor, conversation=conversation, client_id=client_id, body=clean_text(body), audience=audience, now=timezone.now()
        )
        return {
            "conversation": posted.conversation,
            "client_id": posted.client_id,
            "audience": posted.audience,
            "seq": posted.seq,
            "at": posted.at,
            "duplicate": posted.duplicate,
        }

    def refused(code: Refusal, words: str) -> HttpResponse:
        kept = None if code == Refusal.CONFLICT else client_id
        draft = Draft(body=body, audience=audience, client_id=kept, refusal=words, about="message")
        return render_conversation(request, actor, conversation, draft=draft, status=status_of(code))

    def gone(words: str) -> HttpResponse:
        return render_console(request, actor, None, draft=Draft(body=body, refusal=words, about="message"), status=404)

    return answer(request, act, refused=refused, gone=gone if body else None, to="chat:console_conversation")


@require_POST
@console_door
def end(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """End the conversation with what came of it."""
    return _finish(request, actor, conversation, ended=False)


@require_POST
@console_door
def code(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Say, or correct, what came of a conversation that has ended."""
    return _finish(request, actor, conversation, ended=True)


def _finish(request: HttpRequest, actor: Staff, conversation: UUID, *, ended: bool) -> HttpResponse:
    names = ("outcome", "topic", "target", "failure_demand", "reason")
    outcome, topic, target, failure_demand, reason = (request.POST.get(name, "") for name in names)
    operation = code_conversation if ended else end_conversation

    def act() -> dict[str, object]:
        right_place = None
        if target and outcome == "R7":
            row = Conversation.objects.readable_by(actor).select_related("county").get(public_id=conversation)
            right_place = next((service for service in right_services(row) if str(service.public_id) == target), None)
            if right_place is None:
                raise refuse(Refusal.INVALID)
        row = operation(
            by=actor,
            conversation=conversation,
            outcome=outcome,
            topic=topic,
            wrong_service_target=right_place,
            failure_demand=failure_demand,
            outcome_reason=reason,
            now=timezone.now(),
        )
        return {"conversation": row.public_id, "state": State.ENDED, "outcome": row.outcome}

    def refused(code: Refusal, words: str) -> HttpResponse:
        draft = Draft(
            outcome=outcome,
            topic=topic,
            target=target,
            failure_demand=failure_demand,
            reason=reason,
            refusal=words,
            about="ending",
        )
        return render_conversation(request, actor, conversation, draft=draft, status=status_of(code))

    return answer(request, act, refused=refused, to="chat:console")


def uuid_or_none(value: str) -> UUID | None:
    """The id, or nothing when it is none."""
    try:
        return UUID(value)
    except ValueError:
        return None
