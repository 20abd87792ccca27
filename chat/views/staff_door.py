"""Who may come to the chat's other pages for staff."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from accounts.permissions import has_role_anywhere
from accounts.session_over import ask_to_sign_in
from chat.refusals import MESSAGES, Refusal
from chat.views.answers import refused_json, wants_json
from services.models import County

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Staff, County, P], HttpResponse]


def staff_door(roles: Collection[str]) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Only people who hold one of the roles in the county of the page; who has not signed in is asked to, and comes back."""

    def wrap(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            actor: Staff | None = getattr(request, "actor", None)
            county: County | None = getattr(request, "county", None)
            if actor is None:
                if wants_json(request):
                    return refused_json(Refusal.SESSION_OVER, str(MESSAGES[Refusal.SESSION_OVER]), status=401)
                return ask_to_sign_in(request)
            if county is None:
                raise Http404
            if not has_role_anywhere(actor, roles, county=county.code):
                raise PermissionDenied
            return view(request, actor, county, *args, **kwargs)

        return never_cache(inner)

    return wrap
