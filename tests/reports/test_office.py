"""The files as an office program opens them: LibreOffice reads the same figures, and finds no formula and no second column.

It is a large program, and slow to start: a part of `make soak`, and left out by name where it is missing.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from accounts.actors import System
from chat.choices import EndedBy, State
from chat.models import Conversation
from reports.exports import as_csv, dataset_csv, dataset_rows, dataset_xlsx, paper, workbook
from reports.exports.legible import cell_text
from reports.metrics import Scope
from reports.months import Month
from reports.report import Report, report_of
from services.models import County, Queue, Service, Topic
from services.resources.files import escaped
from tests.reports.d1 import make_d1
from tests.reports.hostile import HOSTILE
from tests.reports.test_files import taken

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.soak,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is missing (apt-get install libreoffice-calc-nogui)"),
]
TODAY = datetime(2026, 12, 10, 9, tzinfo=UTC)
NOVEMBER = Month(2026, 11)
# Comma, quote, UTF-8, from the first row, shown as they are, no formulas, every sheet a file of its own.
SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"

LONGEST_KEY = 50
NUMBERLIKE = re.compile(r"[\d /.,%]+")
PLAIN = [each for each in HOSTILE if each.isascii() and each.isprintable() and each.strip() == each and 0 < len(each) < 100]


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: TODAY)


def converted(folder: Path, content: bytes, kind: str, to: str = SHEETS) -> dict[str, list[list[str]]]:
    """The file opened and saved again as text: its sheets by name."""
    source = folder / f"luvut.{kind}"
    source.write_bytes(content)
    out = folder / "auki"
    shutil.rmtree(out, ignore_errors=True)
    assert OFFICE is not None
    read = ["--infilter=CSV:59,34,76,1,,1033,false,true"] if kind == "csv" else []
    command = [
        OFFICE,
        f"-env:UserInstallation=file://{folder}/profiili",
        "--headless",
        *read,
        "--convert-to",
        to,
        "--outdir",
        str(out),
    ]
    done = subprocess.run([*command, str(source)], capture_output=True, timeout=900, check=True)
    files = sorted(out.iterdir())
    assert files, done.stderr
    return {
        path.stem.removeprefix("luvut-"): list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))) for path in files
    }


def month(county: County) -> Report:
    return report_of(System("test"), county, None, NOVEMBER.period, now=TODAY)


def test_the_workbook_has_the_figures_of_the_document(queue: Queue, county: County, tmp_path: Path) -> None:
    """D1 as a spreadsheet program shows it: numbers as numbers, percents as percents, months as days."""
    Service.objects.update(opened_at=datetime(2026, 11, 1, tzinfo=UTC))
    make_d1(queue)
    sheets = converted(tmp_path, workbook(month(county)), "xlsx")
    assert {"Lyhyesti", "Kuukaudet", "Eriteltynä", "Määritelmät"} <= set(sheets)
    rows = {(row[0], row[2]): row for each in sheets.values() for row in each if len(row) > 6}
    assert rows["M01", ""][3] == "10" and rows["M07", ""][5] == "3\xa0min 45\xa0s"
    assert rows["M08", ""][3].replace("\xa0", " ").rstrip(" %").replace(",", ".") in ("50", "50.0", "50.00", "0.5")
    assert float(rows["M07", ""][3].replace(",", ".")) == 225
    assert rows["M08b", ""][3] == "" and rows["M08b", ""][5] == "–"
    assert not [cell for each in sheets.values() for row in each for cell in row if cell.startswith(("#REF", "#NAME", "Err:"))]


def test_the_table_has_the_figures_of_the_document(queue: Queue, county: County, tmp_path: Path) -> None:
    make_d1(queue)
    content = as_csv(month(county))
    (opened,) = converted(tmp_path, content, "csv").values()
    written = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(opened) == len(written)
    head = written[0]
    raw, metric, breakdown, item = (head.index(name) for name in ("raw", "metric", "breakdown", "item"))
    found = {row[metric]: row[raw] for row in opened if not row[breakdown] and not row[item]}
    assert found["M01"] == "10" and found["M07"] == "225" and found["M15"] == "25"
    for a, b in zip(opened, written, strict=True):
        assert len(a) == len(b)
        assert a[metric] == b[metric] and (a[raw] == b[raw] or float(a[raw].replace(",", ".")) == float(b[raw]))


def test_no_text_is_a_formula(queue: Queue, county: County, tmp_path: Path) -> None:
    """Each of over two hundred texts as it is shown when opened, in each file: a formula would show its result."""
    at = datetime(2026, 11, 5, 9, tzinfo=UTC)
    # The rows tell a topic by its key: no person writes it, but a file brings it in.
    keys = {words for words in PLAIN if len(words) <= LONGEST_KEY}
    topics = Topic.objects.bulk_create(
        Topic(service=queue.service, key=words if words in keys else f"t{n}", name_fi=words) for n, words in enumerate(HOSTILE)
    )
    Conversation.objects.bulk_create(
        Conversation(
            county=county, service=queue.service, first_queue=queue, queue=queue, resident_key=uuid4(), start_token=uuid4(),
            state=State.ENDED, status="answered", ended_by=EndedBy.RESPONDER, topic=topic, wait_seconds=0, response_seconds=0,
            **dict.fromkeys(("queued_at", "accepted_at", "first_reply_at", "closed_at"), at),
        )
        for topic in topics
    )  # fmt: skip
    report = month(county)
    rows = list(dataset_rows(Scope.whole(county), NOVEMBER.period, county))
    for content, kind, as_told, told in (
        (workbook(report), "xlsx", cell_text, PLAIN),
        (taken(dataset_xlsx(rows)), "xlsx", cell_text, keys),
        (as_csv(report), "csv", escaped, PLAIN),
        (taken(dataset_csv(rows)), "csv", escaped, keys),
    ):
        sheets = converted(tmp_path, content, kind)
        cells = {cell for each in sheets.values() for row in each for cell in row}
        # What is computed is shown by its result or its error, and is missing among the texts.
        computed = {cell for cell in cells if cell.startswith(("#REF", "#NAME", "#VALUE", "Err:")) and cell not in HOSTILE}
        assert not computed, (kind, computed)
        if kind == "csv":  # a number or a day is shown in the program’s own way, and is no formula
            told = {words for words in told if not NUMBERLIKE.fullmatch(words)}
        lost = [words for words in told if not any(str(as_told(words)).lstrip("'") in cell for cell in cells)]
        assert not lost, (kind, lost)


def test_the_paper_is_readable_as_text(queue: Queue, county: County, tmp_path: Path) -> None:
    """What the PDF says, read back by another program."""
    if (reader := shutil.which("pdftotext")) is None:
        pytest.skip("pdftotext is missing (apt-get install poppler-utils)")
    Service.objects.update(opened_at=datetime(2026, 11, 1, tzinfo=UTC))
    make_d1(queue)
    path = tmp_path / "raportti.pdf"
    path.write_bytes(paper(month(county)))
    told = subprocess.run([reader, "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode().replace("\xa0", " ")
    for words in ("Marraskuussa 2026 oli 10 yhteydenottoa", "3 min 45 s", "50,0 %", "Asiakastyytyväisyys"):
        assert words in told, words
