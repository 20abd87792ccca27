"""Search in memory over some hundreds of short texts, for words as people write them. Pure: knows documents, no rows.

Stems (Snowball: Finnish, Swedish, English) find inflected words; 4-grams of stems find compounds and their parts; a compound
that is near nothing is understood by its first part; one slip of the keyboard is forgiven. BM25 orders what was found; a word of
the title or of the synonyms weighs more than one of the body. Measured against other ways: a
stemmer alone misses nine of ten compounds and typos.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from threading import Lock

import snowballstemmer

STEMMERS = {"fi": "finnish", "sv": "swedish", "en": "english"}
QUERY_LIMIT = 200
WORDS_LIMIT = 12
WORD_LIMIT = 40
TITLE_WEIGHT = 3.0
OTHER_LANGUAGE = 0.85
K1, B = 1.2, 0.6
GRAM = 4
PREFIX_LEAST = 2
TYPO_LEAST = 5
PART_LEAST = 3
REST_LEAST = 4
NEAR_ENOUGH = 0.5
WORTH_SHOWING = 0.3

_WORD = re.compile(r"[^\W_]+")
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


def words_of(text: str) -> Iterator[str]:
    """The words of a text in lower case; invisible and control characters part no word and hide none."""
    text = "".join(ch for ch in unicodedata.normalize("NFKC", text) if unicodedata.category(ch) not in ("Cf", "Cs", "Mn"))
    for match in _WORD.finditer(text.casefold()):
        yield match[0][:WORD_LIMIT]


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The word's stem without dots and rings, since people leave them out."""
    stemmed = _stemmer(language).stemWord(word) if language in STEMMERS else word
    plain = unicodedata.normalize("NFD", stemmed)
    return "".join(ch for ch in plain if not unicodedata.combining(ch))


@lru_cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(STEMMERS[language])


def _grams(word: str) -> set[str]:
    return {word[n : n + GRAM] for n in range(max(1, len(word) - GRAM + 1))}


def _slips(word: str) -> set[str]:
    """The word, and the word without each of its letters: two words one slip apart share one of these."""
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}


