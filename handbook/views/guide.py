"""The residents' guide as anybody sees it: how to chat, how to identify oneself, what not to write (S000-48)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handbook.guide import guide_of, pictures_of_guide
from handbook.markup import Rendered
from handbook.models import ChapterVersion, Picture
from handbook.references import public_references_of, rendered
from handbook.views.door import language_of_page, picture_response
from services.models import County, Service


@dataclass(frozen=True, slots=True)
class Part:
    """One text of the page and the language in which it is."""

    version: ChapterVersion
    text: Rendered
    language: str
    fell_back: bool


@require_safe
def guide(request: HttpRequest, key: str) -> HttpResponse:
    """The guide of a service that residents may see, with what the service itself adds."""
    county: County | None = getattr(request, "county", None)
    service = Service.objects.public().filter(county=county, key=key).select_related("county").first() if county else None
    found = guide_of(service) if service is not None else None
    if service is None or found is None:
        raise Http404
    context = {
        "service": service,
        "common": _part(found.common),
        "section": _part(found.section, top=3, prefix="p-") if found.section else None,
    }
    return render(request, "handbook/guide.html", context)


@require_safe
def picture(request: HttpRequest, picture: UUID) -> HttpResponse:
    """A picture that a published guide shows; any other is as if there were none."""
    county: County | None = getattr(request, "county", None)
    if county is None or str(picture) not in pictures_of_guide(county):
        raise Http404
    row = Picture.objects.filter(county=county, public_id=picture).select_related("file").first()
    if row is None:
        raise Http404
    return picture_response(row)


def _part(version: ChapterVersion, *, top: int = 2, prefix: str = "") -> Part:
    language = language_of_page()
    words = version.words("body", language)
    references = public_references_of(version.chapter.county, words.language)
    return Part(version, rendered(version, language, references, top=top, prefix=prefix), words.language, words.fell_back)
