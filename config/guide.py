"""The automatic guide on the front page and on the pages of services: bot first or human first, by each page's own setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.frame import SURROUNDINGS_SECONDS
from guidance.models import PathVersion
from guidance.views.listing import Entry, published
from guidance.views.walk import guide_name, page_language
from services.memory import remembered
from services.models import County, Queue
from services.queue_names import queue_names

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Guide:
    """What a page offers of the guide: nothing when no path leads there."""

    name: str
    entry: str
    is_first: bool
    paths: Sequence[Entry]
    has_more: bool


def front_guide(county: County) -> Guide:
    """The first paths of the library."""
    rows = _published(county)
    return _guide(county, rows, entry="front", is_first=county.guide_first, has_more=len(rows) > SHOWN)


def service_guide(county: County, key: str, queues: Sequence[Queue], *, is_first: bool) -> Guide:
    """The paths that hand over to a line of the service."""
    known = remembered(county, "queue-names", SURROUNDINGS_SECONDS, lambda: queue_names(county), ahead=True)
    names = {name for queue in queues for name in known.get(queue.pk, ())}
    rows = [row for row in _published(county) if names & set(row.leads_to)]
    return _guide(county, rows, entry=f"service:{key}", is_first=is_first, has_more=True)


def _published(county: County) -> list[PathVersion]:
    return remembered(county, "paths", SURROUNDINGS_SECONDS, lambda: published(county), ahead=True)


def _guide(county: County, rows: Sequence[PathVersion], *, entry: str, is_first: bool, has_more: bool) -> Guide:
    language = page_language()
    entries = [Entry(row.path.slug, row.name(language)) for row in rows[:SHOWN]]
    return Guide(guide_name(county), entry, is_first, entries, has_more)
