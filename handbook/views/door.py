"""Who may come to the pages of the handbook."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import get_language

from accounts.actors import Staff
from handbook.choices import Right
from handbook.models import Chapter, Picture
from handbook.permissions import may_open, rights_in
from services.models import County, Service, Use
from services.views.county_door import county_door

handbook_door = county_door(lambda actor, county: may_open(actor, county=county.code))
"""Only those who work for the county, in whatever role."""


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
