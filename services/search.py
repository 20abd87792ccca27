"""Search in memory over some hundreds of short texts, for words as people write them. Pure: knows documents, no rows.

Stems (Snowball: Finnish, Swedish, English) find inflected words, and Finnish words of titles and synonyms are also found by their
common beginning, whatever the grade; 4-grams of stems find compounds and their parts; a compound that is not known is asked for by
its two parts, and words that make a known one as that one too; one slip of the keyboard is forgiven. BM25 orders what was found; a
word of the title or of the synonyms weighs more than one of the body. Measured against other ways: a stemmer alone misses nine of
ten compounds and typos (`bench.paths`).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from threading import Lock
from typing import Generic, TypeVar

from services.wordforms import (
    ALIKE_LEAST,
    GRAM,
    gradeless,
    grams,
    inflected_alike,
    likeness,
    one_slip,
    slips,
    stem,
    undotted,
    words_of,
)

T = TypeVar("T")
QUERY_LIMIT = 200
WORDS_LIMIT = 12
TITLE_WEIGHT = 3.0
OTHER_LANGUAGE = 0.85
K1, B = 1.2, 0.6
PREFIX_LEAST = 2
TYPO_LEAST = 5
PART_LEAST = 3
REST_LEAST = 4
JOINED_MOST = 3
NEAR_ENOUGH = 0.5
SLIP = 0.75
PART = 0.9
NAMED = 1.5
WORTH_SHOWING = 0.3

_STOP = {
    "fi": """ja tai on ei se ne en ole oli mikä mitä missä mistä mihin miten kuinka milloin kuka kenelle minun minulla minulle
        minä mun mulla sinun hän hänen meidän meillä haluan haluaisin tarvitsen tarvitsisin voin voinko voiko saan saanko pitää
        pitäisi onko kun jos että vain myös kanssa sekä apua kysyä kysymys asia asiassa""",
    "sv": """och eller är inte det den de en ett jag du min mitt mina vi vår vårt hur var vad när vem vart kan få får vill ha
        har som för till med på av i om att behöver hjälp måste skulle hos från man mig fråga""",
    "en": """a an and or the is are not it i my me you your we our how where what when who can do does get want need to for
        with of in on at about help please would should have has question""",
}
_STOP_WORDS = {language: frozenset(words.split()) for language, words in _STOP.items()}


@dataclass(frozen=True, slots=True)
class Document:
    """What can be found: the same `id` may stand in several languages."""

    id: Hashable
    language: str
    title: str
    synonyms: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found, in which language and how well it fits (comparable within one answer only)."""

    id: Hashable
    language: str
    score: float


