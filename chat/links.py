"""Addresses and phone numbers in what people write, made into links that can do no harm. The page's script does the same
(words.js): a resident with a phone in the hand calls 112 by one touch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
# 112, 116 xxx, and Finnish numbers as people write them; no part of a longer number, a date or an identity code.
_NUMBER = re.compile(r"(?<![\w.,:/+-])(?:112|116 ?[0-9]{3}|(?:\+358 ?|0)[0-9](?: ?[0-9]){5,10})(?![\w:/-]|[.,][0-9])")
_PAIRS = {")": "(", "]": "["}
_ENDINGS = ".,;:!?…»”’"


class Part(NamedTuple):
    """A stretch of a message; with `href` it is a link."""

    text: str
    href: str = ""


def parts(words: str) -> Iterator[Part]:
    """The message in parts: plain text, and web, mail and phone addresses. What ends a sentence is not part of an address."""
    start = 0
    for match in _ADDRESS.finditer(words):
        address = _trimmed(match[0])
        if not _is_safe(address):
            continue
        yield from _with_numbers(words[start : match.start()])
        yield Part(address, address)
        start = match.start() + len(address)
    yield from _with_numbers(words[start:])


def _with_numbers(words: str) -> Iterator[Part]:
    start = 0
    for match in _NUMBER.finditer(words):
        if match.start() > start:
            yield Part(words[start : match.start()])
        yield Part(match[0], f"tel:{match[0].replace(' ', '')}")
        start = match.end()
    if start < len(words):
        yield Part(words[start:])


def _trimmed(address: str) -> str:
    while address and (
        address[-1] in _ENDINGS or (address[-1] in _PAIRS and address.count(address[-1]) > address.count(_PAIRS[address[-1]]))
    ):
        address = address[:-1]
    return address


def _is_safe(address: str) -> bool:
    try:
        found = urlsplit(address)
        if found.scheme in ("http", "https"):
            return bool(found.hostname) and found.username is None and found.password is None and (found.port or 1) > 0
    except ValueError:
        return False
    return found.scheme in ("mailto", "tel") and bool(found.path)
