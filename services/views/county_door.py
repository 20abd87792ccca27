"""The door of a county's pages for staff: each app says by one question to whom its own opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from accounts.session_over import ask_to_sign_in
from services.models import County

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
"""What the view answers with: a page, or a file of any size."""
View = Callable[Concatenate[HttpRequest, Staff, County, P], R]


class Door(Protocol):
    """A decorator that gives a view who came and to which county, once she may come in."""

    def __call__(self, view: View[P, R], /) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
        """The view behind the door."""


def county_door(opens: Callable[[Staff, County], bool]) -> Door:
    """Only signed-in people to whom it opens in the county of the page; who has not signed in is asked to, and comes back.

    Nobody's browser keeps a page from behind it. The view is called with the request, the actor and the county.
    """

    def door(view: View[P, R], /) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
            actor: Staff | None = getattr(request, "actor", None)
            county: County | None = getattr(request, "county", None)
            if actor is None:
                return ask_to_sign_in(request)
            if county is None or not opens(actor, county):
                raise PermissionDenied
            return view(request, actor, county, *args, **kwargs)

        return never_cache(inner)

    return door
