"""What a report reads may take longer than a page of the chat, and nothing else may."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from reports.metrics.sql import long_reading

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
