"""Who may come to the console."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from accounts.choices import CONSOLE_ROLES
from accounts.menu import roles_on_page
from chat.operations import record_staff_signs
from chat.refusals import MESSAGES, Refusal
from chat.views.answers import refused_json, wants_json

P = ParamSpec("P")


def console_door(
    view: Callable[Concatenate[HttpRequest, Staff, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only people with a responder's or supervisor's right in the county of the page; others are told what to do.

    Who has not signed in is asked to, and comes back; a script gets 401. Coming here is a sign of life of the responder.
    """

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor: Staff | None = getattr(request, "actor", None)
        if actor is None:
            if wants_json(request):
                return refused_json(Refusal.SESSION_OVER, str(MESSAGES[Refusal.SESSION_OVER]), status=401)
            back = request.get_full_path() if request.method == "GET" else request.path.split("/vastaaja/")[0] + "/vastaaja/"
            return redirect_to_login(back)
        if roles_on_page(request).isdisjoint(CONSOLE_ROLES):
            raise PermissionDenied
        record_staff_signs(by=actor, people=[actor.user_id], now=timezone.now())
        return view(request, actor, *args, **kwargs)

    return never_cache(inner)
