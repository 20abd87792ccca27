"""The state machine of one item (the data's `transitions`). Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping

from adoption.choices import ItemState

S = ItemState
TRANSITIONS: Mapping[str, frozenset[str]] = {
    S.NOT_STARTED: frozenset({S.IN_PROGRESS, S.BLOCKED, S.NOT_APPLICABLE}),
    S.IN_PROGRESS: frozenset({S.WAITING_DECISION, S.BLOCKED, S.DONE, S.NOT_APPLICABLE}),
    S.WAITING_DECISION: frozenset({S.IN_PROGRESS, S.DONE, S.BLOCKED}),
    S.BLOCKED: frozenset({S.IN_PROGRESS}),
    S.DONE: frozenset({S.IN_PROGRESS}),
    S.NOT_APPLICABLE: frozenset({S.IN_PROGRESS}),
}
# Nothing more is to be done in these.
CLOSED: frozenset[str] = frozenset({S.DONE, S.NOT_APPLICABLE})


def may_move(was: str, to: str) -> bool:
    """The model lets an item go from the one state to the other."""
    return to in TRANSITIONS[was]


def needs_reason(was: str, to: str) -> bool:
    """Whoever blocks an item, says that it does not apply, or opens it again says why."""
    return to in (S.BLOCKED, S.NOT_APPLICABLE) or was in CLOSED


def way(was: str, to: str) -> list[str]:
    """The steps from a state to another when one is not enough and work lies between: each is written to the history."""
    if may_move(was, to):
        return [to]
    return [S.IN_PROGRESS, to] if may_move(was, S.IN_PROGRESS) and may_move(S.IN_PROGRESS, to) else []
