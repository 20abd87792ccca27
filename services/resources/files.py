"""Files of tables: CSV as spreadsheets in Finland write and read it (semicolons, byte order mark), and XLSX."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import tablib
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 200
MOST_UNPACKED = 20_000_000
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OTHER_KINDS: Mapping[bytes, Promise | str] = {
    b"%PDF-": gettext_lazy("a PDF"),
    b"\xd0\xcf\x11\xe0": gettext_lazy("a file of an old Excel or Word (XLS or DOC)"),
    b"\x89PNG": gettext_lazy("a picture"),
    b"\xff\xd8\xff": gettext_lazy("a picture"),
    b"GIF8": gettext_lazy("a picture"),
    b"{\\rtf": gettext_lazy("a text document (RTF)"),
    b"<!doctype": gettext_lazy("a web page or XML"),
    b"<html": gettext_lazy("a web page or XML"),
    b"<?xml": gettext_lazy("a web page or XML"),
}
"""How files begin that are taken for tables by mistake, whatever they are named."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def escaped(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula is given a leading apostrophe; one that looks so given, one more."""
    return f"'{cell}" if cell.lstrip("'").startswith(DANGEROUS) else cell


def unescaped(cell: str) -> str:
    """The apostrophe of `escaped` taken away again."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(DANGEROUS) else cell


def write_file(dataset: tablib.Dataset, kind: str) -> bytes:
    """The table as a file; no cell of it is a formula. What is a number and no text stays a number, below zero too."""
    safe = tablib.Dataset(headers=dataset.headers, title=(dataset.title or "")[:31])
    for row in dataset:
        safe.append([str(cell) if isinstance(cell, int | float | Decimal) else escaped(str(cell)) for cell in row])
    if kind == "csv":
        return b"\xef\xbb\xbf" + safe.export("csv", delimiter=";").encode()
    content: bytes = safe.export("xlsx")
    return content


def read_file(content: bytes) -> tablib.Dataset:
    """The table of a file, every cell as text; a file that is none is refused in words."""
    if not content.strip():
        raise ValidationError(_("The file is empty."), code="empty")
    if len(content) > MOST_BYTES:
        raise ValidationError(_("The file is larger than one megabyte. Import it in parts."), code="too_large")
    if other := _other_kind(content):
        raise ValidationError(
            _("The file is no table: it is %(kind)s, whatever it is named. Save the table as “CSV UTF-8” or XLSX, and choose it."),
            code="other_kind",
            params={"kind": other},
        )
    rows = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    rows = [row for row in rows if any(row)]
    if not rows:
        raise ValidationError(_("The file is empty."), code="empty")
    headers, *body = rows
    headers = [header.strip().lower() for header in headers]
    while headers and not headers[-1]:
        headers.pop()
    if not body:
        raise ValidationError(_("The file has a heading row but no other rows."), code="no_rows")
    if len(body) > MOST_ROWS:
        raise ValidationError(
            _("The file has more than %(most)s rows. Import it in parts."), code="too_many", params={"most": MOST_ROWS}
        )
    dataset = tablib.Dataset(headers=headers)
    for number, row in enumerate(body, start=1):
        if any(row[len(headers) :]):
            raise ValidationError(
                _("Row %(number)s has more cells than the heading row."), code="too_many_cells", params={"number": number}
            )
        cells = [*row, *[""] * len(headers)][: len(headers)]
        dataset.append([unescaped(cell) for cell in cells])
    return dataset


def _other_kind(content: bytes) -> str:
    """What the file is by its first bytes; empty, when it may be a table."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    return next((str(kind) for first, kind in OTHER_KINDS.items() if start.startswith(first.lower())), "")


def _read_csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(
            _("The file is not a CSV in UTF-8, nor an XLSX. Save it again as “CSV UTF-8” or as XLSX."), code="encoding"
        ) from error
    if "\0" in text:
        raise ValidationError(_("The file is not a proper CSV: it has a character that no table has."), code="csv")
    first = next(iter(text.splitlines()), "")
    delimiter = max((";", ",", "\t"), key=first.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)]
    except csv.Error as error:
        raise ValidationError(_("The file is not a proper CSV: a quotation mark is missing."), code="csv") from error


def _read_xlsx(content: bytes) -> list[list[str]]:
    """The first sheet's cells. A small file can claim a huge sheet: neither is more unpacked nor more read than is allowed."""
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise ValidationError(_("The file is larger than one megabyte. Import it in parts."), code="too_large")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.active
        if sheet is None:
            raise ValueError("no sheet")
        rows = (
            [_text(cell) for cell in row]
            for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
            if row.count(None) < len(row)
        )
        # One row more than is allowed, so that the excess is seen and told.
        return [_trimmed(row) for row in islice(rows, MOST_ROWS + 2)]
    except (BadZipFile, KeyError, ValueError, OSError, TypeError, AttributeError, IndexError, ParseError, zlib.error) as error:
        raise ValidationError(_("The file is not a proper XLSX. Save it again as XLSX or as “CSV UTF-8”."), code="xlsx") from error


def _trimmed(row: list[str]) -> list[str]:
    """Without the empty cells at its end."""
    while row and not row[-1]:
        row.pop()
    return row


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time(0):
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
    return str(cell)
