"""The residents' guide: the county's common text and what a service adds to it, as they are published."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from handbook.choices import ChapterAudience
from handbook.markup import references_in
from handbook.models import ChapterVersion
from services.models import County, Service


@dataclass(frozen=True, slots=True)
class Guide:
    """What the residents of a service read."""

    common: ChapterVersion
    section: ChapterVersion | None


def guide_of(service: Service) -> Guide | None:
    """The published guide of the service; none when the county has published none: one query."""
    rows = ChapterVersion.objects.current().filter(
        Q(service__isnull=True) | Q(service=service),
        chapter__county=service.county_id,
        chapter__audience=ChapterAudience.RESIDENTS,
        chapter__retired_at__isnull=True,
    )
    found = {row.service_id: row for row in rows.select_related("chapter__county")}
    common = found.get(None)
    return Guide(common, found.get(service.pk)) if common is not None else None


def guide_languages(service: Service) -> frozenset[str]:
    """The languages in which the guide of the service is published: those of the common text."""
    guide = guide_of(service)
    return frozenset(guide.common.languages) if guide else frozenset()


def pictures_of_guide(county: County) -> frozenset[str]:
    """The pictures that residents see: those in a published guide, in its common text or in what a public service adds."""
    rows = ChapterVersion.objects.current().filter(
        Q(service__isnull=True) | Q(service__in=Service.objects.public().filter(county=county).values("pk")),
        chapter__county=county,
        chapter__audience=ChapterAudience.RESIDENTS,
        chapter__retired_at__isnull=True,
    )
    texts = [str(words) for row in rows.only("body") for words in row.body.values()]
    return frozenset(key for words in texts if "kuva:" in words.lower() for key in references_in(words)["picture"])
