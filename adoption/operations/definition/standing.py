"""Both sides as they stand: the saved definition, the live service, what differs, and who may write it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.actors import Actor
from adoption.definition import (
    DEFINITION,
    Definition,
    Difference,
    Live,
    Side,
    compare,
    from_stored,
    read_live,
    side_of,
    still_missing,
)
from adoption.definition.paths import plain
from adoption.models import FormAnswer, Rollout
from adoption.operations.ground import local_day
from adoption.permissions import may_drive
from services.choices import ServiceStatus
from services.permissions import may_configure

UNSEEN = (ServiceStatus.DRAFT, ServiceStatus.PERMITTED)
"""Residents see nothing of the service yet: who drives its rollout writes it."""
SEEN = (ServiceStatus.OPEN, ServiceStatus.PAUSED)
"""Residents use the service: only a main user writes it, and says that she knows."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The definition of a rollout beside its live service."""

    answer: FormAnswer | None
    definition: Definition
    said: Side
    live: Live
    differences: tuple[Difference, ...]

    @property
    def planned(self) -> list[Difference]:
        """What the definition tells and the service lacks: this is made when the definition is applied."""
        return still_missing(self.differences)

    @property
    def kept(self) -> list[Difference]:
        """Where both tell something else: applying leaves it as it is."""
        planned = self.planned
        return [each for each in self.differences if each not in planned]

    @property
    def seen(self) -> str:
        """Changes with either side, so that a preview is never applied to something else than it showed."""
        both = [sorted((str(path), repr(plain(value))) for path, value in side.items()) for side in (self.said, self.live.side)]
        return hashlib.sha256(repr(both).encode()).hexdigest()[:20]

    def find(self, path: str) -> Difference | None:
        """The difference at the path."""
        return next((each for each in self.differences if str(each.path) == path), None)


def standing_of(rollout: Rollout, *, now: datetime, unwritten: bool = False) -> Standing:
    """How the saved definition and the live service stand to each other now.

    A definition that nobody has written differs from nothing, unless it is about to be begun from the service (`unwritten`).
    """
    answer = FormAnswer.objects.filter(rollout=rollout, form=DEFINITION, period__isnull=True).select_related("saved_by").first()
    if answer is None and not unwritten:
        return Standing(None, Definition(), {}, Live({}), ())
    definition = from_stored(answer.values if answer is not None else {})
    live = read_live(rollout, definition, today=local_day(now))
    said = side_of(definition, made_groups=live.made_groups)
    differences = tuple(compare(said, live.side))
    return Standing(answer, definition, said, live, _of_service(rollout, differences))


def _of_service(rollout: Rollout, differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Before there is a service, what is only in the reports' form is no difference."""
    if rollout.service is not None:
        return differences
    return tuple(each for each in differences if not each.only_live)


def refreshed(standing: Standing, definition: Definition) -> Standing:
    """The same with another definition."""
    said = side_of(definition, made_groups=standing.live.made_groups)
    return replace(standing, definition=definition, said=said, differences=tuple(compare(said, standing.live.side)))


def may_write_service(actor: Actor, rollout: Rollout) -> bool:
    """Who drives the rollout writes a service that residents do not see; one that they use, its county's main user."""
    if not may_drive(actor, rollout):
        return False
    service = rollout.service
    if service is None or service.status in UNSEEN:
        return True
    return service.status in SEEN and may_configure(actor, rollout.county.code)
