"""What a responder does beside answering: flag, ask and give advice, take the text for the client record.

Each door takes a plain form and comes back to the conversation, or answers a script in JSON; the rules are the operations'.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from chat.choices import CONCERNS
from chat.operations import (
    ask_for_help,
    do_concern_step,
    export_record,
    flag_conversation,
    handle_flag,
    join_as_colleague,
    undo_concern_step,
    withdraw_concern,
    withdraw_flag,
)
from chat.refusals import Refusal
from chat.views.answers import wants_json
from chat.views.console import render_conversation
from chat.views.console_contexts import record_of
from chat.views.console_door import console_door
from chat.views.console_doors import answer
from chat.views.console_panel import Draft


def back_to(request: HttpRequest, conversation: UUID) -> Callable[[Refusal, str], HttpResponse]:
    """After a refusal: the conversation, with the reason."""

    def inner(code: Refusal, words: str) -> HttpResponse:
        messages.warning(request, words)
        return redirect("chat:console_conversation", conversation)

    return inner


@require_POST
@console_door
def flag(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Flag the conversation, take the flag back, or mark it handled (`act`: set, withdraw, handle)."""
    chosen, act_name = request.POST.get("flag", ""), request.POST.get("act", "set")

    def act() -> dict[str, object]:
        now = timezone.now()
        if act_name == "withdraw":
            row = withdraw_flag(by=actor, conversation=conversation, now=now)
        elif act_name == "handle":
            row = handle_flag(by=actor, conversation=conversation, now=now)
        else:
            row = flag_conversation(by=actor, conversation=conversation, flag=chosen, now=now)
        return {"conversation": row.public_id, "flag": row.flag}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def concern(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Flag a concern, mark a step, take a step back, or take the concern back (`act`: set, step, undo, withdraw)."""
    given = request.POST.get

    def act() -> dict[str, object]:
        now = timezone.now()
        match given("act", "set"):
            case "step":
                made = do_concern_step(
                    by=actor, conversation=conversation, step=given("step", ""), notice=given("notice", ""), now=now
                )
                return {"conversation": conversation, "concern": made.kind, "closed": made.closed_at is not None}
            case "undo":
                undo_concern_step(by=actor, conversation=conversation, step=given("step", ""), now=now)
            case "withdraw":
                withdraw_concern(by=actor, conversation=conversation, reason=given("reason", ""), now=now)
            case _:
                kind = given("flag", "")
                flag_conversation(by=actor, conversation=conversation, flag=kind if kind in CONCERNS else "", now=now)
        return {"conversation": conversation}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def advice(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Ask the colleagues for advice, or no longer."""
    wanted = request.POST.get("wanted") == "1"

    def act() -> dict[str, object]:
        row = ask_for_help(by=actor, conversation=conversation, wanted=wanted, now=timezone.now())
        return {"conversation": row.public_id, "wanted": row.help_wanted_at is not None}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def whisper(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Join a colleague's conversation to whisper to her."""

    def act() -> dict[str, object]:
        participant = join_as_colleague(by=actor, conversation=conversation, now=timezone.now())
        return {"conversation": conversation, "participant": participant.public_id}

    return answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")


@require_POST
@console_door
def record(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """The text for the client record; an audit row is written before it is shown."""
    whole = request.POST.get("whole") == "1"
    told: dict[str, object] = {}

    def act() -> dict[str, object]:
        row = export_record(by=actor, conversation=conversation, whole=whole)
        told.update(conversation=row.public_id, text=record_of(row, whole=whole))
        return told

    done = answer(request, act, refused=back_to(request, conversation), to="chat:console_conversation")
    if wants_json(request) or "text" not in told:
        return done
    return render_conversation(request, actor, conversation, draft=Draft(record=str(told["text"]), about="record"))
