"""Who may come to the pages of figures."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from accounts.permissions import has_role_anywhere
from reports.choices import FIGURE_READERS
from services.models import County

P = ParamSpec("P")


def figures_door(
    view: Callable[Concatenate[HttpRequest, Staff, County, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only supervisors, managers and main users of the county; of which services they read figures is asked row by row."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor: Staff | None = getattr(request, "actor", None)
        county: County | None = getattr(request, "county", None)
        if actor is None:
            return redirect_to_login(request.get_full_path())
        if county is None or not has_role_anywhere(actor, FIGURE_READERS, county=county.code):
            raise PermissionDenied
        return view(request, actor, county, *args, **kwargs)

    return never_cache(inner)
