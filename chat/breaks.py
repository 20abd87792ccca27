"""What those who wait are told when nobody who answers is there and somebody is on a break (S002-43)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chat.choices import PresenceKind
from chat.models import Presence
from services.models.county import LANGUAGE_CODES

TOLD_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Break:
    """A long break while nobody else is there: until when, if she has told, and who covers, as she is called in each language."""

    back_at: datetime | None
    covers: Mapping[str, str] = field(default_factory=dict)

    def cover(self, language: str) -> str:
        """Who covers, in the resident's language; nobody is told when there is none."""
        return self.covers.get(language, "")


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
        return Break(back_at, _covers_of(row))
    return Break(None, _covers_of(min(long, key=lambda row: row.pk)))


def _covers_of(row: Presence) -> Mapping[str, str]:
    return {code: row.cover.name_for(code) for code in LANGUAGE_CODES} if row.cover else {}
