"""Who may come to the supervisor's board."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.actors import Staff
from accounts.choices import Role
from accounts.permissions import has_role_anywhere
from chat.views.console_door import console_door

P = ParamSpec("P")


def supervisor_door(
    view: Callable[Concatenate[HttpRequest, Staff, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only people who supervise a service of the county of the page; which of its rows they see is asked row by row."""

    @wraps(view)
    def inner(request: HttpRequest, actor: Staff, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        county = getattr(getattr(request, "county", None), "code", None)
        if not has_role_anywhere(actor, Role.SUPERVISOR, county=county):
            raise PermissionDenied
        return view(request, actor, *args, **kwargs)

    return console_door(inner)