def _one_slip(a: str, b: str) -> bool:
    """One letter more, less or other, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and len(b) > 1 and a[2:] == b[2:])


class _Shelf:
    """The documents of one language."""

    def __init__(self, language: str, documents: list[Document]) -> None:
        self.language = language
        self.documents = documents
        self.titles = [" ".join(words_of(each.title)) for each in documents]
        self._words = {word for each in documents for word in words_of(f"{each.title} {each.synonyms}")}
        counts = [self._count(each) for each in documents]
        self._postings = _weighed(counts)
        self._terms = sorted(self._postings)
        self._by_gram: dict[str, list[str]] = defaultdict(list)
        self._by_slip: dict[str, list[str]] = defaultdict(list)
        for term in self._terms:
            for gram in sorted(_grams(term)):
                self._by_gram[gram].append(term)
            if len(term) >= TYPO_LEAST - 1:
                for slip in _slips(term):
                    self._by_slip[slip].append(term)

    def _count(self, document: Document) -> dict[str, float]:
        found: dict[str, float] = {}
        for text, weight in ((document.title, TITLE_WEIGHT), (document.synonyms, TITLE_WEIGHT), (document.body, 1.0)):
            for word in words_of(text):
                term = stem(word, self.language)
                found[term] = found.get(term, 0.0) + weight
        return found

    def near(self, word: str, *, parts: bool = False) -> dict[str, float]:
        """The stems of this shelf that the word may mean, each with how surely (1: the same stem); `parts`: its first part too."""
        asked = stem(word, self.language)
        is_known = asked in self._postings  # then it is no slip of another word
        found: dict[str, float] = {asked: 1.0} if is_known else {}
        if PREFIX_LEAST <= len(asked) < GRAM:
            return self._beginning_with(asked, found)
        grams = _grams(asked)
        shared = Counter(term for gram in grams for term in self._by_gram.get(gram, ()))
        for term, count in shared.items():
            sure = _likeness(asked, term, count / max(len(grams), len(_grams(term))))
            if sure > NEAR_ENOUGH or (sure == NEAR_ENOUGH and not is_known):
                found[term] = max(sure, found.get(term, 0.0))
        if len(asked) >= TYPO_LEAST and not is_known:
            for slip in _slips(asked):
                for term in self._by_slip.get(slip, ()):
                    if term not in found and _one_slip(asked, term):
                        found[term] = 0.75
        return found or (self._first_part(word) if parts else {})

    def _first_part(self, word: str) -> dict[str, float]:
        """A compound that is near nothing as a whole may begin with a word of this shelf: “rahanpuute” with “raha”,
        “hyresbetalning” with “hyra”. The longest such beginning counts, and only by the very same stem, so that “rahtilaiva” is no
        money; a part of three letters must be a word of the texts as it is.
        """
        for end in range(len(word) - REST_LEAST, PART_LEAST - 1, -1):
            part = stem(word[:end], self.language)
            is_word = end > PART_LEAST or word[:end] in self._words
            if is_word and len(part) >= PART_LEAST and part in self._postings:
                return {part: NEAR_ENOUGH}
        return {}

    def _beginning_with(self, asked: str, found: dict[str, float]) -> dict[str, float]:
        for term in self._terms[bisect_left(self._terms, asked) :]:
            if not term.startswith(asked):
                break
            found.setdefault(term, NEAR_ENOUGH)
        return found

    def scores(self, words: list[str], *, parts: bool) -> dict[int, float]:
        """How well each document fits the words; one that answers more of them gains."""
        totals: dict[int, float] = defaultdict(float)
        answered: Counter[int] = Counter()
        for word in words:
            best: dict[int, float] = {}
            for term, sure in self.near(word, parts=parts).items():
                for n, weight in self._postings[term]:
                    score = sure * weight
                    if score > best.get(n, 0.0):
                        best[n] = score
            for n, score in best.items():
                totals[n] += score
            answered.update(best.keys())
        return {n: score * (0.4 + 0.6 * answered[n] / len(words)) for n, score in totals.items()}


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


def _likeness(asked: str, term: str, overlap: float) -> float:
    """A part of a compound, a common beginning, or many common letters in a row."""
    short, long = sorted((asked, term), key=len)
    ratio = len(short) / len(long)
    if len(short) >= GRAM and short in long:
        at_edge = long.startswith(short) or long.endswith(short)
        return (0.6 if at_edge else 0.5) + 0.3 * ratio
    common = next((n for n, (x, y) in enumerate(zip(asked, term, strict=False)) if x != y), len(short))
    if common > GRAM and common >= 0.6 * len(short):
        return 0.45 + 0.4 * common / len(long)
    return overlap


class Index:
    """An index of documents in any languages, built once and then only read."""

    def __init__(self, documents: Iterable[Document]) -> None:
        by_language: dict[str, list[Document]] = defaultdict(list)
        self._bodies: dict[tuple[Hashable, str], str] = {}
        for document in documents:
            if document.title.strip():
                by_language[document.language].append(document)
                self._bodies[document.id, document.language] = document.body
        self._shelves = [_Shelf(language, found) for language, found in by_language.items()]

    def search(self, query: str, *, language: str, limit: int = 10, among: Collection[Hashable] | None = None) -> list[Hit]:
        """The best documents for the query, best first; nothing when nothing is near. Words of any language are understood,
        those of the asked one weigh more. `among`: whoever asks sees no others.
        """
        words = list(dict.fromkeys(words_of(query[:QUERY_LIMIT])))[:WORDS_LIMIT]
        whole = " ".join(words)
        best: dict[Hashable, tuple[float, str]] = {}
        for shelf in self._shelves:
            stop = _STOP_WORDS.get(shelf.language, frozenset())
            told = [word for word in words if word not in stop] or words
            factor = 1.0 if shelf.language == language else OTHER_LANGUAGE
            for n, score in shelf.scores(told, parts=shelf.language == language).items():
                named = 1.5 if shelf.titles[n] == whole else 1.0
                key, fits = shelf.documents[n].id, score * factor * named
                if among is not None and key not in among:
                    continue
                if key not in best or best[key][0] < fits:
                    best[key] = fits, shelf.language
        least = WORTH_SHOWING * max((fits for fits, _language in best.values()), default=0.0)
        worth = [Hit(key, told_in, fits) for key, (fits, told_in) in best.items() if fits >= least]
        return nlargest(limit, worth, key=lambda hit: round(hit.score, 9))

    def body(self, hit: Hit) -> str:
        """The body of the document that was found."""
        return self._bodies.get((hit.id, hit.language), "")


class Shelves:
    """The indexes that this process remembers, each good for one version of its documents."""

    def __init__(self, room: int = 64) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, tuple[Hashable, Index]] = OrderedDict()
        self._lock = Lock()

    def index(self, name: Hashable, version: Hashable, documents: Callable[[], Iterable[Document]]) -> Index:
        """The index of that name, built anew when the version is another; the longest unused one gives way."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None and kept[0] == version:
                self._kept.move_to_end(name)
                return kept[1]
        built = Index(documents())
        with self._lock:
            self._kept[name] = (version, built)
            self._kept.move_to_end(name)
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)
        return built
