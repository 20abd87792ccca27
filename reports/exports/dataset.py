"""One row for each conversation, under a made-up id: for those who count for themselves. No text, no name, nobody's id.

What a resident is (language, municipality, identified) is told only where at least five conversations of the same service, month
and topic are alike in all of it, and never so that a hidden one could be worked out (metrics 1.4). That asks the whole month,
whatever days and services the file has: what one file hides no other file tells.

However many there are, only a chunk of them is in memory: what is read goes to the disk, and so does the file that is made of it.
"""

from __future__ import annotations

import csv
import pickle
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any
from weakref import finalize

from django.conf import settings
from django.db.models import Count
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.choices import Status
from reports.exports.legible import cell_text, legible
from reports.exports.workbook import open_book
from reports.metrics import Scope, columns
from reports.metrics.by_month import of_month
from reports.metrics.dimensions import truth
from reports.metrics.flags import came_wrong
from reports.metrics.sql import long_reading
from reports.months import Month, Period, local_hour
from reports.rounding import few, persons
from services.calendars import local_date
from services.models import County
from services.resources.files import escaped

MOST_ROWS = 200_000
MOST_SHEET_ROWS = 100_000
CHUNK = 1_000
"""So many are read, kept and written at a time."""
LEFT_SECONDS = 24 * 3600
SALT = "reports.dataset"
FIELDS: Mapping[str, Promise | str] = {
    "conversation": gettext_lazy("Made-up id: the same for a conversation in every file of the county, and it leads nowhere."),
    "service": gettext_lazy("Key of the service whose queue was joined first."),
    "first_queue": gettext_lazy("Key of the queue that was joined first."),
    "last_queue": gettext_lazy("Key of the queue in which it ended."),
    "month": gettext_lazy("Month to which it belongs, in Finnish time."),
    "weekday": gettext_lazy("1 is Monday, in Finnish time."),
    "hour": gettext_lazy("Hour on the clock in Finland."),
    "queued_at": gettext_lazy("Joined the queue: time in UTC (ISO 8601)."),
    "accepted_at": gettext_lazy("Taken by a responder: time in UTC."),
    "first_reply_at": gettext_lazy("First message of a human: time in UTC."),
    "left_at": gettext_lazy("Left while waiting: time in UTC."),
    "closed_at": gettext_lazy("Ended: time in UTC."),
    "status": gettext_lazy("answered, abandoned or service_closed; short_abandon left within ten seconds. Empty while it goes on."),
    "is_contact": gettext_lazy("1 when it counts as a contact (M01)."),
    "wait_seconds": gettext_lazy("From joining to being taken, in seconds (M06)."),
    "response_seconds": gettext_lazy("From joining to the first message of a human, in seconds (M07)."),
    "outcome": gettext_lazy("Outcome code R1–R9; R0 was not classified."),
    "topic": gettext_lazy("Key of the topic."),
    "wrong_service": gettext_lazy("1 when it came to the wrong service (M18)."),
    "failure_demand": gettext_lazy("Reason why the contact could have been avoided."),
    "entry_channel": gettext_lazy("Where the person came from: web, app or bot."),
    "contactor": gettext_lazy("Who contacted: the resident, a relative or a professional."),
    "language": gettext_lazy("Language of the resident; hidden where fewer than five of the topic are alike in the month."),
    "municipality": gettext_lazy(
        "Code of the municipality, if told; hidden where fewer than five of the topic are alike in the month."
    ),
    "identified": gettext_lazy(
        "1 when the resident identified strongly; hidden where fewer than five of the topic are alike in the month."
    ),
    "satisfaction": gettext_lazy("Answer from 1 to 5 (M14)."),
    "recommend": gettext_lazy("Answer from 0 to 10 (M15)."),
}
"""The data dictionary: every column, and what it tells."""
READ = (
    "public_id", "first_queue__service__key", "first_queue__key", "queue__key", "queued_at", "accepted_at", "first_reply_at",
    "left_at", "closed_at", "status", "is_contact", "wait_seconds", "response_seconds", "outcome", "topic__key", "is_wrong",
    "failure_demand", "entry_channel", "contactor", "language", "municipality__code", "is_identified", "feedback__satisfaction",
    "feedback__recommend",
)  # fmt: skip
LEFT = frozenset({Status.ABANDONED, Status.SHORT_ABANDON})
Row = Sequence[Any]
Kind = tuple[Any, ...]


class DatasetRows:
    """The rows of the file in the order of their times; they can be gone through again and again.

    `told` are the kinds of residents that are told of: what comes while it is read is of none, if it is the first of its kind.
    """

    def __init__(self, found: Iterable[Row], county: County, told: Collection[Kind]) -> None:
        self.county = county
        self.count = 0
        self._told = told
        self._kept = _file()
        finalize(self, self._kept.close)
        reading = iter(found)
        while rows := list(islice(reading, CHUNK)):
            self.count += len(rows)
            pickle.dump(rows, self._kept, pickle.HIGHEST_PROTOCOL)
        self._end = self._kept.tell()

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Row]:
        hidden, at = few(), 0
        while at < self._end:
            self._kept.seek(at)
            rows = pickle.load(self._kept)  # noqa: S301  (what was written above, in a file that has no name)
            at = self._kept.tell()
            for row in rows:
                yield _row(row, self.county, None if _kind(row) in self._told else hidden)


