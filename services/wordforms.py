"""Words as people write them, and how alike two of them are: stems, grades, slips of the keyboard. Pure.

Snowball's stems join most forms of a word, but Finnish changes its words inside too (“hammas”, “hampaan”) and a nominative may look
inflected to a stemmer (“hinta”), so two Finnish words are also compared as they stand, each in a spelling that knows no grade.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

STEMMERS = {"fi": "finnish", "sv": "swedish", "en": "english"}
WORD_LIMIT = 40
GRAM = 4
ALIKE_LEAST = 4
ALIKE_SHARE = 0.75
ENDING_LIMIT = 6
WITHIN_SHARE = 0.4

_WORD = re.compile(r"[^\W_]+")
# Strong and weak grade of a Finnish consonant in one spelling; the order matters.
_GRADES = (
    ("nen$", "s"), ("kk", "k"), ("pp", "p"), ("tt", "t"), ("mp", "m"), ("mm", "m"), ("nk", "n"), ("ng", "n"), ("nt", "n"),
    ("nn", "n"), ("lt", "l"), ("ll", "l"), ("rt", "r"), ("rr", "r"), ("lk", "l"), ("rk", "r"), ("d", "t"), ("v", "p"),
)  # fmt: skip
_GRADED = tuple((re.compile(strong), weak) for strong, weak in _GRADES)


def words_of(text: str) -> Iterator[str]:
    """The words of a text in lower case; invisible and control characters part no word and hide none."""
    text = "".join(ch for ch in unicodedata.normalize("NFKC", text) if unicodedata.category(ch) not in ("Cf", "Cs", "Mn"))
    for match in _WORD.finditer(text.casefold()):
        yield match[0][:WORD_LIMIT]


def undotted(word: str) -> str:
    """The word without dots and rings, since people leave them out."""
    if word.isascii():
        return word
    return "".join(ch for ch in unicodedata.normalize("NFD", word) if not unicodedata.combining(ch))


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The word's stem without dots and rings."""
    return undotted(_stemmer(language).stemWord(word) if language in STEMMERS else word)


@lru_cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(STEMMERS[language])


@lru_cache(maxsize=50_000)
def gradeless(word: str) -> str:
    """A Finnish word in a spelling that knows no grade: “hampaan” and “hammas” both begin with “hama”."""
    found = undotted(word)
    for strong, weak in _GRADED:
        found = strong.sub(weak, found)
    return found


def grams(word: str) -> set[str]:
    """The word's pieces of four letters."""
    return {word[n : n + GRAM] for n in range(max(1, len(word) - GRAM + 1))}


def slips(word: str) -> set[str]:
    """The word, and the word without each of its letters: two words one slip apart share one of these."""
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}


def one_slip(a: str, b: str) -> bool:
    """One letter more, less or other, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = common(a, b)
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and len(b) > 1 and a[2:] == b[2:])


def common(a: str, b: str) -> int:
    """How many letters two words begin with in common."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def likeness(asked: str, term: str, overlap: float) -> float:
    """Of two stems: a part of a compound, a common beginning, or many common letters in a row (`overlap`)."""
    short, long = sorted((asked, term), key=len)
    ratio = len(short) / len(long)
    at_edge = long.startswith(short) or long.endswith(short)
    if len(short) >= GRAM and short in long and (at_edge or ratio >= WITHIN_SHARE):
        return (0.6 if at_edge else 0.5) + 0.3 * ratio
    shared = common(asked, term)
    if shared > GRAM and shared >= 0.6 * len(short):
        return 0.45 + 0.4 * shared / len(long)
    return overlap


def inflected_alike(asked: str, word: str) -> float:
    """Of two gradeless Finnish words, how surely they are forms of one: the same beginning and short ends; 0 when they are not."""
    shared = common(asked, word)
    short, long = sorted((len(asked), len(word)))
    if shared < ALIKE_LEAST or shared < ALIKE_SHARE * short or long - shared > ENDING_LIMIT:
        return 0.0
    return 0.5 + 0.3 * shared / long
