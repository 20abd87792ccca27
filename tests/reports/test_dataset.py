"""The file with a row for each conversation takes no more memory however many there are, and is the same whatever the chunk."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import time
import tracemalloc
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from chat.choices import EndedBy, State
from chat.models import Conversation
from reports.exports import FIELDS, dataset, dataset_csv, dataset_rows, dataset_xlsx
from reports.exports.dataset import DatasetRows, Row
from reports.metrics import Scope
from reports.months import Month, Period
from reports.views.files import from_disk
from services.models import County, Queue, Topic
from tests.reports.test_files import taken

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOVEMBER = Month(2026, 11)
AT = datetime(2026, 11, 5, 9, tzinfo=UTC)
LANGUAGE = list(FIELDS).index("language")
MOST_GROWTH = 1.3
"""Of the memory that four times as many rows take: it would be nearly four if they were all in it."""


def fill(queue: Queue, n: int) -> None:
    Conversation.objects.bulk_create(
        Conversation(
            county=queue.service.county, service=queue.service, first_queue=queue, queue=queue, resident_key=uuid4(),
            start_token=uuid4(), state=State.ENDED, status="answered", ended_by=EndedBy.RESPONDER, outcome="R1",
            language=("sv" if number < 3 else "en" if number < 12 else "fi"), wait_seconds=1.5, response_seconds=61,
            queued_at=AT + timedelta(minutes=number % 700, seconds=number // 700),
            **dict.fromkeys(("accepted_at", "first_reply_at", "closed_at"), AT + timedelta(days=1)),
        )
        for number in range(n)
    )  # fmt: skip


def rows_of(county: County) -> DatasetRows:
    return dataset_rows(Scope.whole(county), NOVEMBER.period, county)


def test_it_is_the_same_whatever_the_chunk(queue: Queue, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(queue, 23)
    whole = rows_of(county)
    monkeypatch.setattr("reports.exports.dataset.CHUNK", 4)
    found = rows_of(county)
    rows = list(found)
    assert rows == list(found) == list(whole) and len(found) == len(rows) == 23
    assert [row[7] for row in rows] == [AT + timedelta(minutes=n) for n in range(23)], "in the order of their times"
    # Three in Swedish are hidden, and others beside them, so that they do not follow from the sum.
    assert [row[LANGUAGE] for row in rows] == ["alle 5"] * 12 + ["fi"] * 11
    table = list(csv.DictReader(io.StringIO(taken(dataset_csv(found)).decode("utf-8-sig")), delimiter=";"))
    assert [row["queued_at"] for row in table] == [row[7].isoformat() for row in rows] and list(table[0]) == list(FIELDS)
    sheet = load_workbook(io.BytesIO(taken(dataset_xlsx(found)))).worksheets[0]
    cells = list(sheet.iter_rows(values_only=True))
    assert len(cells) == 24 and [row[7] for row in cells[1:]] == [row[7].replace(tzinfo=None) for row in rows]
    assert [row[LANGUAGE] for row in cells[1:]] == [row[LANGUAGE] for row in rows]


def test_two_queries_read_them_and_one_more_than_a_file_has(queue: Queue, county: County) -> None:
    fill(queue, 9)
    scope = Scope.whole(county)
    with CaptureQueriesContext(connection) as seen:
        found = dataset_rows(scope, NOVEMBER.period, county, most=5)
        assert len(found) == len(list(found)) == 6
    assert len([each for each in seen.captured_queries if "chat_conversation" in each["sql"]]) <= 2


def test_what_comes_while_it_is_read_is_not_told_of(queue: Queue, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two readings somebody comes who is the first of her kind."""
    fill(queue, 23)
    read = dataset._told_kinds

    def and_then_one_comes(*asked: Any) -> Any:
        told = read(*asked)
        newest = Conversation.objects.filter(language="fi").latest("pk")
        Conversation.objects.filter(pk=newest.pk).update(language="ar")
        return told

    monkeypatch.setattr(dataset, "_told_kinds", and_then_one_comes)
    assert "ar" not in [row[LANGUAGE] for row in rows_of(county)]


