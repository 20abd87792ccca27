"""How far a rollout is, by the data's rule and examples."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoption.choices import ItemState
from adoption.progress import Progress, progress, progress_of
from tests.adoption.model import DATA


@dataclass
class Item:
    state: str


def items(count: int, *, done: int, out: int) -> list[Item]:
    rest = max(0, count - done - out)
    states = [ItemState.DONE] * done + [ItemState.NOT_APPLICABLE] * out + [ItemState.IN_PROGRESS] * rest
    return [Item(state) for state in states]


def shown(found: Progress) -> str:
    return "–" if found.tenths is None else f"{found.tenths / 10:.1f} %"


@pytest.mark.parametrize("example", DATA["progress"]["examples"] + DATA["progress"]["phase_examples"], ids=str)
def test_the_examples_of_the_data(example: dict) -> None:
    found = progress(items(example["items"], done=example["done"], out=example["not_applicable"]))
    assert shown(found) == example["progress"]
    assert found.applicable == example["items"] - example["not_applicable"]


@given(st.lists(st.sampled_from(ItemState.values), max_size=60))
def test_it_is_rounded_half_up_and_never_divided_by_nothing(states: list[str]) -> None:
    found = progress(Item(state) for state in states)
    applicable = [state for state in states if state != ItemState.NOT_APPLICABLE]
    if not applicable:
        assert found == Progress(0, 0, None)
        return
    exact = Fraction(1000 * applicable.count(ItemState.DONE), len(applicable))
    assert exact - Fraction(1, 2) < found.tenths <= exact + Fraction(1, 2)
    assert 0 <= found.tenths <= 1000


def test_exactly_half_goes_up() -> None:
    assert progress_of(1, 16).tenths == 63  # 6.25 %
    assert progress_of(1, 2000).tenths == 1  # 0.05 %
