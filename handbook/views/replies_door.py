"""Who may come to the pages of quick replies."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from accounts.permissions import grants_of
from handbook.models import QuickReply
from services.models import County

P = ParamSpec("P")


def replies_door(view: Callable[Concatenate[HttpRequest, Staff, County, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Only signed-in people who work for the county of the page; who has not signed in is asked to."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor: Staff | None = getattr(request, "actor", None)
        county: County | None = getattr(request, "county", None)
        if actor is None:
            return redirect_to_login(request.get_full_path())
        if county is None or not grants_of(actor).filter(county=county.code).exists():
            raise PermissionDenied
        return view(request, actor, county, *args, **kwargs)

    return never_cache(inner)


def reply_door(view: Callable[Concatenate[HttpRequest, Staff, QuickReply, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Only who may read the reply; to anybody else it is as if there were none."""

    @wraps(view)
    def inner(
        request: HttpRequest, actor: Staff, county: County, /, reply: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        rows = QuickReply.objects.readable_by(actor).filter(county=county, public_id=reply)
        row = rows.select_related("county", "queue__service", "approved_by", "owner").first()
        if row is None:
            raise Http404
        return view(request, actor, row, *args, **kwargs)

    return replies_door(inner)
