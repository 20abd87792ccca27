"""Finds guidance paths by the words that people use (S003-4, S003-19): inflected, joined, split or slipped, in any language.

Pure: documents in, an index out; whoever keeps the index makes a new one when another set of paths is published. The search itself
is the portal's own (`services.search`), as for services, chapters and replies.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from guidance.document import LANGUAGES, PathDocument, Question
from services.search import QUERY_LIMIT, WORDS_LIMIT, Document, Index
from services.wordforms import undotted, words_of

RESULTS = 10
SUGGESTED = 6
SUGGEST_LEAST = 2
TITLE, KEYWORD = 1, 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A path that was found: its address, and its title in the language in which it was found."""

    slug: str
    title: str
    language: str


class _Beginnings:
    """The words of titles and keywords in one language, for whoever has typed only the beginning of one."""

    def __init__(self, named: Iterable[tuple[Hit, tuple[str, ...], tuple[str, ...]]]) -> None:
        self._hits: list[Hit] = []
        self._titles: list[str] = []
        words: set[tuple[str, int, int]] = set()
        for n, (hit, title, keywords) in enumerate(named):
            self._hits.append(hit)
            self._titles.append(" ".join(title))
            words |= {(word, n, TITLE) for word in title} | {(word, n, KEYWORD) for word in keywords}
        self._words = sorted(words)

    def fitting(self, asked: tuple[str, ...]) -> list[Hit]:
        """Those in which every typed word begins a word: first titles that begin so, then by words of titles, then by keywords."""
        fits: dict[int, int] | None = None
        for part in dict.fromkeys(asked):
            here = self._beginning_with(part)
            fits = here if fits is None else {n: max(fit, here[n]) for n, fit in fits.items() if n in here}
        whole = " ".join(asked)
        order = sorted((0 if self._titles[n].startswith(whole) else fit, n) for n, fit in (fits or {}).items())
        return [self._hits[n] for _fit, n in order]

    def _beginning_with(self, part: str) -> dict[int, int]:
        found: dict[int, int] = {}
        for at in range(bisect_left(self._words, (part, -1, 0)), len(self._words)):
            word, n, kind = self._words[at]
            if not word.startswith(part):
                break
            found[n] = min(kind, found.get(n, kind))
        return found


class PathIndex:
    """The paths of one county in all their languages: built once, then only read."""

    def __init__(self, paths: Iterable[PathDocument]) -> None:
        kept = list({path.slug: path for path in paths}.values())
        self._index = Index(document for path in kept for document in documents(path))
        self._hits: dict[tuple[str, str], Hit] = {}
        self._titled: dict[tuple[str, ...], list[Hit]] = defaultdict(list)
        named: dict[str, list[tuple[Hit, tuple[str, ...], tuple[str, ...]]]] = defaultdict(list)
        for path in kept:
            for code in languages_of(path):
                hit = self._hits[path.slug, code] = Hit(path.slug, path.title.given(code), code)
                title = _words(hit.title)
                self._titled[title].append(hit)
                named[code].append((hit, title, tuple(word for each in path.keywords.given(code) for word in _words(each))))
        self._beginnings = {code: _Beginnings(rows) for code, rows in named.items()}
        self._size = len(kept)

    def __len__(self) -> int:
        return self._size

    def search(self, words: str, *, language: str, limit: int = RESULTS, among: Collection[str] | None = None) -> list[Hit]:
        """The paths that fit the words, best first; nothing when nothing is near. The very title goes before everything; words of
        another language are understood, those of the asked one weigh more. `among`: whoever asks sees no others.
        """
        asked = _words(words)
        if not asked:
            return []
        named = sorted(self._titled.get(asked, ()), key=lambda hit: hit.language != language)
        found = self._index.search(words, language=language, limit=limit, among=among)
        both = [*named, *(self._hits[str(hit.id), hit.language] for hit in found)]
        return _each_once((hit for hit in both if among is None or hit.slug in among), limit)

    def suggest(self, beginning: str, *, language: str, limit: int = SUGGESTED, among: Collection[str] | None = None) -> list[Hit]:
        """Paths for words that are still being typed: those whose title or keywords begin so, then what a search of them finds."""
        asked = _words(beginning)
        if sum(map(len, asked)) < SUGGEST_LEAST:
            return []
        begun = self._beginnings[language].fitting(asked) if language in self._beginnings else []
        first = _each_once((hit for hit in begun if among is None or hit.slug in among), limit)
        if len(first) == limit:
            return first
        return _each_once([*first, *self.search(beginning, language=language, limit=limit, among=among)], limit)


def build_index(paths: Iterable[PathDocument]) -> PathIndex:
    """The index of these paths; of two with one address the later counts."""
    return PathIndex(paths)


def languages_of(path: PathDocument) -> Iterator[str]:
    """The languages in which a path can be found: those of its title."""
    return (code for code in LANGUAGES if path.title.given(code).strip())


def documents(path: PathDocument) -> Iterator[Document]:
    """A path in each of its languages: its keywords, and what its questions ask and offer to choose."""
    questions = [node for node in path.nodes.values() if isinstance(node, Question)]
    texts = [text for node in questions for text in (node.text, node.plain, *(option.label for option in node.options))]
    for code in languages_of(path):
        body = "\n".join(dict.fromkeys(text.given(code) for text in texts))
        yield Document(path.slug, code, path.title.given(code), ", ".join(path.keywords.given(code)), body)


def _words(text: str) -> tuple[str, ...]:
    return tuple(undotted(word) for word in words_of(text[:QUERY_LIMIT]))[:WORDS_LIMIT]


def _each_once(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """Each path once, where it stands first."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.slug, hit)
    return list(first.values())[: max(0, limit)]
