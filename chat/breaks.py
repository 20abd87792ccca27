"""What those who wait are told when nobody who answers is there and somebody is on a break (S002-43)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chat.choices import PresenceKind
from chat.models import Presence

TOLD_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Break:
    """A long break while nobody else is there: until when, if she has told, and who covers."""

    back_at: datetime | None
    cover: str = ""


def break_of(rows: Iterable[Presence], *, now: datetime) -> Break | None:
    """The break that is told to a queue's line, from the running intervals of those who answer it (with `cover`).

    It is told when nobody is available and somebody is on a break of more than a quarter of an hour, as told or as lasted; of
    several, the one who is back first. A break that has lasted longer than was told names no time.
    """
    rows = list(rows)
    if any(row.kind == PresenceKind.AVAILABLE for row in rows):
        return None
    long = [row for row in rows if row.kind == PresenceKind.BREAK and (row.back_at or now) - row.starts_at > TOLD_AFTER]
    if not long:
        return None
    coming = [(row.back_at, row.pk, row) for row in long if row.back_at is not None and row.back_at > now]
    if coming:
        back_at, _key, row = min(coming)
        return Break(back_at, _cover_of(row))
    return Break(None, _cover_of(min(long, key=lambda row: row.pk)))


def _cover_of(row: Presence) -> str:
    return row.cover.shown_name if row.cover else ""