def test_what_one_file_hides_no_other_tells(queue: Queue, second_queue: Queue, county: County) -> None:
    """Three in Swedish of one service are hidden in its own file, in the county’s, and in that of a few days or of a year, although
    many others of the county are alike; and so is one alone with her topic.
    """
    fill(queue, 23)
    fill(second_queue, 23)
    Conversation.objects.filter(first_queue=second_queue).update(language="sv")
    topic = Topic.objects.create(service=queue.service, key="arka", name_fi="Arka")
    alone = Conversation.objects.filter(first_queue=queue, language="fi").order_by("-pk").first()
    assert alone is not None
    Conversation.objects.filter(pk=alone.pk).update(topic=topic)
    whole, own = Scope.whole(county), Scope.of([queue.service])
    days, year = Period(date(2026, 11, 5), date(2026, 11, 5)), Period(date(2026, 1, 1), date(2026, 12, 31))
    files = [(whole, NOVEMBER.period), (own, NOVEMBER.period), (whole, days), (whole, year), (own, year)]
    told: dict[str, set[tuple[Any, ...]]] = {}
    for scope, period in files:
        for row in dataset_rows(scope, period, county):
            told.setdefault(row[0], set()).add(tuple(row[LANGUAGE : LANGUAGE + 3]))
    assert len(told) == 46 and all(len(each) == 1 for each in told.values())
    of_topic = [row for row in dataset_rows(whole, year, county) if row[list(FIELDS).index("topic")] == "arka"]
    assert [row[LANGUAGE] for row in of_topic] == ["alle 5"]
    own_rows = [row for row in dataset_rows(whole, year, county) if row[1] == queue.service.key]
    assert "sv" not in [row[LANGUAGE] for row in own_rows] and [row[LANGUAGE] for row in own_rows].count("fi") == 10


@pytest.mark.parametrize("made", [dataset_csv, dataset_xlsx])
def test_memory_does_not_grow_with_the_rows(
    queue: Queue, county: County, made: Callable[[DatasetRows], IO[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.exports.dataset.CHUNK", 50)
    monkeypatch.setattr("reports.views.files.DiskResponse.block_size", 4096)
    row = _read_row(queue, county)

    def most(n: int) -> int:
        """What is taken at most while a file of so many rows is read, made and given out."""
        tracemalloc.start()
        try:
            answer = from_disk(made(DatasetRows((row for _n in range(n)), county, set())), "csv", "x")
            assert sum(len(piece) for piece in answer) == int(answer["Content-Length"]) > n
            answer.close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most(50)  # what is loaded once
    assert most(1200) < MOST_GROWTH * most(300)


def test_the_query_is_read_by_chunks(queue: Queue, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(queue, 300)
    rows_of(county)
    monkeypatch.setattr("reports.exports.dataset.CHUNK", 10)

    def most() -> int:
        tracemalloc.start()
        try:
            rows_of(county)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = most()
    fill(queue, 1200)
    assert most() < MOST_GROWTH * few


def test_it_goes_out_by_pieces_on_the_event_loop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("reports.views.files.DiskResponse.block_size", 1000)
    path = tmp_path / "luvut.csv"
    path.write_bytes(b"x" * 2500)
    answer = from_disk(path.open("rb"), "csv", "luvut")

    async def pieces() -> list[int]:
        return [len(piece) async for piece in answer]

    assert asyncio.run(pieces()) == [1000, 1000, 500]
    answer.close()


def test_nothing_of_it_stays_on_the_disk(queue: Queue, county: County, settings: Any, tmp_path: Path) -> None:
    """What a process that was killed left behind goes the next day."""
    settings.VAR_DIR = tmp_path
    for name, hours in (("old", 25), ("new", 1)):
        left = tmp_path / "exports" / name
        left.mkdir(parents=True)
        (left / "sheet").write_text("x")
        os.utime(left, (time.time() - 3600 * hours,) * 2)
    fill(queue, 6)
    taken(dataset_xlsx(rows_of(county)))
    assert [each.name for each in (tmp_path / "exports").iterdir()] == ["new"]


def _read_row(queue: Queue, county: County) -> Row:
    """One as the database gives it."""
    found: list[Row] = []
    fill(queue, 1)

    class Seen(DatasetRows):
        def __init__(self, rows: Iterable[Row], county: County, told: Any) -> None:
            found.extend(rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.exports.dataset.DatasetRows", Seen)
        rows_of(county)
    return found[0]


def test_the_columns_tell_what_the_dictionary_says(queue: Queue, county: County) -> None:
    """Who came to the wrong service by any of its signs, as M18 counts them; and when a person left who was waiting."""
    fill(queue, 4)
    marked, ended, left, _other = rows = list(Conversation.objects.order_by("queued_at"))
    Conversation.objects.update(left_at=AT + timedelta(days=1))
    Conversation.objects.filter(pk=marked.pk).update(wrong_service=True)
    Conversation.objects.filter(pk=ended.pk).update(outcome="R7")
    Conversation.objects.filter(pk=left.pk).update(
        status="abandoned",
        accepted_at=None,
        first_reply_at=None,
        outcome="",
        wait_seconds=None,
        response_seconds=None,
    )
    told = [dict(zip(FIELDS, row, strict=True)) for row in rows_of(county)]
    assert [row["wrong_service"] for row in told] == [1, 1, 0, 0]
    assert [row["left_at"] is not None for row in told] == [False, False, True, False] and len(rows) == 4