def dataset_rows(scope: Scope, period: Period, county: County, *, most: int = MOST_ROWS) -> DatasetRows:
    """The rows of the file; at most one more than a file has, so that the excess is seen."""
    is_contact, is_identified = truth(columns.CONTACT), truth(columns.IDENTIFIED)
    rows = scope.rows(period).annotate(is_contact=is_contact, is_identified=is_identified, is_wrong=came_wrong())
    rows = rows.order_by("queued_at", "pk")
    with long_reading():
        told = _told_kinds(scope, period.months)
        return DatasetRows(rows.values_list(*READ)[: most + 1].iterator(CHUNK), county, told)


def _told_kinds(scope: Scope, months: Sequence[Month]) -> set[Kind]:
    """The kinds of residents that are told of in the whole months, each service, month and topic by itself: one query."""
    rows = scope.rows(Period(months[0].first, months[-1].last)).annotate(of_month=of_month(months))
    rows = rows.annotate(is_identified=truth(columns.IDENTIFIED))
    alike: dict[Row, dict[Row, int]] = defaultdict(dict)
    counts = rows.values_list(
        "first_queue__service__key", "of_month", "topic__key", "language", "municipality__code", "is_identified"
    ).annotate(n=Count("pk"))
    for service, at, topic, *resident, n in counts:
        alike[service, str(months[at]), topic][tuple(resident)] = n
    return {(*of, *kind) for of, kinds in alike.items() for kind, n in persons(kinds).items() if n is not None}


def dataset_csv(rows: Iterable[Row]) -> IO[bytes]:
    """The rows as CSV on the disk, with the byte order mark and semicolons that spreadsheets in Finland ask for."""
    file = _file()
    file.write(b"\xef\xbb\xbf")
    words = TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(words, delimiter=";", lineterminator="\r\n")
    writer.writerow(FIELDS)
    for row in rows:
        writer.writerow([escaped(legible(cell)) if isinstance(cell, str) else _plain(cell) for cell in row])
    words.detach()
    file.seek(0)
    return file


def dataset_xlsx(rows: Iterable[Row]) -> IO[bytes]:
    """The rows as a workbook on the disk, with the data dictionary as its second sheet."""
    file = _file()
    with TemporaryDirectory(dir=_folder()) as folder:
        # A book that is made in memory keeps every cell of it.
        book = open_book(file, in_memory=False, constant_memory=True, tmpdir=folder)
        stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        bold = book.add_format({"bold": True})
        sheet, words = book.add_worksheet(_("Conversations")[:31]), book.add_worksheet(_("Data dictionary")[:31])
        for at, name in enumerate(FIELDS):
            sheet.write_string(0, at, name, bold)
        for number, row in enumerate(rows, start=1):
            _write(sheet, number, row, stamp)
        words.set_column(0, 0, 20)
        words.set_column(1, 1, 90)
        for number, (name, meaning) in enumerate(FIELDS.items()):
            words.write_string(number, 0, name, bold)
            words.write_string(number, 1, cell_text(str(meaning)))
        book.close()
    file.seek(0)
    return file


def _write(sheet: Any, number: int, row: Row, stamp: Any) -> None:
    for at, cell in enumerate(row):
        match cell:
            case None | "":
                continue
            case str():
                sheet.write_string(number, at, cell_text(cell))
            case datetime():
                sheet.write_datetime(number, at, cell.replace(tzinfo=None), stamp)
            case _:
                sheet.write_number(number, at, cell)


def _file() -> IO[bytes]:
    """Whoever is given it closes it; it has no name, and so it never stays behind."""
    return TemporaryFile(dir=_folder())


def _folder() -> Path:
    """Where the files are while they are made and taken: on the disk, as the system's own folder for them is often in memory.

    What a process that was killed has left behind goes the next day.
    """
    folder = Path(settings.VAR_DIR) / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - LEFT_SECONDS:
                rmtree(left, ignore_errors=True)
    return folder


def _kind(row: Row) -> Kind:
    """The service, month and topic of a conversation, and what the resident is: language, municipality, identified."""
    return row[1], f"{local_date(row[4]):%Y-%m}", row[14], row[19], row[20], row[21]


def _row(row: Row, county: County, hidden: str | None) -> Row:
    queued = row[4]
    weekday, hour = local_hour(queued)
    day = local_date(queued)
    of_person = [hidden] * 3 if hidden else [row[19], row[20] or "", int(row[21])]
    return [
        salted_hmac(f"{SALT}.{county.code}", str(row[0]), algorithm="sha256").hexdigest()[:20],
        *row[1:4],
        f"{day:%Y-%m}",
        weekday + 1,
        hour,
        *row[4:7],
        row[7] if row[9] in LEFT else None,  # who was answered has left too, when it was over
        *row[8:10],
        int(row[10]),
        *row[11:14],
        row[14] or "",
        int(row[15]),
        *row[16:19],
        *of_person,
        *row[22:24],
    ]


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return "" if cell is None else cell
