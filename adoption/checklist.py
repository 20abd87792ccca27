"""What a checklist says: which items are late, what holds one up, and what is to be done next. Values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from adoption.choices import ItemState
from adoption.fulfilment import Fulfilment
from adoption.models import Filling, Proof, RolloutItem
from adoption.states import CLOSED


@dataclass(frozen=True, slots=True)
class Line:
    """An item as a list shows it."""

    item: RolloutItem
    is_overdue: bool
    waits_for: Sequence[RolloutItem] = ()
    fulfilment: Fulfilment | None = None
    has_changed: bool = False
    """A proof of a finished item does not hold any more: “the situation has changed”."""
    is_shown_already: bool = False
    """Blocked or not applicable, and yet the live system shows it: “the evidence exists already”."""
    proofs: Sequence[Proof] = ()

    @property
    def is_closed(self) -> bool:
        """Done, or does not apply."""
        return self.item.state in CLOSED

    @property
    def is_pressing(self) -> bool:
        """Late or blocked: shown first."""
        return self.is_overdue or self.item.state == ItemState.BLOCKED


def is_overdue(item: RolloutItem, today: date) -> bool:
    """Open, and its day has passed."""
    return item.state not in CLOSED and item.due_on is not None and item.due_on < today


def lines_of(
    items: Sequence[RolloutItem],
    *,
    today: date,
    fulfilment: Mapping[int, Fulfilment] | None = None,
    proofs: Mapping[int, Sequence[Proof]] | None = None,
) -> list[Line]:
    """The items of one rollout in the model’s order, each with what it waits for, what fills it and what has been proven of it."""
    by_code = {item.model_item.code: item for item in items}
    found = []
    for item in items:
        rests_on = [by_code[code] for code in item.model_item.depends_on if code in by_code]
        shown = (proofs or {}).get(item.pk, ())
        found.append(
            Line(
                item=item,
                is_overdue=is_overdue(item, today),
                waits_for=[each for each in rests_on if each.state not in CLOSED],
                fulfilment=(fulfilment or {}).get(item.pk),
                has_changed=item.state == ItemState.DONE and changed(item, shown),
                is_shown_already=is_shown_already(item, shown),
                proofs=shown,
            )
        )
    return found


def is_shown_already(item: RolloutItem, proofs: Iterable[Proof]) -> bool:
    """Blocked or set aside, and yet the live system shows it: the system moves no such item, it says so."""
    return item.state in (ItemState.BLOCKED, ItemState.NOT_APPLICABLE) and any(
        proof.holds and proof.period == item.period for proof in proofs
    )


def changed(item: RolloutItem, proofs: Iterable[Proof]) -> bool:
    """A proof of the item’s present period, on which it rests, does not hold any more."""
    return any(proof.has_changed and proof.period == item.period for proof in proofs)


def pressing(lines: Iterable[Line]) -> list[Line]:
    """Late ones by their day, then the blocked."""
    found = [line for line in lines if line.is_pressing]
    return sorted(found, key=lambda line: (not line.is_overdue, line.item.due_on or date.max))


def next_steps(lines: Sequence[Line], *, most: int = 3) -> list[Line]:
    """What is to be done next: what is under way, then what nothing holds up any more, in the model’s order."""
    open_ones = [line for line in lines if not line.is_closed and not line.is_pressing]
    going = [line for line in open_ones if line.item.state in (ItemState.IN_PROGRESS, ItemState.WAITING_DECISION)]
    ready = [line for line in open_ones if line.item.state == ItemState.NOT_STARTED and not line.waits_for]
    return (going + ready)[:most]


def standing(fillings: Iterable[Filling], period: date | None) -> list[Filling]:
    """Fillings of the period that nobody has withdrawn, the newest first; a rejecting decision among them."""
    kept = [each for each in fillings if each.withdrawn_at is None and each.period == period]
    return sorted(kept, key=lambda each: (each.at, each.pk), reverse=True)


def unfinished_roles(lines: Iterable[Line], people: Mapping[str, Collection[object]]) -> list[str]:
    """Roles that are responsible for an open item and that nobody holds yet, in the order in which they are needed."""
    needed = [line.item.model_item.responsible for line in lines if not line.is_closed]
    return list(dict.fromkeys(role for role in needed if not people.get(role)))
