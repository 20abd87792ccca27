"""Who may come to the page of one quick reply; to the others comes whoever may open the handbook."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from accounts.actors import Staff
from handbook.models import QuickReply
from handbook.views.door import handbook_door
from services.models import County

P = ParamSpec("P")


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

    return handbook_door(inner)
