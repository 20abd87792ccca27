"""The replies that may be written in a conversation, found by words: rows read, nothing written.

A county's shared replies are one shelf in this process's memory, a person's own another; each is good for one version of its
rows. What may be used now is asked of the rows each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import NamedTuple

from django.db.models import Count, Max

from accounts.actors import Actor, Staff
from handbook.choices import ReplyScope
from handbook.models import QuickReply
from handbook.models.replies import LANGUAGES, QuickReplyQuerySet
from handbook.replies.effective import effective
from handbook.replies.finding import Entry, Shelf
from services.models import Queue

ROOM = 200
LISTED = 30
_shelves: dict[tuple[str, int], tuple[object, Shelf]] = {}
_lock = Lock()


class Usable(NamedTuple):
    """What is asked of every reply before any is read whole."""

    pk: int
    shortcut: str
    scope: str
    protected: bool
    uses: int


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
    rows = QuickReply.objects.usable_in(queue, by=by, on=on, professional=professional)
    usable = {row.pk: row for row in effective(Usable(*row) for row in rows.order_by().values_list(*Usable._fields))}
    shelves = [
        _shelf(
            "county",
            queue.service.county_id,
            QuickReply.objects.filter(county=queue.service.county_id).exclude(scope=ReplyScope.PERSONAL),
        )
    ]
    if isinstance(by, Staff) and any(row.scope == ReplyScope.PERSONAL for row in usable.values()):
        own = QuickReply.objects.filter(scope=ReplyScope.PERSONAL, person=by.user_id)
        shelves.insert(0, _shelf("person", by.user_id, own))
    suggested: list[int] = []
    if query.strip(" /"):
        tiers = [shelf.tiers(query, language=language) for shelf in shelves]
        keys = [key for tier in zip(*tiers, strict=True) for found in tier for key in found if key in usable]
    else:
        suggested = [key for shelf in shelves for key in shelf.suggest(said, language=language) if key in usable][:4]
        often = sorted(usable.values(), key=lambda row: (-row.uses, row.shortcut))
        keys = [*suggested, *(row.pk for row in often)]
    wanted = list(dict.fromkeys(keys))[:limit]
    read = QuickReply.objects.in_bulk(wanted)
    return [Found(read[key], key in suggested) for key in wanted if key in read]


def _shelf(kind: str, owner: int, rows: QuickReplyQuerySet) -> Shelf:
    """The shelf of these rows, made anew when one of them was made, changed or deleted."""
    version = rows.aggregate(last=Max("changed_at"), count=Count("pk"))
    kept = _shelves.get((kind, owner))
    if kept is not None and kept[0] == version:
        return kept[1]
    made = Shelf(entries_of(rows))
    with _lock:
        while len(_shelves) >= ROOM:
            _shelves.pop(next(iter(_shelves)))
        _shelves[kind, owner] = (version, made)
    return made


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
