"""What a resident is asked when her conversation is to go on elsewhere, and the doors of her answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.actors import Resident
from chat.choices import Crossing, State, TransferReason, TransferState
from chat.forms import WordsField
from chat.models import ContactDetail, Conversation
from chat.operations import answer_transfer, give_contact_detail
from chat.operations.moving import open_transfer
from chat.operations.reading import Opened
from chat.refusals import Refusal, refuse
from chat.views.answers import refusal_of, refused_json, wants_json
from chat.views.resident_door import resident_form

VALUE_LIMIT, WISH_LIMIT = 120, 200


def ask_context(resident: Resident, opened: Opened) -> dict[str, object]:
    """The open question of a transfer, the number that she is asked for, and the place that is kept for her."""
    row = opened.conversation
    found = open_transfer(row) if row.state != State.ENDED else None
    asked = found is not None and found.state == TransferState.ASKED
    contact = (
        ContactDetail.objects.filter(conversation=row, asked_at__isnull=False, given_at__isnull=True)
        .select_related("queue__service")
        .first()
    )
    held = row.state == State.WAITING and row.held_until is not None and row.held_until > timezone.now()
    return {
        "asked": found if asked else None,
        "asked_register": found is not None and found.crossing == Crossing.REGISTER,
        "asked_wrong": found is not None and found.reason == TransferReason.WRONG_SERVICE,
        "call": contact,
        "held_until": row.held_until if held else None,
    }


@resident_form
def answer(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """Yes or no to the transfer."""
    try:
        said = request.POST.get("answer", "")
        if said not in ("yes", "no"):
            raise refuse(Refusal.INVALID)
        made = answer_transfer(
            by=resident,
            conversation=conversation,
            transfer=_id_of(request.POST.get("transfer", "")),
            consent=said == "yes",
            now=timezone.now(),
        )
        told: dict[str, object] = {"state": made.state}
    except (ValidationError, OperationalError) as error:
        return _refused(request, conversation, error)
    except ObjectDoesNotExist:
        raise Conversation.DoesNotExist from None
    return JsonResponse(told) if wants_json(request) else redirect("chat:conversation", conversation)


@resident_form
def contact(request: HttpRequest, resident: Resident, conversation: UUID) -> HttpResponse:
    """The number at which she is called."""
    try:
        value = WordsField(required=False, max_length=VALUE_LIMIT).clean(request.POST.get("value", ""))
        wish = WordsField(required=False, max_length=WISH_LIMIT).clean(request.POST.get("wish", ""))
        give_contact_detail(by=resident, conversation=conversation, value=value, wish=wish, now=timezone.now())
    except (ValidationError, OperationalError) as error:
        return _refused(request, conversation, error)
    return JsonResponse({"given": True}) if wants_json(request) else redirect("chat:conversation", conversation)


def _refused(request: HttpRequest, conversation: UUID, error: Exception) -> HttpResponse:
    code, words = refusal_of(error)
    if wants_json(request):
        return refused_json(code, words)
    messages.warning(request, words)
    return redirect("chat:conversation", conversation)


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise refuse(Refusal.INVALID) from None