class _Shelf:
    """The documents of one language."""

    def __init__(self, language: str, documents: list[Document], *, loose: bool = True) -> None:
        self.language = language
        self.loose = loose
        self.documents = documents
        self.titled: dict[str, list[int]] = defaultdict(list)
        for n, each in enumerate(documents):
            self.titled[" ".join(words_of(each.title))].append(n)
        self._postings = _weighed([self._count(each) for each in documents])
        self._terms = sorted(self._postings)
        self._named: dict[str, set[str]] = defaultdict(set)  # the words of titles and synonyms as they stand, with their stems
        for word in {word for each in documents for word in words_of(f"{each.title} {each.synonyms}")}:
            self._named[undotted(word)].add(stem(word, language))
        self._gradeless = sorted((gradeless(word), word) for word in self._named) if language == "fi" else []
        self._by_gram: dict[str, list[str]] = defaultdict(list)
        self._by_slip: dict[str, list[str]] = defaultdict(list)
        for term in self._terms:
            for gram in sorted(grams(term)):
                self._by_gram[gram].append(term)
        for word in sorted({*(term for term in self._terms if len(term) >= TYPO_LEAST - 1), *self._named}):
            if len(word) >= TYPO_LEAST - 1:
                for slip in slips(word):
                    self._by_slip[slip].append(word)

    def _count(self, document: Document) -> dict[str, float]:
        found: dict[str, float] = {}
        for text, weight in ((document.title, TITLE_WEIGHT), (document.synonyms, TITLE_WEIGHT), (document.body, 1.0)):
            for word in words_of(text):
                term = stem(word, self.language)
                found[term] = found.get(term, 0.0) + weight
        return found

    def _knows(self, word: str) -> bool:
        return stem(word, self.language) in self._postings or undotted(word) in self._named

    def near(self, word: str, *, parts: bool = False) -> dict[str, float]:
        """The stems of this shelf that the word may mean, each with how surely (1: the same stem); `parts`: its first part too."""
        asked = stem(word, self.language)
        is_known = asked in self._postings  # then it is no slip of another word
        found: dict[str, float] = {asked: 1.0} if is_known else {}
        self._add_forms(word, found)
        if PREFIX_LEAST <= len(asked) < GRAM:
            if not found or len(word) <= GRAM:
                self._add_beginnings(asked, found)
            if not found:
                self._add_slips(undotted(word), found)
            return found
        pieces = grams(asked)
        shared = Counter(term for gram in pieces for term in self._by_gram.get(gram, ()))
        for term, count in shared.items():
            sure = likeness(asked, term, count / max(len(pieces), len(grams(term))))
            if sure > NEAR_ENOUGH or (self.loose and sure == NEAR_ENOUGH and not is_known):
                found[term] = max(sure, found.get(term, 0.0))
        if not is_known:
            for written in {asked, undotted(word)} if self.loose else {undotted(word)}:
                self._add_slips(written, found)
        return found or (self._first_part(word) if parts else {})

    def _add_forms(self, word: str, found: dict[str, float]) -> None:
        """Words of titles and synonyms that the word is another form of."""
        for term in self._named.get(undotted(word), ()):
            found[term] = 1.0
        asked = gradeless(word)
        if len(asked) < ALIKE_LEAST:
            return
        for n in range(bisect_left(self._gradeless, (asked[:ALIKE_LEAST], "")), len(self._gradeless)):
            written, named = self._gradeless[n]
            if not written.startswith(asked[:ALIKE_LEAST]):
                break
            if sure := inflected_alike(asked, written):
                for term in self._named[named]:
                    found[term] = max(sure, found.get(term, 0.0))

    def _add_slips(self, written: str, found: dict[str, float]) -> None:
        """Words one slip away from the written one."""
        if len(written) < TYPO_LEAST - 1:
            return
        for slip in slips(written):
            for word in self._by_slip.get(slip, ()):
                if max(len(word), len(written)) >= TYPO_LEAST and one_slip(written, word):
                    for term in self._named.get(word, ()) or (word,):
                        found[term] = max(SLIP, found.get(term, 0.0))

    def told(self, words: list[str]) -> list[tuple[str, float]]:
        """The words to ask for, each with its weight: neighbours that make one word of this shelf joined (“koti hoito”), and a
        compound that it does not know in its two parts when it knows both (“kuljetuspäätös”).
        """
        joined = [
            whole
            for size in range(2, JOINED_MOST + 1)
            for n in range(len(words) - size + 1)
            if undotted(whole := "".join(words[n : n + size])) in self._named
        ]
        found: list[tuple[str, float]] = []
        for word in chain(words, joined):
            halves = () if self._knows(word) else self._halves(word)
            found += [(half, PART) for half in halves] or [(word, 1.0)]
        return found

    def _halves(self, word: str) -> tuple[str, ...]:
        """A compound's two parts, the first as long as may be; both are words of titles and synonyms, the last in any form."""
        for end in range(len(word) - REST_LEAST, PART_LEAST - 1, -1):
            rest = word[end:]
            if undotted(word[:end]) in self._named and (
                stem(rest, self.language) in self._postings or undotted(rest) in self._named
            ):
                return word[:end], rest
        return ()

    def _first_part(self, word: str) -> dict[str, float]:
        """A compound that is near nothing as a whole may begin with a word of this shelf: “rahanpuute” with “raha”,
        “hyresbetalning” with “hyra”. The longest such beginning counts, and only by the very same stem, so that “rahtilaiva” is no
        money; a part of three letters must be a word of the texts as it is.
        """
        for end in range(len(word) - REST_LEAST, PART_LEAST - 1, -1):
            part = stem(word[:end], self.language)
            is_word = end > PART_LEAST or undotted(word[:end]) in self._named
            if is_word and len(part) >= PART_LEAST and part in self._postings:
                return {part: NEAR_ENOUGH}
        return {}

    def _add_beginnings(self, asked: str, found: dict[str, float]) -> None:
        for term in self._terms[bisect_left(self._terms, asked) :]:
            if not term.startswith(asked):
                break
            found.setdefault(term, NEAR_ENOUGH)

    def surest(self, word: str) -> float:
        """How surely this shelf has the word."""
        return max(self.near(word).values(), default=0.0)

    def scores(self, words: list[str], *, parts: bool, least: Mapping[str, float]) -> dict[int, float]:
        """How well each document fits the words; one that answers more of them gains. `least`: a word means nothing less sure."""
        asked = self.told(words) if parts else [(word, 1.0) for word in words]
        totals: dict[int, float] = {}
        answered: dict[int, int] = {}
        for word, weigh in asked:
            best: dict[int, float] = {}
            for term, sure in self.near(word, parts=parts).items():
                if sure < least.get(word, 0.0):
                    continue
                sure *= weigh
                if not best:
                    best = {n: sure * weight for n, weight in self._postings[term]}
                    continue
                for n, weight in self._postings[term]:
                    score = sure * weight
                    if score > best.get(n, 0.0):
                        best[n] = score
            if not totals:
                totals, answered = best, dict.fromkeys(best, 1)
                continue
            for n, score in best.items():
                totals[n] = totals.get(n, 0.0) + score
                answered[n] = answered.get(n, 0) + 1
        share = [0.4 + 0.6 * count / max(1, len(asked)) for count in range(len(asked) + 1)]
        return {n: score * share[answered[n]] for n, score in totals.items()}


