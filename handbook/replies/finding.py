"""Finding a quick reply: its short code before its name, its name before its text; inflected words too. Pure: knows no rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.search import Document, Index, words_of

MOST = 60
SUGGESTED = 4
HEARD = 190


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a reply for finding it."""

    id: int
    shortcut: str
    titles: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...]
    tags: str = ""


class Shelf:
    """The replies of a county (or of one person), ready to be searched; built once and then only read."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = list(entries)
        self._codes = [(entry.shortcut.lstrip("/"), entry.id) for entry in self.entries]
        self._names = Index(_names(self.entries))
        self._bodies = Index(_bodies(self.entries))

    def find(self, query: str, *, language: str, limit: int = MOST) -> list[int]:
        """The replies that fit, in the order in which they are offered."""
        asked = " ".join(query.casefold().lstrip("/").split())
        if not asked:
            return []
        found = dict.fromkeys(self._by_code(asked))
        for index in (self._names, self._bodies):
            if len(found) < limit:
                found.update(dict.fromkeys(int(str(hit.id)) for hit in index.search(asked, language=language, limit=limit)))
        return list(found)[:limit]

    def suggest(self, said: Sequence[str], *, language: str, limit: int = SUGGESTED) -> list[int]:
        """Replies that answer what was said last; the newest words count first. Nothing leaves this process."""
        found: dict[int, None] = {}
        for words in reversed(said):
            for index in (self._names, self._bodies):
                hits = index.search(words[-HEARD:], language=language, limit=limit)
                found.update(dict.fromkeys(int(str(hit.id)) for hit in hits))
        return list(found)

    def _by_code(self, asked: str) -> list[int]:
        """The same code, those that begin so (shortest first), those that have it inside."""
        found = []
        for code, key in self._codes:
            place = code.find(asked)
            if place == 0 or (place > 0 and len(asked) > 1):
                found.append((code != asked, place, len(code), code, key))
        return [key for *_, key in sorted(found)]


def _names(entries: Iterable[Entry]) -> Iterator[Document]:
    for entry in entries:
        for language, title in entry.titles:
            yield Document(entry.id, language, title, entry.tags)


def _bodies(entries: Iterable[Entry]) -> Iterator[Document]:
    for entry in entries:
        for language, text in entry.texts:
            yield Document(entry.id, language, " ".join(words_of(text)))
