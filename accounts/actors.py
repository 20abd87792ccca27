"""Who acts: every operation takes one of these as `by`, and asks it for nothing but its identity."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Resident:
    """A person on the public side, known only by the key of her signed browser cookie."""

    key: UUID


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff. Rights are always read from fresh grants, never kept here."""

    user_id: int


@dataclass(frozen=True, slots=True)
class System:
    """The portal itself: the beat, nightly jobs, content loading, imports at the command line."""

    name: str = "system"


Actor = Resident | Staff | System


def person_of(actor: Actor) -> int | None:
    """Who did it, when it was a person."""
    return actor.user_id if isinstance(actor, Staff) else None
