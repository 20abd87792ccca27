"""Plain language and typed numbers, told of a text. Pure."""

from __future__ import annotations

import re

from handbook.replies.placeholders import PATTERN

LONGEST_SENTENCE = 25
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NUMBER = re.compile(r"(?<![\w.,])\+?\d(?:[ \u00a0-]?\d){5,}(?![\w])")


def long_sentences(text: str, *, most: int = LONGEST_SENTENCE) -> list[str]:
    """Sentences with more words than people like to read at once: a warning, never a refusal."""
    return [sentence for sentence in _SENTENCE.split(text.strip()) if len(sentence.split()) > most]


def typed_numbers(text: str) -> list[str]:
    """Phone numbers typed as digits: a text names a contact point instead, so that it changes everywhere. 112 is short."""
    return [match[0].strip() for match in _NUMBER.finditer(PATTERN.sub(" ", text))]
