"""The county's published paths, ready to be found: one index of the county in this process, until another path is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Count, Max, Sum

from guidance.document import PathDocument, from_json
from guidance.finding import Hit, PathIndex, build_index
from guidance.models import PathVersion
from services.models import County
from services.search import Remembered

_indexes: Remembered[PathIndex] = Remembered()
_leads: Remembered[Mapping[str, Sequence[str]]] = Remembered()


def find_paths(county: County, words: str, *, language: str) -> list[Hit]:
    """The published paths that fit the words, best first; one query while nothing has been published since."""
    return _index(county).search(words, language=language)


def suggest_paths(county: County, beginning: str, *, language: str) -> list[Hit]:
    """The published paths that fit words which are still being typed."""
    return _index(county).suggest(beginning, language=language)


def leads_of(county: County) -> Mapping[str, Sequence[str]]:
    """Which published paths lead to each link of the library: their address names by the link's key, in the library's order."""
    return _leads.built(county.pk, _published(county), lambda: _read_leads(county))


def _read_leads(county: County) -> Mapping[str, Sequence[str]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for document in _documents(county):
        for _place, action in document.actions():
            if action.link:
                found[action.link][document.slug] = None
    return {key: list(slugs) for key, slugs in found.items()}


def _index(county: County) -> PathIndex:
    return _indexes.built(county.pk, _published(county), lambda: build_index(_documents(county)))


def _published(county: County) -> tuple[object, ...]:
    rows = PathVersion.objects.current().walkable().filter(path__county=county)
    # A published version never changes, so which there are tells all: how many, which ones, and when the newest came.
    told = rows.aggregate(count=Count("pk"), keys=Sum("pk"), newest=Max("published_at"))
    return told["count"], told["keys"], told["newest"]


def _documents(county: County) -> Iterator[PathDocument]:
    rows = PathVersion.objects.current().walkable().filter(path__county=county).order_by("path__order", "path__slug")
    for text in rows.values_list("text", flat=True).iterator():
        yield from_json(text)
