"""The transitions of an item, as the content file tells them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from adoption.choices import ItemState
from adoption.states import CLOSED, TRANSITIONS, may_move, needs_reason, way
from tests.adoption.model import DATA

STATES = st.sampled_from(ItemState.values)


def test_the_transitions_are_those_of_the_data() -> None:
    told = {}
    for line in DATA["transitions"]:
        was, _arrow, after = line.partition(" -> ")
        told[was] = set(re.sub(r"\(.*\)", "", after).replace(" ", "").split("|"))
    assert {was: {str(to) for to in after} for was, after in TRANSITIONS.items()} == told
    assert set(told) == {state["code"] for state in DATA["item_states"]} == set(ItemState.values)


def test_opening_again_blocking_and_not_applicable_ask_for_a_reason() -> None:
    asking = {(was, to) for was, after in TRANSITIONS.items() for to in after if needs_reason(was, to)}
    assert asking == {
        ("not_started", "blocked"),
        ("in_progress", "blocked"),
        ("waiting_decision", "blocked"),
        ("not_started", "not_applicable"),
        ("in_progress", "not_applicable"),
        ("done", "in_progress"),
        ("not_applicable", "in_progress"),
    }


@given(was=STATES, to=STATES)
def test_a_way_is_made_of_allowed_steps(was: str, to: str) -> None:
    steps = way(was, to)
    assert len(steps) <= 2
    for one, other in zip([was, *steps], steps, strict=False):
        assert may_move(one, other)
    assert not steps or steps[-1] == to


@given(was=STATES)
def test_done_is_reached_from_work_only(was: str) -> None:
    assert may_move(was, ItemState.DONE) == (was in {ItemState.IN_PROGRESS, ItemState.WAITING_DECISION})
    if was in CLOSED:
        assert TRANSITIONS[was] == {ItemState.IN_PROGRESS}
