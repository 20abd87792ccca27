"""The door of a county's pages for staff: each app says by one question to whom its own opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from accounts.session_over import ask_to_sign_in
from services.models import County

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Staff, County, P], HttpResponse]


class Door(Protocol):
    """A decorator that gives a view who came and to which county, once she may come in."""

    def __call__(self, view: View[P], /) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        """The view behind the door."""


def county_door(opens: Callable[[Staff, County], bool]) -> Door:
    """Only signed-in people to whom it opens in the county of the page; who has not signed in is asked to, and comes back.

    Nobody's browser keeps a page from behind it. The view is called with the request, the actor and the county.
    """

    def door(view: View[P], /) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            actor: Staff | None = getattr(request, "actor", None)
            county: County | None = getattr(request, "county", None)
            if actor is None:
                return ask_to_sign_in(request)
            if county is None or not opens(actor, county):
                raise PermissionDenied
            return view(request, actor, county, *args, **kwargs)

        return never_cache(inner)

    return door
