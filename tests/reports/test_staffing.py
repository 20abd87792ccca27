"""The staffing table and its edges (metrics 6); more people never serve worse, more contacts never need fewer."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.staffing import Demand, effective_handling, erlang_b, erlang_c, needed, scheduled
from reports.staffing import given as served

demands = st.builds(
    Demand,
    per_hour=st.floats(0, 400),
    handling_seconds=st.floats(30, 3600),
    target_seconds=st.floats(0, 900),
    target_share=st.floats(0.05, 0.95),
    at_once=st.integers(1, 5),
)


@pytest.mark.parametrize(
    ("demand", "traffic", "n", "below", "waits", "level", "wait", "occupancy", "shift"),
    [
        (Demand(200, 180, 20), 10, 14, 0.7956, 0.174132, 0.88835, 7.836, 0.714, 20),
        (Demand(60, 1320), 22, 26, 0.7807, 0.3163, 0.8725, 104.4, 0.846, 38),
        (Demand(60, 1320, at_once=2), 12.9412, 16, 0.7816, 0.3254, 0.9002, 82.6, 0.809, 23),
        (Demand(60, 1320, at_once=3), 8.8, 11, 0.6910, 0.3881, 0.8888, 93.2, 0.800, 16),
        (Demand(3, 1200), 1, 3, 0.7404, 0.0909, 0.9449, 54.5, 0.333, 5),
        (Demand(3, 1200, at_once=2), 0.5882, 2, 0.5062, 0.1337, 0.9266, 66.8, 0.294, 3),
    ],
)
def test_the_table(demand, traffic, n, below, waits, level, wait, occupancy, shift) -> None:
    need = needed(demand)
    assert (need.responders, need.scheduled) == (n, shift)
    assert need.traffic == pytest.approx(traffic, abs=5e-5)
    assert served(demand, n - 1).service_level == pytest.approx(below, abs=5e-5)
    assert need.waits == pytest.approx(waits, abs=5e-5)
    assert need.service_level == pytest.approx(level, abs=5e-5)
    assert need.mean_wait == pytest.approx(wait, abs=0.05)
    assert need.occupancy == pytest.approx(occupancy, abs=5e-4)


def test_two_known_probabilities() -> None:
    assert erlang_c(1, 2) == pytest.approx(1 / 3)
    assert erlang_c(2, 3) == pytest.approx(4 / 9)


def test_conversations_side_by_side_do_not_multiply_the_capacity() -> None:
    assert effective_handling(1320, 2) == pytest.approx(776.47, abs=0.01)
    assert effective_handling(1320, 3) == 528
    assert effective_handling(700, 9) == 200


def test_an_open_service_has_one_also_when_nobody_comes() -> None:
    need = needed(Demand(0, 600))
    assert (need.responders, need.service_level, need.waits, need.mean_wait) == (1, 1, 0, 0)
    assert need.is_alone


def test_the_least_of_a_service() -> None:
    assert needed(Demand(0, 600, least=2)).responders == 2


@given(demand=demands, least=st.integers(1, 6))
def test_never_fewer_than_the_least_of_a_service(demand, least) -> None:
    free, bound = needed(demand), needed(replace(demand, least=least))
    assert bound.responders == max(least, free.responders)


def test_a_table_of_the_services_own() -> None:
    """60 in an hour of 22 minutes: f(2) = 1.1 makes 20 erlangs of 22, and f(2) = 2 makes 11, as if each were alone with half."""
    assert needed(Demand(60, 1320, at_once=2), {1: 1, 2: 1.1}).traffic == pytest.approx(20)
    half = needed(Demand(60, 1320, at_once=2), {1: 1, 2: 2.0})
    assert half.traffic == pytest.approx(11) and half.responders == needed(Demand(60, 660)).responders
    assert needed(Demand(60, 1320, at_once=4), {1: 1, 2: 1.1}).traffic == pytest.approx(20), "beyond the table its last row"


def test_too_few_never_catch_up() -> None:
    need = served(Demand(60, 1320), 20)
    assert (need.service_level, need.mean_wait, need.waits) == (0, inf, 1)


def test_hundreds_are_stable() -> None:
    need = needed(Demand(2_000, 1320))
    assert 733 < need.responders < 800 and isfinite(need.mean_wait)
    assert 0 < erlang_b(5_000, 5_100) < 1


def test_one_alone_is_told_honestly() -> None:
    assert served(Demand(3, 1200, at_once=2), 1).service_level == pytest.approx(0.5062, abs=5e-5)


@pytest.mark.parametrize(
    "wrong", [{"per_hour": -1}, {"handling_seconds": 0}, {"target_share": 1}, {"shrinkage": 1}, {"at_once": 0}]
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Demand(**{"per_hour": 1, "handling_seconds": 60, **wrong})  # type: ignore[arg-type]


@given(demands)
def test_the_fewest_who_reach_the_target(demand: Demand) -> None:
    need = needed(demand)
    assert need.service_level >= demand.target_share and need.responders > need.traffic
    if need.responders > 1:
        assert served(demand, need.responders - 1).service_level < demand.target_share


@given(demands, st.integers(1, 60))
def test_one_more_never_serves_worse(demand: Demand, n: int) -> None:
    fewer, more = served(demand, n), served(demand, n + 1)
    assert more.service_level >= fewer.service_level - 1e-12
    assert more.mean_wait <= fewer.mean_wait
    assert more.waits <= fewer.waits + 1e-12


@given(st.floats(0, 100), st.floats(0, 20), st.integers(1, 150))
def test_more_traffic_never_waits_less(traffic: float, more: float, n: int) -> None:
    assert erlang_c(traffic + more, n) >= erlang_c(traffic, n) - 1e-12


@given(st.integers(1, 500), st.floats(0, 0.9))
def test_the_shift_list_is_long_enough(n: int, shrinkage: float) -> None:
    assert scheduled(n, shrinkage) * (1 - shrinkage) >= n - 1e-6
