"""Plain language, told of a text. Pure; one home for what residents and responders read (S000-60)."""

from __future__ import annotations

import re

LONGEST_SENTENCE = 25
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\s*\n\s*")


def long_sentences(text: str, *, most: int = LONGEST_SENTENCE) -> list[str]:
    """Sentences with more words than people like to read at once: a warning, never a refusal. A line of its own is one."""
    return [sentence for sentence in _SENTENCE.split(text.strip()) if len(sentence.split()) > most]
