"""Who may come to the pages of the handbook."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from accounts.actors import Staff
from handbook.choices import Right
from handbook.models import Chapter, Picture
from handbook.permissions import may_open, rights_in
from services.models import County, Service, Use

P = ParamSpec("P")
Opened = Callable[Concatenate[HttpRequest, P], HttpResponse]


def handbook_door(view: Callable[Concatenate[HttpRequest, Staff, County, P], HttpResponse]) -> Opened[P]:
    """Only those who work for the county, in whatever role; who has not signed in is asked to."""

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


def chapter_of(actor: Staff, county: County, key: str) -> Chapter:
    """The chapter of the county; to anybody else it is as if there were none."""
    rows = Chapter.objects.filter(county=county, key=key).readable_by(actor).select_related("county", "owner")
    if (row := rows.first()) is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def service_of(actor: Staff, county: County, key: str | None) -> Service | None:
    """The service whose section is meant: none for the common text."""
    if not key:
        return None
    if (row := Service.objects.filter(county=county, key=key).readable_by(actor).first()) is None:
        raise Http404
    return row  # type: ignore[no-any-return]


def require_right(actor: Staff, right: Right, chapter: Chapter, service: Service | None = None) -> None:
    """Refuses whoever lacks the right in the text."""
    if right not in rights_in(actor, chapter, service):
        raise PermissionDenied


def language_of_page() -> str:
    """The language of the page, one of the three."""
    code = (get_language() or "fi").partition("-")[0]
    return code if code in ("fi", "sv", "en") else "fi"


def picture_response(row: Picture) -> HttpResponse:
    """A picture of a text: PNG or JPEG, as it was judged when it was added."""
    response = HttpResponse(bytes(row.file.content), content_type=row.file.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def uses_of_chapter(row: Chapter) -> QuerySet[Use]:
    """The other texts that lead to the chapter."""
    found: QuerySet[Use] = Use.objects.of_thing("chapter", row.key, county=row.county_id)
    return found
