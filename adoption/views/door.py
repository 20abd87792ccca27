"""Who may come to the pages of adoption."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from accounts.actors import Staff
from adoption.models import Rollout
from adoption.permissions import may_open
from services.models import County
from services.views.county_door import county_door

P = ParamSpec("P")
M = TypeVar("M", bound=Model)


adoption_door = county_door(lambda actor, county: may_open(actor, county=county.code))
"""Only professionals of the county who have a rollout to see (S000-28)."""


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
