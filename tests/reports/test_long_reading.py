"""What a report reads may take longer than a page of the chat, and nothing else may."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest
from django.db import DatabaseError, connection, transaction

from reports.exports import dataset_rows
from reports.exports.dataset import DatasetRows, Kind, Row
from reports.metrics import Scope
from reports.metrics.sql import long_reading
from reports.months import Month
from services.models import County, Queue
from tests.reports.d1 import make_d1

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres(only=True)]


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def test_a_minute_within_and_five_seconds_after() -> None:
    with long_reading():
        assert limit() == "1min"
        with long_reading():
            pass
        assert limit() == "1min", "the inner one belongs to the outer"
    assert limit() == "5s"


def test_a_reading_that_fails_leaves_no_minute_behind() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), long_reading(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert limit() == "5s"
    with pytest.raises(DatabaseError), long_reading(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert limit() == "5s"


def test_the_rows_of_a_file_are_read_with_it(queue: Queue, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """By chunks, outside of a transaction, to the last one; what is made of them needs the database no more."""
    make_d1(queue)
    monkeypatch.setattr("reports.exports.dataset.CHUNK", 2)
    limits: list[str] = []

    class Watched(DatasetRows):
        def __init__(self, found: Iterable[Row], county: County, told: Collection[Kind]) -> None:
            super().__init__((row for row in found if not limits.append(limit())), county, told)  # type: ignore[func-returns-value]

    monkeypatch.setattr("reports.exports.dataset.DatasetRows", Watched)
    rows = dataset_rows(Scope.whole(county), Month(2026, 11).period, county)
    assert limits == ["1min"] * 11 and limit() == "5s"
    connection.close()
    assert len(list(rows)) == len(rows) == 11
