"""What a list behind a figure has: its rows in parts, what kind they are, and whether they may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

COUNTED, OTHERS, VERIFIED, AGAIN = "", "muut", "vahvistetut", "uudelleen"
"""The parts of a list, as its address names them."""


class Kind(StrEnum):
    """What the rows of a list are, as the audit log names them."""

    CONVERSATIONS = "chat.conversation"
    ATTEMPTS = "chat.attempt"
    LATER = "chat.latercontact"
    SESSIONS = "guidance.pathsession"
    HOURS = "chat.presence"
    COSTS = "services.cost"
    SERVICES = "services.service"
    TOPICS = "services.topic"
    ROLLOUTS = "reports.rolloutmonth"
    SAMPLES = "reports.qualitysample"


OF_PLACES = frozenset({Kind.ATTEMPTS, Kind.COSTS, Kind.SERVICES, Kind.ROLLOUTS, Kind.SAMPLES})
"""What belongs to a service and to no queue of it."""


class Picked:
    """Rows that were picked one by one, in order; only those of a page are read."""

    ordered = True

    def __init__(self, rows: QuerySet[Any], keys: Sequence[int]) -> None:
        self.rows, self.keys = rows, keys

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, part: slice) -> list[Any]:
        found = self.rows.in_bulk(self.keys[part])
        return [found[key] for key in self.keys[part] if key in found]


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows, as the address names them."""

    key: str
    rows: Any
    n: int
    is_hidden: bool = False
    """They would tell of one to four persons what they are (metrics 1.4), or of one responder how she works."""


@dataclass(slots=True)
class Found:
    """The rows behind a figure, and how many are counted and how many are not."""

    counted: Any
    others: Any
    """None: it counts all that it looks at."""
    n: int
    left_out: int
    is_hidden: bool = False
    """As of a part, of all the rows."""
    kind: Kind = Kind.CONVERSATIONS
    is_later: bool = False
    """Conversations in which nobody waited at the other end: of them the answer is told in place of the waits."""
    more: Sequence[Part] = ()
    """What stands beside the figure and has rows too."""

    @property
    def parts(self) -> list[Part]:
        """All of them; the first is what the figure counts."""
        looked_at = [] if self.others is None else [Part(OTHERS, self.others, self.left_out, self.is_hidden)]
        return [Part(COUNTED, self.counted, self.n, self.is_hidden), *looked_at, *self.more]
