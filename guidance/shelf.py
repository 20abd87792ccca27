"""The county's published paths, ready to be found: one index of the county in this process, until another path is published."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Max, Sum

from guidance.document import PathDocument, from_json
from guidance.finding import Hit, PathIndex, build_index
from guidance.models import PathVersion
from services.models import County
from services.search import Remembered

_indexes: Remembered[PathIndex] = Remembered()


def find_paths(county: County, words: str, *, language: str) -> list[Hit]:
    """The published paths that fit the words, best first; one query while nothing has been published since."""
    return _index(county).search(words, language=language)


def suggest_paths(county: County, beginning: str, *, language: str) -> list[Hit]:
    """The published paths that fit words which are still being typed."""
    return _index(county).suggest(beginning, language=language)


def _index(county: County) -> PathIndex:
    rows = PathVersion.objects.current().walkable().filter(path__county=county)
    # A published version never changes, so which there are tells all: how many, which ones, and when the newest came.
    told = rows.aggregate(count=Count("pk"), keys=Sum("pk"), newest=Max("published_at"))
    version = (told["count"], told["keys"], told["newest"])
    return _indexes.built(county.pk, version, lambda: build_index(_documents(county)))


def _documents(county: County) -> Iterator[PathDocument]:
    rows = PathVersion.objects.current().walkable().filter(path__county=county).order_by("path__order", "path__slug")
    for text in rows.values_list("text", flat=True).iterator():
        yield from_json(text)
