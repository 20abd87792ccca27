"""Who may come to the pages of surveys."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts.actors import Staff
from accounts.permissions import grants_of
from services.models import County, Survey
from services.views.county_door import county_door

P = ParamSpec("P")


survey_door = county_door(lambda actor, county: grants_of(actor).filter(county=county.code).exists())
"""Only people who work for the county."""


def reader_door(view: Callable[Concatenate[HttpRequest, Staff, Survey, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Only who sees the figures of the survey; to anybody else it is as if there were none."""

    @wraps(view)
    def inner(
        request: HttpRequest, actor: Staff, county: County, /, survey: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        rows = Survey.objects.readable_by(actor).filter(county=county, public_id=survey)
        row = rows.select_related("county", "service").first()
        if row is None:
            raise Http404
        return view(request, actor, row, *args, **kwargs)

    return survey_door(inner)


def maker_door(view: Callable[Concatenate[HttpRequest, Staff, Survey, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Only who makes the survey; a reader of it is refused."""

    @wraps(view)
    def inner(request: HttpRequest, actor: Staff, survey: Survey, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not may_make(actor, survey):
            raise PermissionDenied
        return view(request, actor, survey, *args, **kwargs)

    return reader_door(inner)


def may_make(actor: Staff, survey: Survey) -> bool:
    """She makes the survey: its buttons are shown to her. Operations ask again."""
    return bool(Survey.objects.editable_by(actor).filter(pk=survey.pk).exists())
