"""Who may come to a resident's conversation."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import Resident, Staff
from chat.models import Conversation
from chat.permissions import may_consult
from chat.refusals import MESSAGES, Refusal
from chat.residents import asking, resident_of
from chat.views.answers import refused_json, wants_json

P = ParamSpec("P")


def owner_of(request: HttpRequest, conversation: UUID) -> Resident | None:
    """Whose the conversation is, if it is the caller's: by her cookie, or as the professional who has signed in."""
    county = getattr(request, "county", None)
    rows = Conversation.objects.filter(public_id=conversation, county=county)
    resident = resident_of(request.COOKIES)
    if resident is not None and rows.readable_by(resident).exists():
        return resident
    actor: Staff | None = getattr(request, "actor", None)
    if actor is None or county is None or not may_consult(actor, county=county.code):
        return None
    return asking(actor) if rows.readable_by(asking(actor)).exists() else None


def resident_door(
    view: Callable[Concatenate[HttpRequest, Resident, UUID, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Only the resident whose conversation it is, on its county's pages; to everyone else it is as if there were none.

    A consulting professional's own opens to her while she is signed in with a role in the county.
    """

    @wraps(view)
    def inner(request: HttpRequest, conversation: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        resident = owner_of(request, conversation)
        try:
            if resident is None:
                raise Conversation.DoesNotExist
            return view(request, resident, conversation, *args, **kwargs)
        except Conversation.DoesNotExist:
            if wants_json(request):
                return refused_json(Refusal.NOT_FOUND, str(MESSAGES[Refusal.NOT_FOUND]))
            return render(request, "chat/resident/not_found.html", status=404)

    return never_cache(inner)


def resident_form(
    view: Callable[Concatenate[HttpRequest, Resident, UUID, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The door of a form of her page. Who comes by its address is brought to the conversation: a refusal is shown there, and
    from it one may choose another language or larger text, or load the page again.
    """

    @wraps(view)
    def inner(request: HttpRequest, resident: Resident, conversation: UUID, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST":
            return redirect("chat:conversation", conversation)
        return view(request, resident, conversation, *args, **kwargs)

    return require_http_methods(["GET", "HEAD", "POST"])(resident_door(inner))
