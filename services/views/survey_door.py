"""Who may come to the pages of surveys."""

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
from services.models import County, Survey

P = ParamSpec("P")
Opened = Callable[Concatenate[HttpRequest, P], HttpResponse]


def survey_door(view: Callable[Concatenate[HttpRequest, Staff, County, P], HttpResponse]) -> Opened[P]:
    """Only signed-in people who work for the county; who has not signed in is asked to."""

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
