"""Each of at least two hundred texts through every other file of the reports: of the rows, the staffing, the sample, and the
empty table of figures from elsewhere. Each is read back as the text that it was, in its own cell, and none is a formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import tablib
from openpyxl import load_workbook

from reports.exports import FIELDS, dataset_csv, dataset_xlsx
from reports.exports.dataset import READ, DatasetRows
from reports.exports.legible import legible
from reports.exports.quality import quality_csv, quality_xlsx
from reports.exports.staffing import plan_csv, plan_heads, plan_xlsx
from reports.external import empty_table
from reports.months import Month
from reports.quality import ItemResult, QualityResult
from reports.staffing import Hour, plan_of
from services.models import County
from services.resources.files import DANGEROUS, escaped, write_file
from tests.reports.hostile import HOSTILE
from tests.reports.test_files import as_read, taken
from tests.reports.test_staffing_page import MONDAY, Question, history

AT = datetime(2026, 11, 5, 9, tzinfo=UTC)
Table = list[list[Any]]
TEXTS = ("first_queue__service__key", "first_queue__key", "queue__key", "topic__key")
"""What people, or a file that is brought in, have named; every other text of a row is one of the portal’s own codes."""
IN_FILE = ("service", "first_queue", "last_queue", "topic")


def rows_of(content: bytes, kind: str, sheet: int = 0) -> Table:
    """The table as it is read; of a workbook no cell of any sheet is a formula, a link or an error."""
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    book = load_workbook(io.BytesIO(content))
    for each in book.worksheets:
        wrong = [cell.coordinate for row in each.iter_rows() for cell in row if cell.data_type in "fe" or cell.hyperlink]
        assert not wrong, (each.title, wrong)
    return [list(row) for row in book.worksheets[sheet].iter_rows(values_only=True)]


def dataset(kind: str) -> Table:
    """Named so: its service, its queues and its topic."""
    codes: dict[str, Any] = dict.fromkeys(READ, "") | {"public_id": UUID(int=1), "queued_at": AT, "language": "fi"}
    codes |= {"is_contact": True, "is_wrong": False, "is_identified": False}
    read = [[words if name in TEXTS else codes[name] for name in READ] for words in HOSTILE]
    found = DatasetRows(read, County(code="koe"), set())
    heads, *rows = rows_of(taken(dataset_csv(found) if kind == "csv" else dataset_xlsx(found)), kind)
    assert heads == list(FIELDS)
    at = [heads.index(name) for name in IN_FILE]
    return [[row[n] for n in at] for row in rows]


def staffing(kind: str, monkeypatch: pytest.MonkeyPatch) -> Table:
    """No text of a person is in an hour, but the texts of this file are all written alike."""
    week = plan_of(history([3] * 8), {MONDAY: frozenset({9})}, Question())
    told = iter(HOSTILE)

    def row(each: Hour, question: Question) -> list[str | int | float]:
        return [next(told)] * len(plan_heads())

    monkeypatch.setattr("reports.exports.staffing.plan_row", row)
    plan = replace(week, hours=[*week.hours] * len(HOSTILE))
    if kind == "csv":
        return rows_of(plan_csv(plan, Question()), kind)[1:]
    return rows_of(plan_xlsx(plan, Question(), title=HOSTILE[0], words=[]), kind)[1:]


def staffing_words(kind: str, monkeypatch: pytest.MonkeyPatch) -> Table:
    """Its second sheet begins with the name of the service."""
    plan = plan_of(history([3] * 8), {MONDAY: frozenset({9})}, Question())
    first, *words = rows_of(plan_xlsx(plan, Question(), title=HOSTILE[0], words=[(each, each) for each in HOSTILE[1:]]), kind, 1)
    return [[first[1]] * 2, *words]


def sample(kind: str, monkeypatch: pytest.MonkeyPatch) -> Table:
    """Named so: the items of the check list, and above them the service."""
    items = [ItemResult(f"i{n}", words, 9, 1, 0) for n, words in enumerate(HOSTILE)]
    result = QualityResult(10, 10, items, ItemResult("all", "Kaikki", 9, 1, 0), False)
    if kind == "csv":
        return [row[:1] for row in rows_of(quality_csv(result), kind)[1:-1]]
    title, _heads, *rows = rows_of(quality_xlsx(result, title=HOSTILE[0]), kind)
    assert title[0] == as_read(HOSTILE[0])
    return [row[:1] for row in rows[:-1]]


Made = Callable[[str, pytest.MonkeyPatch], Table]


def unescaped(cell: object) -> object:
    """As `as_read` has it: what a workbook writes before letters that look like its own marks is left out."""
    return cell.replace("x005F_", "") if isinstance(cell, str) else cell


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (lambda kind, monkeypatch: dataset(kind), "csv"),
        (lambda kind, monkeypatch: dataset(kind), "xlsx"),
        (staffing, "csv"),
        (staffing, "xlsx"),
        (staffing_words, "xlsx"),
        (sample, "csv"),
        (sample, "xlsx"),
    ],
    ids=["rows.csv", "rows.xlsx", "staffing.csv", "staffing.xlsx", "staffing-words.xlsx", "sample.csv", "sample.xlsx"],
)  # fmt: skip
def test_each_text_is_a_text(made: Made, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(HOSTILE) >= 200
    found = made(kind, monkeypatch)
    assert len(found) == len(HOSTILE)
    for words, cells in zip(HOSTILE, found, strict=True):
        told = escaped(legible(words)) if kind == "csv" else as_read(words) or None
        assert cells and set(cells if kind == "csv" else map(unescaped, cells)) == {told}, words[:60]
        assert kind == "xlsx" or not str(told).startswith(DANGEROUS)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_each_key_in_the_empty_table_is_a_text(kind: str) -> None:
    """Of figures from elsewhere: its rows begin with the key of the service, which has only some letters and is never long."""
    keys = [re.sub("[^-a-zA-Z0-9_]", "", words)[:50] for words in HOSTILE]
    assert len(keys) >= 200 and "-2026-11-26" in keys and "1e9" in keys and "--" in keys
    tables = [empty_table(key, Month(2026, 11), "fi") for key in keys]
    content = write_file(tablib.Dataset(*(rows[0] for _heads, rows in tables), headers=tables[0][0], title="2026-11"), kind)
    heads, *rows = rows_of(content, kind)
    assert heads == tables[0][0]
    assert [unescaped(row[0]) for row in rows] == [unescaped(escaped(key)) or ("" if kind == "csv" else None) for key in keys]
    assert not [row for row in rows if str(row[0]).startswith(DANGEROUS)]
