"""Nothing is shown of fewer than five people, nor what the difference of two shown figures would tell of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys import LEAST, Counted, Tally, hidden_groups, mean_of, results_of

SIZES = st.dictionaries(st.integers(0, 30), st.integers(0, 12), max_size=12)


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({}, set()),
        ({0: 0, 1: 9}, set()),
        ({0: 5, 1: 6}, set()),
        ({0: 4, 1: 9, 2: 7}, {0, 2}),  # the total less 9 and 7 would tell of four
        ({0: 3, 1: 3, 2: 9}, {0, 1}),  # the total less 9 tells of six together
        ({0: 1, 1: 2, 2: 6, 3: 8}, {0, 1, 2}),
        ({0: 3}, {0}),
    ],
)
def test_which_groups_are_hidden(sizes: dict[int, int], hidden: set[int]) -> None:
    assert hidden_groups(sizes) == hidden


@given(SIZES)
def test_no_small_group_is_shown_and_none_can_be_worked_out(sizes: dict[int, int]) -> None:
    hidden = hidden_groups(sizes)
    shown = set(sizes) - hidden
    assert all(sizes[group] == 0 or sizes[group] >= LEAST for group in shown)
    rest = sum(sizes[group] for group in hidden)
    assert rest == 0 or rest >= LEAST or not any(sizes[group] for group in shown)


@given(
    st.dictionaries(st.sampled_from([None, 0, 1, 2, 3]), st.lists(st.integers(1, 5), max_size=9), max_size=5),
)
def test_the_stored_results_tell_of_no_few(answers: dict[int | None, list[int]]) -> None:
    counts = {(unit, choice): values.count(choice) for unit, values in answers.items() for choice in set(values)}
    answered = {unit: len(values) for unit, values in answers.items() if values}
    counted = Counted(key="q", choices=(1, 2, 3, 4, 5), answered=answered, counts=counts)
    stored = results_of(Tally(responses=answered, units=4, questions=[counted]))["questions"][0]
    total = sum(answered.values())
    if total < LEAST:
        assert stored == {"key": "q", "n": None, "counts": None, "units": []}
        return
    assert stored["n"] == total == sum(stored["counts"])
    told = [unit for unit in stored["units"] if unit["n"] is not None]
    assert all(unit["n"] == 0 or unit["n"] >= LEAST for unit in told)
    assert all(sum(unit["counts"]) == unit["n"] for unit in told)
    rest = total - sum(unit["n"] for unit in told)
    assert rest == 0 or rest >= LEAST


def test_four_answers_are_counted_and_told_of_by_nothing() -> None:
    counted = Counted(key="q", choices=(1, 2), answered={None: 4}, counts={(None, 1): 4})
    assert results_of(Tally(responses={None: 4}, questions=[counted])) == {
        "n": 4,
        "units": [],
        "questions": [{"key": "q", "n": None, "counts": None, "units": []}],
    }


def test_a_question_that_few_answered_is_hidden_though_many_answered_another() -> None:
    few = Counted(key="a", choices=(1,), answered={None: 3}, counts={(None, 1): 3})
    many = Counted(key="b", choices=(1,), answered={None: 9}, counts={(None, 1): 9})
    assert [each["n"] for each in results_of(Tally(responses={None: 9}, questions=[few, many]))["questions"]] == [None, 9]


@pytest.mark.parametrize(
    ("counts", "mean"),
    [
        ([0, 0, 0, 0, 0], None),
        ([1, 0, 0, 0, 1], "3.0"),
        ([0, 1, 2, 1, 0], "3.0"),
        ([0, 0, 3, 1, 0], "3.3"),
        ([3, 1, 0, 0, 0], "1.3"),
    ],
)
def test_the_mean_is_rounded_half_up(counts: list[int], mean: str | None) -> None:
    assert mean_of(counts) == (None if mean is None else Decimal(mean))
