"""Finds chapters and sections by the words that people use, in any of the three languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from handbook.markup import plain
from handbook.models import ChapterVersion
from handbook.shelf import Entry
from services.models import County
from services.search import Document, Shelves, words_of
from services.texts import FALLBACKS

RESULTS = 20
AROUND = 90
_shelves = Shelves()


@dataclass(frozen=True, slots=True)
class Found:
    """A text that fits the words, and a piece of it."""

    entry: Entry
    version: ChapterVersion
    language: str
    piece: str


def find(county: County, book: Sequence[Entry], words: str, *, language: str) -> list[Found]:
    """The published texts that fit the words, best first; none when nothing is near."""
    shown = {part.version.pk: (entry, part.version) for entry in book for part in entry.parts}
    version = tuple(sorted(row.public_id for _entry, row in shown.values()))  # a published version never changes
    index = _shelves.index((county.pk, version), version, lambda: documents(row for _entry, row in shown.values()))
    found = []
    for hit in index.search(words, language=language, limit=RESULTS):
        if not isinstance(hit.id, int) or hit.id not in shown:
            continue
        entry, row = shown[hit.id]
        found.append(Found(entry, row, hit.language, piece_of(plain(row.body.get(hit.language, "")), words)))
    return found


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
