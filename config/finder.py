"""Finds a county's public services by the words that people use, in any of the three languages (S000-61)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.board import Board, ServiceNow
from services.models import County, Service
from services.search import Document, Shelves
from services.texts import FALLBACKS

SEARCHED = ("audience", "summary", "handles", "who_answers")
RESULTS = 20

_shelves = Shelves()


def find_services(county: County, board: Board, words: str, *, language: str) -> list[ServiceNow]:
    """The services that fit the words, best first; none when nothing is near."""
    shown = [now.service for now in board.services.values()]
    version = tuple((row.pk, row.version, row.changed_at) for row in shown)
    index = _shelves.index(county.pk, version, lambda: documents(shown))
    return [board.services[hit.id] for hit in index.search(words, language=language, limit=RESULTS) if isinstance(hit.id, int)]


def documents(services: Iterable[Service]) -> Iterator[Document]:
    """Each service in each language in which it has a name."""
    for row in services:
        for code in FALLBACKS:
            body = [getattr(row, f"{field}_{code}") or "" for field in SEARCHED]
            if row.life_situation:
                body.append(getattr(row.life_situation, f"name_{code}") or "")
            yield Document(
                row.pk, code, getattr(row, f"name_{code}") or "", getattr(row, f"synonyms_{code}") or "", "\n".join(body)
            )
