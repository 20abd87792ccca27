"""Typed numbers, told of a text. Pure."""

from __future__ import annotations

import re

from handbook.replies.placeholders import PATTERN

_NUMBER = re.compile(r"(?<![\w.,])\+?\d(?:[ \u00a0-]?\d){5,}(?![\w])")


def typed_numbers(text: str) -> list[str]:
    """Phone numbers typed as digits: a text names a contact point instead, so that it changes everywhere. 112 is short."""
    return [match[0].strip() for match in _NUMBER.finditer(PATTERN.sub(" ", text))]
