"""The doors of transfers: offering, taking, declining, taking back, and the three ways of a closed target."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Staff
from chat.forms import WordsField
from chat.models import Conversation, Transfer
from chat.operations import (
    accept_transfer,
    agree_call_back,
    decline_transfer,
    keep_place,
    offer_transfer,
    send_contact_details,
    withdraw_transfer,
)
from chat.pace import messages_of
from chat.refusals import MESSAGES, Refusal, refuse
from chat.views.answers import refused_json, status_of, take_pace, wants_json
from chat.views.console import render_conversation
from chat.views.console_door import console_door
from chat.views.console_doors import answer, back_to_lines, uuid_or_none
from chat.views.console_panel import Draft

VALUE_LIMIT, WISH_LIMIT = 120, 200
Act = Callable[[UUID, str], dict[str, object]]


@require_POST
@console_door
def transfer(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Offer the conversation to a queue, or to a person of it (`to` is “queue” or “queue:person”)."""
    queue, _, person = request.POST.get("to", "").partition(":")
    to_person, token = uuid_or_none(person), uuid_or_none(request.POST.get("token", ""))

    def act(to_queue: UUID, reason: str) -> dict[str, object]:
        if token is None or (person and to_person is None):
            raise refuse(Refusal.INVALID)
        made = offer_transfer(
            by=actor,
            conversation=conversation,
            queue=to_queue,
            person=to_person,
            reason=reason,
            token=token,
            note=words(request, "note"),
            message=words(request, "message"),
            now=timezone.now(),
        )
        return {"conversation": conversation, "transfer": made.public_id, "state": made.state}

    return _send(request, actor, conversation, queue, act)


@require_POST
@console_door
def call_back(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """The closed target’s people get a call request; without a number the resident is asked for it."""

    def act(queue: UUID, reason: str) -> dict[str, object]:
        value, wish = words(request, "value", VALUE_LIMIT), words(request, "wish", WISH_LIMIT)
        agree_call_back(by=actor, conversation=conversation, queue=queue, reason=reason, value=value, wish=wish, now=timezone.now())
        return {"conversation": conversation}

    return _send(request, actor, conversation, request.POST.get("closed", ""), act)


@require_POST
@console_door
def next_line(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """A place in the closed target's next line."""

    def act(queue: UUID, reason: str) -> dict[str, object]:
        made = keep_place(by=actor, conversation=conversation, queue=queue, reason=reason, now=timezone.now())
        return {"conversation": conversation, "state": made.state}

    return _send(request, actor, conversation, request.POST.get("closed", ""), act)


@require_POST
@console_door
def contacts(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """The closed target's contact details to the resident."""
    token = uuid_or_none(request.POST.get("token", ""))

    def act(queue: UUID, reason: str) -> dict[str, object]:
        if token is None:
            raise refuse(Refusal.INVALID)
        made = send_contact_details(
            by=actor, conversation=conversation, queue=queue, reason=reason, token=token, now=timezone.now()
        )
        return {"conversation": conversation, "state": made.state}

    return _send(request, actor, conversation, request.POST.get("closed", ""), act)


@require_POST
@console_door
def withdraw(request: HttpRequest, actor: Staff, conversation: UUID) -> HttpResponse:
    """Take back what nobody has taken yet."""

    def act() -> dict[str, object]:
        return {"conversation": withdraw_transfer(by=actor, conversation=conversation, now=timezone.now()).public_id}

    return answer(request, act, refused=_again(request, actor, conversation), to="chat:console_conversation")


@require_POST
@console_door
def take_offer(request: HttpRequest, actor: Staff, transfer: UUID) -> HttpResponse:
    """Take what a colleague offers."""

    def act() -> dict[str, object]:
        return {"conversation": accept_transfer(by=actor, transfer=transfer, now=timezone.now()).public_id}

    return _offer(request, act, to="chat:console_conversation")


@require_POST
@console_door
def decline_offer(request: HttpRequest, actor: Staff, transfer: UUID) -> HttpResponse:
    """Say no to what is offered to oneself."""

    def act() -> dict[str, object]:
        decline_transfer(by=actor, transfer=transfer, now=timezone.now())
        return {"declined": True}

    return _offer(request, act, to="chat:console")


def words(request: HttpRequest, name: str, limit: int | None = None) -> str:
    """A field's words, cleaned as every message is; nothing when nobody wrote any. Raises ValidationError."""
    return WordsField(required=False, max_length=limit).clean(request.POST.get(name, ""))


def _send(request: HttpRequest, actor: Staff, conversation: UUID, queue: str, act: Act) -> HttpResponse:
    to_queue, reason = uuid_or_none(queue), request.POST.get("reason", "")

    def inner() -> dict[str, object]:
        if to_queue is None:
            raise refuse(Refusal.TRANSFER_FORBIDDEN)
        take_pace(messages_of(actor))
        return act(to_queue, reason)

    return answer(request, inner, refused=_again(request, actor, conversation), to="chat:console_conversation")


def _again(request: HttpRequest, actor: Staff, conversation: UUID) -> Callable[[Refusal, str], HttpResponse]:
    """After a refusal: the conversation with everything that was written and chosen."""

    def refused(code: Refusal, text: str) -> HttpResponse:
        given = {name: request.POST.get(name, "") for name in ("to", "reason", "note", "message", "closed", "value", "wish")}
        draft = Draft(refusal=text, about="transfer", transfer=given)
        return render_conversation(request, actor, conversation, draft=draft, status=status_of(code))

    return refused


def _offer(request: HttpRequest, act: Callable[[], dict[str, object]], *, to: str) -> HttpResponse:
    """An offer that is none for her is as if there were none."""
    try:
        return answer(request, act, refused=back_to_lines(request), to=to)
    except (Transfer.DoesNotExist, Conversation.DoesNotExist):
        if wants_json(request):
            return refused_json(Refusal.NOT_FOUND, str(MESSAGES[Refusal.NOT_FOUND]))
        raise Http404 from None
