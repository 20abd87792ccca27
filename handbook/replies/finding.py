"""Finding a quick reply: its short code before its name, its name before its text; inflected words too. Pure: knows no rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.search import Document, Index
from services.wordforms import words_of

MOST = 60
SUGGESTED = 4
HEARD = 190
NEAR = 1.1
_TALK = {
    "fi": "hei moi terve moikka huomenta hyvää päivää iltaa kiitos kiitoksia ok joo selvä",
    "sv": "hej hejsan god dag morgon kväll tack okej",
    "en": "hello hi good morning day evening thanks thank you",
}
SMALL_TALK = frozenset(word for words in _TALK.values() for word in words.split())


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
        self._bodies = Index(_bodies(self.entries), loose=False)

    def tiers(self, query: str, *, language: str, limit: int = MOST) -> tuple[list[int], list[int], list[int]]:
        """The replies that fit: by their short code, by their name or other words, and by their text, each in order."""
        asked = " ".join(query.casefold().lstrip("/").split())
        if not asked:
            return [], [], []
        names, bodies = (
            [int(str(hit.id)) for hit in index.search(asked, language=language, limit=limit)]
            for index in (self._names, self._bodies)
        )
        return self._by_code(asked), names, bodies

    def find(self, query: str, *, language: str, limit: int = MOST) -> list[int]:
        """The replies that fit, in the order in which they are offered: code before name before text."""
        return list(dict.fromkeys(key for tier in self.tiers(query, language=language, limit=limit) for key in tier))[:limit]

    def suggest(self, said: Sequence[str], *, language: str, limit: int = SUGGESTED) -> list[int]:
        """Replies that answer what was said last, if any is near enough. Nothing leaves this process.

        Of two messages the newer one counts, unless it suggests nothing: a greeting or a thank-you does not,
        and a word of a reply's text alone is too little.
        """
        found: dict[int, None] = {}
        rarest = math.log(1 + max(len(self.entries) - 0.5, 1) / 1.5)  # the weight of a word that one reply has
        for message in reversed(said):
            words = " ".join(word for word in words_of(message) if word not in SMALL_TALK)
            scores: dict[int, float] = defaultdict(float)
            for index, weight in ((self._names, 1.5), (self._bodies, 0.8)):
                for hit in index.search(words[-HEARD:], language=language, limit=MOST):
                    if hit.language == language:
                        scores[int(str(hit.id))] += weight * hit.score
            near = sorted((key for key, score in scores.items() if score >= NEAR * rarest), key=lambda key: -scores[key])
            found.update(dict.fromkeys(near))
            if found:
                break
        return list(found)[:limit]

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