def _weighed(counts: list[dict[str, float]]) -> dict[str, list[tuple[int, float]]]:
    """By term, the documents that have it and how much it tells of each (BM25): all that does not depend on the question."""
    lengths = [sum(count.values()) for count in counts]
    average = (sum(lengths) / len(counts) if counts else 0.0) or 1.0
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for n, count in enumerate(counts):
        for term, weight in count.items():
            found[term].append((n, weight))
    for term, postings in found.items():
        rarity = math.log(1 + (len(counts) - len(postings) + 0.5) / (len(postings) + 0.5))
        found[term] = [
            (n, rarity * (weight * (K1 + 1) / (weight + K1 * (1 - B + B * lengths[n] / average)))) for n, weight in postings
        ]
    return found


class Index:
    """An index of documents in any languages, built once and then only read.

    `loose`: a word may be meant that is just half the same, or whose stem is one slip away. Good for titles; among all the words of
    texts it finds “vuoksi” for “vuokra”.
    """

    def __init__(self, documents: Iterable[Document], *, loose: bool = True) -> None:
        by_language: dict[str, list[Document]] = defaultdict(list)
        self._bodies: dict[tuple[Hashable, str], str] = {}
        for document in documents:
            if document.title.strip():
                by_language[document.language].append(document)
                self._bodies[document.id, document.language] = document.body
        self._shelves = [_Shelf(language, found, loose=loose) for language, found in by_language.items()]

    def search(self, query: str, *, language: str, limit: int = 10, among: Collection[Hashable] | None = None) -> list[Hit]:
        """The best documents for the query, best first; nothing when nothing is near. Words of any language are understood,
        those of the asked one weigh more, and a word that it has is no worse guess in another: “lastensuojelu” is not “last” in
        English. `among`: whoever asks sees no others.
        """
        words = list(dict.fromkeys(words_of(query[:QUERY_LIMIT])))[:WORDS_LIMIT]
        whole = " ".join(words)
        best: dict[Hashable, tuple[float, str]] = {}
        own = next((shelf for shelf in self._shelves if shelf.language == language), None)
        sure = {word: own.surest(word) for word in words} if own is not None else {}
        for shelf in self._shelves:
            stop = _STOP_WORDS.get(shelf.language, frozenset())
            told = [word for word in words if word not in stop] or words
            factor = 1.0 if shelf.language == language else OTHER_LANGUAGE
            scores = shelf.scores(told, parts=shelf is own, least={} if shelf is own else sure)
            if among is not None:
                scores = {n: score for n, score in scores.items() if shelf.documents[n].id in among}
            for n in shelf.titled.get(whole, ()):
                if n in scores:
                    scores[n] *= NAMED
            least = WORTH_SHOWING * max(scores.values(), default=0.0)
            for n, score in scores.items():
                if score >= least:
                    key, fits = shelf.documents[n].id, score * factor
                    if key not in best or best[key][0] < fits:
                        best[key] = fits, shelf.language
        least = WORTH_SHOWING * max((fits for fits, _language in best.values()), default=0.0)
        worth = [(round(fits, 9), key) for key, (fits, _language) in best.items() if fits >= least]
        return [Hit(key, best[key][1], best[key][0]) for _fits, key in nlargest(limit, worth, key=lambda row: row[0])]

    def body(self, hit: Hit) -> str:
        """The body of the document that was found."""
        return self._bodies.get((hit.id, hit.language), "")


class Remembered(Generic[T]):
    """What this process has built of rows, each good for one version of them."""

    def __init__(self, room: int = 64) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, tuple[Hashable, T]] = OrderedDict()
        self._lock = Lock()

    def built(self, name: Hashable, version: Hashable, build: Callable[[], T]) -> T:
        """What goes by that name, built anew when the version is another; the longest unused one gives way."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None and kept[0] == version:
                self._kept.move_to_end(name)
                return kept[1]
        made = build()
        with self._lock:
            self._kept[name] = (version, made)
            self._kept.move_to_end(name)
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)
        return made


class Shelves(Remembered[Index]):
    """The indexes that this process remembers."""

    def index(self, name: Hashable, version: Hashable, documents: Callable[[], Iterable[Document]]) -> Index:
        """The index of that name."""
        return self.built(name, version, lambda: Index(documents()))
