"""Medians and nearest ranks of SQLite’s own aggregates, and of values that were read apart (metrics 1.4)."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from django.db.models import FloatField, Value
from django.db.models.functions import Cast
from hypothesis import given
from hypothesis import strategies as st

from chat.models import Conversation
from reports.metrics import ranks
from reports.metrics.ranks import Median, Ranks
from reports.metrics.sql import long_reading

NUMBERS = st.lists(st.integers(-(10**12), 10**12) | st.sampled_from([0, 1, 10**6]), min_size=1, max_size=60)


@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_the_ranks_of_several_parts_are_those_of_all_their_values(parts: list[list[int]]) -> None:
    ordered = sorted(number for part in parts for number in part)
    n = len(ordered)
    found = ranks.ranks_of(np.array(part, np.int64) for part in parts)
    assert found == ((ordered[(n - 1) // 2] + ordered[n // 2]) / 2, ordered[-(-9 * n // 10) - 1])


@given(NUMBERS, st.integers(0, 5))
def test_both_ranks_of_what_was_seen_without_what_stands_for_nothing(numbers: list[int], missing: int) -> None:
    seen = ranks._RanksOfSqlite()
    for each in [*numbers, *[ranks.NOTHING] * missing]:
        seen.step(each)
    ordered, n = sorted(numbers), len(numbers)
    median, p90 = map(float, seen.finalize().split())
    assert median == (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    assert p90 == ordered[-(-9 * n // 10) - 1]


def test_of_nothing_there_is_none() -> None:
    assert ranks.ranks_of([]) is None and ranks.ranks_of([np.empty(0, np.int64)]) is None
    assert ranks._RanksOfSqlite().finalize() is None and ranks._MedianOfSqlite().finalize() is None


@pytest.mark.django_db
@pytest.mark.postgres
def test_of_no_rows_and_of_empty_values_there_is_none() -> None:
    nothing = Cast(Value(None), FloatField())
    found = Conversation.objects.aggregate(median=Median("wait_seconds"), ranks=Ranks("wait_seconds"), empty=Ranks(nothing))
    assert found == {"median": None, "ranks": None, "empty": None}


@pytest.mark.django_db(transaction=True)
def test_sqlite_sorts_on_the_disk_meanwhile_and_in_its_memory_after() -> None:
    def stores() -> tuple[int, int]:
        with connection.cursor() as cursor:
            return tuple(cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("temp_store", "cache_size"))

    before = stores()
    with long_reading():
        assert stores() == (1, -4000)
        with long_reading():
            pass
        assert stores() == (1, -4000)
    assert stores() == before == (2, -16000)
