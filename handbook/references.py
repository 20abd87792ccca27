"""Reads what texts of a county may name, in the reader's language: five queries for any number of texts."""

from __future__ import annotations

import base64

from django.urls import reverse

from handbook.markup import References, Rendered, Target, render
from handbook.models import Chapter, ChapterVersion, Picture
from services.choices import Audience, ContactKind, ServiceStatus
from services.models import ContactPoint, County, Service, Use
from services.texts import text

PUBLIC = (ServiceStatus.OPEN, ServiceStatus.PAUSED)


def references_of(county: County, language: str, *, on_paper: bool = False) -> References:
    """The services, contact points, chapters, paths and pictures of the county; on paper, a picture stands in the page itself."""
    services = {
        row.key: Target(str(text(row, "name", language)), reverse("service", args=[row.key]), is_there=row.status in PUBLIC)
        for row in Service.objects.filter(county=county)
    }
    contacts = {
        row.key: Target(str(text(row, "name", language)), _address(row), row.value, is_there=bool(row.value.strip()))
        for row in ContactPoint.objects.filter(county=county)
    }
    chapters = {
        key: Target(key, f"#luku-{key}" if on_paper else reverse("handbook:chapter", args=[key]))
        for key in Chapter.objects.filter(county=county).in_use().values_list("key", flat=True)
    }
    pictures = Picture.objects.filter(county=county).select_related("file")
    if on_paper:
        shown = {str(row.public_id): _inside(row) for row in pictures}
    else:
        shown = {str(row.public_id): reverse("handbook:picture", args=[row.public_id]) for row in pictures.defer("file__content")}
    return References(services, contacts, chapters, shown, _paths_of(county))


def public_references_of(county: County, language: str, *, picture_page: str = "guide_picture") -> References:
    """What a text for residents may name: public services, contact points that residents may have, guidance paths and pictures;
    nothing of the staff's. A picture is at the residents' address, or at another page for those who write.
    """
    pictures = Picture.objects.filter(county=county).values_list("public_id", flat=True)
    return References(
        services={
            row.key: Target(str(text(row, "name", language)), reverse("service", args=[row.key]))
            for row in Service.objects.public().filter(county=county)
        },
        contacts={
            row.key: Target(str(text(row, "name", language)), _address(row), row.value, is_there=bool(row.value.strip()))
            for row in ContactPoint.objects.filter(county=county, audience=Audience.PUBLIC)
        },
        pictures={str(key): reverse(picture_page, args=[key]) for key in pictures},
        paths=_paths_of(county),
    )


def references_for(chapter: Chapter, language: str) -> References:
    """What the texts of the chapter may name, by who reads it, as the staff see them."""
    if chapter.is_guide:
        return public_references_of(chapter.county, language, picture_page="handbook:picture")
    return references_of(chapter.county, language)


def rendered(
    version: ChapterVersion, language: str, references: References, *, top: int = 2, prefix: str = "", show_broken: bool = False
) -> Rendered:
    """The version's text as it is shown."""
    return render(version.words("body", language).value, references, top=top, prefix=prefix, show_broken=show_broken)


def _paths_of(county: County) -> dict[str, Target]:
    """The published guidance paths, as they have named themselves: the guide is a floor above."""
    return {key: Target(row.label, row.address) for key, row in Use.objects.nameable("path", county=county.pk).items()}


def _address(row: ContactPoint) -> str:
    match row.kind:
        case ContactKind.PHONE:
            return f"tel:{row.dialled}"
        case ContactKind.EMAIL:
            return f"mailto:{row.value.strip()}"
        case ContactKind.WEB:
            return row.value.strip()
    return ""


def _inside(row: Picture) -> str:
    content = base64.b64encode(bytes(row.file.content)).decode()
    return f"data:{row.file.content_type};base64,{content}"
