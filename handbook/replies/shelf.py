"""The replies that may be written in a conversation, found by words: rows read, nothing written.

A county's shared replies are one shelf in this process's memory, a person's own another; each is good for one version of its
rows, and so is what of it may be used in a queue today.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from threading import Lock
from typing import NamedTuple

from django.db.models import Count, Max

from accounts.actors import Actor, Staff, System
from handbook.choices import ReplyScope
from handbook.models import QuickReply
from handbook.models.replies import LANGUAGES, QuickReplyQuerySet
from handbook.replies.effective import effective
from handbook.replies.finding import Entry, Shelf
from services.models import Queue

ROOM = 200
LISTED = 30


class Usable(NamedTuple):
    """What is asked of every reply before any is read whole."""

    pk: int
    shortcut: str
    scope: str
    protected: bool
    uses: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """A shelf of one version of its rows, and what of it may be used where."""

    version: object
    shelf: Shelf
    usable: dict[tuple[int, bool, date], dict[int, Usable]] = field(default_factory=dict)
    """By what is asked: what may be used, the most used first."""


_shelves: dict[tuple[str, int], _Kept] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Found:
    """A reply that is offered, and whether the conversation's own words suggested it."""

    reply: QuickReply
    suggested: bool = False


def find_replies(
    *,
    queue: Queue,
    by: Actor,
    on: date,
    query: str = "",
    language: str = "fi",
    said: Sequence[str] = (),
    professional: bool = False,
    limit: int = LISTED,
) -> list[Found]:
    """What may be written in a conversation of the queue: what the words find, or without words what the conversation suggests
    and after it the most used.
    """
    county = queue.service.county_id
    shared = _kept("county", county, QuickReply.objects.filter(county=county).exclude(scope=ReplyScope.PERSONAL))
    usable = _usable(shared, queue, on=on, professional=professional)
    shelves = [shared.shelf]
    if isinstance(by, Staff):
        rows = QuickReply.objects.filter(county=county, scope=ReplyScope.PERSONAL, person=by.user_id)
        if own := [Usable(*row) for row in rows.in_force(on).order_by().values_list(*Usable._fields)]:
            usable = _by_use(effective([*usable.values(), *own]))
            shelves.insert(0, _kept("person", by.user_id, rows).shelf)
    suggested: list[int] = []
    if query.strip(" /"):
        tiers = [shelf.tiers(query, language=language) for shelf in shelves]
        keys = [key for tier in zip(*tiers, strict=True) for found in tier for key in found if key in usable]
    else:
        suggested = [key for shelf in shelves for key in shelf.suggest(said, language=language) if key in usable][:4]
        keys = [*suggested, *islice(usable, limit)]
    wanted = list(dict.fromkeys(keys))[:limit]
    read = QuickReply.objects.in_bulk(wanted)
    return [Found(read[key], key in suggested) for key in wanted if key in read]


def _kept(kind: str, owner: int, rows: QuickReplyQuerySet) -> _Kept:
    """The shelf of these rows, made anew when one of them was made, changed or deleted."""
    version = rows.aggregate(last=Max("changed_at"), count=Count("pk"))
    kept = _shelves.get((kind, owner))
    if kept is not None and kept.version == version:
        return kept
    made = _Kept(version, Shelf(entries_of(rows)))
    with _lock:
        while len(_shelves) >= ROOM:
            _shelves.pop(next(iter(_shelves)))
        _shelves[kind, owner] = made
    return made


def _usable(kept: _Kept, queue: Queue, *, on: date, professional: bool) -> dict[int, Usable]:
    """The shared replies that may be written in the queue today: the same until a reply changes or the day does."""
    key = (queue.pk, professional, on)
    if key not in kept.usable:
        rows = QuickReply.objects.usable_in(queue, by=System(), on=on, professional=professional)
        if len(kept.usable) >= ROOM:
            kept.usable.clear()
        kept.usable[key] = _by_use(effective(Usable(*row) for row in rows.order_by().values_list(*Usable._fields)))
    return kept.usable[key]


def _by_use(rows: Iterable[Usable]) -> dict[int, Usable]:
    return {row.pk: row for row in sorted(rows, key=lambda row: (-row.uses, row.shortcut))}


def entries_of(replies: Iterable[QuickReply]) -> list[Entry]:
    """The rows as they are searched."""
    return [
        Entry(
            row.pk,
            row.shortcut,
            tuple((code, title) for code in LANGUAGES if (title := getattr(row, f"title_{code}"))),
            tuple(row.texts.items()),
            " ".join(row.tags),
        )
        for row in replies
    ]
