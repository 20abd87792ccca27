"""Finds chapters and sections by the words that people use, in any of the three languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handbook.choices import ChapterAudience
from handbook.markup import plain
from handbook.models import Chapter, ChapterVersion
from services.models import County, Service
from services.search import Document, Shelves
from services.texts import FALLBACKS
from services.wordforms import words_of

RESULTS = 20
AROUND = 90
_shelves = Shelves()


@dataclass(frozen=True, slots=True)
class Found:
    """A text that fits the words, and a piece of it."""

    version: ChapterVersion
    language: str
    piece: str


def find(county: County, services: Iterable[Service], words: str, *, language: str) -> list[Found]:
    """The published common texts, and sections of the services, that fit the words, best first; none when nothing is near.

    Two queries: which texts are published, and those that were found. The words themselves are one index of the county in this
    process, good until another text is published or taken away.
    """
    wanted = {None, *(service.pk for service in services)}
    chapters = Chapter.objects.filter(county=county, audience=ChapterAudience.STAFF).published()
    rows = ChapterVersion.objects.current().filter(chapter__in=chapters)
    published = list(rows.order_by("pk").values_list("pk", "published_at", "service_id"))
    keys = [pk for pk, *_ in published]
    version = tuple((pk, at) for pk, at, _ in published)  # a published version never changes
    index = _shelves.index(county.pk, version, lambda: documents(ChapterVersion.objects.filter(pk__in=keys).order_by("pk")))
    seen = {pk for pk, _, service_id in published if service_id in wanted}
    hits = index.search(words, language=language, limit=RESULTS, among=seen)
    read = ChapterVersion.objects.select_related("chapter", "service").defer("body").in_bulk([int(str(hit.id)) for hit in hits])
    both = [(hit, read.get(int(str(hit.id)))) for hit in hits]
    return [Found(row, hit.language, piece_of(index.body(hit), words)) for hit, row in both if row is not None]


def documents(versions: Iterable[ChapterVersion]) -> Iterator[Document]:
    """Each text in each language that it has."""
    for row in versions:
        for code in FALLBACKS:
            title = row.words("title", code).value
            if str(row.body.get(code, "")).strip():
                yield Document(row.pk, code, title, row.purpose.get(code, ""), plain(row.body[code]))


def piece_of(text: str, words: str) -> str:
    """The words of the text around the first word that was asked for, or its beginning."""
    low = text.casefold()
    places = [place for word in words_of(words) if len(word) > 2 and (place := low.find(word[: max(4, len(word) - 3)])) >= 0]
    start = max(0, min(places, default=0) - AROUND)
    end = min(len(text), start + 2 * AROUND + 40)
    if start:
        start = text.find(" ", start) + 1
    if end < len(text):
        end = text.rfind(" ", start, end) if " " in text[start:end] else end
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
