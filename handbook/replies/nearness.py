"""Which replies say nearly the same: pairs of words in a row that two texts share, and their words. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from handbook.replies.placeholders import PATTERN
from services.wordforms import stem, words_of

K = TypeVar("K", bound=Hashable)
NEAR = 0.5
LEAST_WORDS = 4
COMMON_PIECE = 60


@dataclass(frozen=True, slots=True)
class Near:
    """Two texts that are nearly the same; `share` 1: they have the same words in the same order."""

    first: Hashable
    second: Hashable
    share: float


def pieces(text: str, language: str = "fi") -> frozenset[tuple[str, ...]]:
    """The stems of a text and each two of them in a row; placeholders count as no words."""
    stems = [stem(word, language) for word in words_of(PATTERN.sub(" ", text))]
    if len(stems) < LEAST_WORDS:
        return frozenset()
    return frozenset([*((each,) for each in stems), *pairwise(stems)])


def near_pairs(texts: Mapping[K, str], *, language: str = "fi", least: float = NEAR) -> list[Near]:
    """Every two texts that share half of their pieces, nearest first; only those with a rare piece in common are compared."""
    cut: dict[Hashable, frozenset[tuple[str, ...]]] = {
        key: found for key, text in texts.items() if (found := pieces(text, language))
    }
    by_piece: dict[tuple[str, ...], list[Hashable]] = defaultdict(list)
    for key, found in cut.items():
        for piece in found:
            if len(piece) == 2:
                by_piece[piece].append(key)
    place = {key: number for number, key in enumerate(cut)}
    asked: set[tuple[Hashable, Hashable]] = set()
    for keys in by_piece.values():
        if len(keys) > COMMON_PIECE:
            continue
        for number, first in enumerate(keys):
            asked.update(((first, second) if place[first] < place[second] else (second, first)) for second in keys[number + 1 :])
    near = []
    for first, second in asked:
        share = len(cut[first] & cut[second]) / len(cut[first] | cut[second])
        if share >= least:
            near.append(Near(first, second, share))
    return sorted(near, key=lambda pair: (-pair.share, place[pair.first], place[pair.second]))
