"""The library as residents see it: the county's published paths by area (S003-4, S003-25)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guidance.models import PathVersion
from guidance.views.walk import guide_name, page_language
from services.models import County, Queue
from services.texts import Text, pick, texts_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A path in the list."""

    slug: str
    title: Text


@dataclass(frozen=True, slots=True)
class Group:
    """The paths of one area, under the name of its service."""

    title: Text | None
    entries: list[Entry]


@require_safe
def paths(request: HttpRequest) -> HttpResponse:
    """Every path that can be begun, in two queries."""
    county: County | None = getattr(request, "county", None)
    if county is None:
        raise Http404
    return render(request, "guidance/paths.html", {"guide": guide_name(county), "groups": groups_of(county, published(county))})


def published(county: County) -> list[PathVersion]:
    """The published versions of the county in the library's order, without their documents."""
    rows = PathVersion.objects.current().walkable().filter(path__county=county).select_related("path").defer("text")
    return list(rows.order_by("path__order", "path__slug"))


def groups_of(county: County, rows: Iterable[PathVersion]) -> list[Group]:
    """By area in the order of the first path of each; an area is named as its queue's service is."""
    language = page_language()
    queues = Queue.objects.filter(service__county=county, is_active=True).select_related("service")
    names = {queue.key: pick(texts_of(queue.service, "name"), language) for queue in queues}
    found: dict[str, list[Entry]] = {}
    for row in rows:
        found.setdefault(row.area, []).append(Entry(row.path.slug, row.name(language)))
    return [Group(names.get(area), entries) for area, entries in found.items()]
