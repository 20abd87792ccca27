"""When the responders of the made-up past were there: shifts of the open hours, with a lunch, a call now and then, and days off.

Each day hangs on its own person and date, so that it disturbs no other chance of the past.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from random import Random

from accounts.models import User
from chat.choices import PresenceEnd, PresenceKind
from chat.models import Presence
from config.demo.shapes import Minutes, local_instant
from services.models import County

LONGEST_SHIFT = 9 * 60
LUNCH = 30
OFF_EVERY = 9
"""One working day in so many is a day off, never of all on the same day."""


def presences(county: County, spans: Mapping[User, Mapping[date, Minutes]]) -> Iterator[Presence]:
    """The ended intervals of each person, from when the lines that she answers are open on each date."""
    for rank, (user, days) in enumerate(spans.items()):
        for day, span in days.items():
            if (day.toordinal() + rank) % OFF_EVERY:
                yield from _day(county, user, day, _shift(span, rank, day))


def _shift(span: Minutes, rank: int, day: date) -> Minutes:
    """The whole span when one person can bear it; else her turn of it, which moves from day to day."""
    opens, closes = span
    turns = -(-(closes - opens) // LONGEST_SHIFT)
    length = (closes - opens) // turns
    start = opens + length * ((rank + day.toordinal()) % turns)
    return start, start + length


def _day(county: County, user: User, day: date, shift: Minutes) -> Iterator[Presence]:
    chance = Random(f"{user.email} {day}")
    opens, closes = shift[0] + chance.randint(-8, 6), shift[1] + chance.randint(-2, 9)
    stops: list[tuple[int, PresenceKind]] = [(max(opens, 0), PresenceKind.AVAILABLE)]
    if closes - opens > 5 * 60:
        lunch = opens + (closes - opens) // 2 + chance.randint(-40, 20)
        stops += [(lunch, PresenceKind.BREAK), (lunch + LUNCH + chance.randint(-4, 6), PresenceKind.AVAILABLE)]
    if chance.random() < 0.35:
        call = stops[-1][0] + chance.randint(20, 60)
        stops += [(call, PresenceKind.CALL), (call + chance.randint(5, 25), PresenceKind.AVAILABLE)]
    stops = [stop for stop in stops if stop[0] < closes]
    ends: Sequence[int] = [minute for minute, _ in stops[1:]] + [min(closes, 24 * 60 - 1)]
    free_from = local_instant(day, 0)
    for (minute, kind), end in zip(stops, ends, strict=True):
        is_last = end == ends[-1]
        starts_at, ends_at = max(local_instant(day, minute), free_from), local_instant(day, end)
        if ends_at <= starts_at:  # in the hour that a night in March lacks
            continue
        free_from = ends_at
        yield Presence(
            county=county,
            user=user,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            ended_by=PresenceEnd.OFF if is_last else PresenceEnd.CHANGED,
            back_at=ends_at if kind == PresenceKind.BREAK else None,
            seen_at=ends_at,
        )
