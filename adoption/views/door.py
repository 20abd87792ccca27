"""Who may come to the pages of adoption."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from adoption.models import Rollout
from adoption.permissions import may_open
from services.models import County

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
Opened = Callable[Concatenate[HttpRequest, P], HttpResponse]


def adoption_door(view: Callable[Concatenate[HttpRequest, Staff, County, P], HttpResponse]) -> Opened[P]:
    """Only signed-in professionals of the county who have a rollout to see; who has not signed in is asked to (S000-28)."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor: Staff | None = getattr(request, "actor", None)
        county: County | None = getattr(request, "county", None)
        if actor is None:
            return redirect_to_login(request.get_full_path())
        if county is None or not may_open(actor, county=county.code):
            raise PermissionDenied
        return view(request, actor, county, *args, **kwargs)

    return never_cache(inner)


def rollout_door(
    view: Callable[Concatenate[HttpRequest, Staff, Rollout, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Only who may read the rollout; to anybody else it is as if there were none."""

    @wraps(view)
    def inner(
        request: HttpRequest, actor: Staff, county: County, /, rollout: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        rows = Rollout.objects.readable_by(actor).filter(county=county, public_id=rollout)
        row = rows.select_related("county", "model_version__model", "service", "phase", "sponsor", "touched_by").first()
        if row is None:
            raise Http404
        return view(request, actor, row, *args, **kwargs)

    return adoption_door(inner)


def row_of(rows: QuerySet[M], key: str) -> M:
    """The one of the rows whose number a form sent; what is no number, or the number of another row, is not found."""
    row = rows.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if row is None:
        raise Http404
    return row
