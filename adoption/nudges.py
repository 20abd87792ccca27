"""Reminders from the board: which letters the chosen items make, and what cannot be reminded of and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _

from accounts.actors import Staff
from accounts.models import User
from adoption.models import Rollout, RolloutItem
from adoption.states import CLOSED
from services.models import County
from services.models.base import label

MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A reminder to one person, of her items in one county."""

    owner: User
    county: County
    items: Sequence[RolloutItem]


@dataclass(frozen=True, slots=True)
class Reminders:
    """What the chosen items make."""

    letters: Sequence[Letter]
    unowned: Sequence[RolloutItem]
    """Nobody is named for them."""
    closed: Sequence[RolloutItem]
    """Done meanwhile, or not applicable."""
    unreachable: Sequence[RolloutItem]
    """Their person does not see the rollout any more, or has no e-mail address."""


def reminders_of(items: Iterable[RolloutItem]) -> Reminders:
    """One letter for each person and county; whom nothing may be told, or nothing is to be asked, gets none."""
    unowned, closed, unreachable = [], [], []
    by_person: dict[tuple[int, int], list[RolloutItem]] = defaultdict(list)
    seen: dict[int, frozenset[int]] = {}
    for item in items:
        owner = item.owner
        if item.state in CLOSED:
            closed.append(item)
        elif owner is None:
            unowned.append(item)
        else:
            if owner.pk not in seen:
                seen[owner.pk] = _readable(owner)
            if owner.is_active and owner.email and item.rollout_id in seen[owner.pk]:
                by_person[owner.pk, item.rollout.county_id].append(item)
            else:
                unreachable.append(item)
    letters = [Letter(_owner(rows[0]), rows[0].rollout.county, rows) for rows in by_person.values()]
    letters.sort(key=lambda letter: (str(letter.owner).casefold(), letter.county.code))
    return Reminders(letters, unowned, closed, unreachable)


def subject() -> str:
    """The subject of a reminder."""
    return _("Tasks in taking chats into use wait for you")


def body(letter: Letter, *, asker: str) -> str:
    """A reminder in words: items of the model, days and rollouts; no reason, comment or other text that people wrote in them."""
    lines = "\n".join(f"– {_line(item)}" for item in letter.items)
    return "\n\n".join(
        [
            _("%(person)s asks you to look at these:") % {"person": asker},
            lines,
            _("Sign in to the portal to go on with them."),
        ]
    )


def _line(item: RolloutItem) -> str:
    name = label(item.rollout, "name")
    if item.due_on is None:
        return f"{item.model_item} – {name}"
    day = formats.date_format(item.due_on, "SHORT_DATE_FORMAT")
    return _("%(item)s, due %(day)s – %(rollout)s") % {"item": item.model_item, "day": day, "rollout": name}


def _owner(item: RolloutItem) -> User:
    assert item.owner is not None
    return item.owner


def _readable(owner: User) -> frozenset[int]:
    return frozenset(Rollout.objects.readable_by(Staff(owner.pk)).values_list("pk", flat=True))
