"""The result of a quality sample by item, as a table; never by person, and never where it would be one person's (M35)."""

from __future__ import annotations

from io import BytesIO

import tablib
from django.utils.translation import gettext as _

from reports.exports.legible import cell_text, legible
from reports.exports.workbook import open_book
from reports.quality import QualityResult
from reports.rounding import NOTHING, few
from services.resources.files import write_file

Cell = str | int | float


def quality_rows(result: QualityResult) -> list[list[Cell]]:
    """A row for each item and one for all of them; hidden numbers are hidden here too."""
    rows: list[list[Cell]] = []
    for each in (*result.items, result.total):
        hides = each.is_hidden or (each is result.total and not result.shows_counts)
        counts: list[Cell] = [few() if each.is_hidden else NOTHING] * 3 if hides else [each.yes, each.no, each.not_applied]
        value: Cell = each.words if each.value is None else round(float(each.value), 2)
        rows.append([each.name, *counts, value, each.words])
    return rows


def quality_heads() -> list[str]:
    """The columns, in the language of the page."""
    return [_("Item of the list"), _("Yes"), _("No"), _("Does not apply"), _("Result, %"), _("As shown")]


def quality_csv(result: QualityResult) -> bytes:
    """The table for a spreadsheet."""
    dataset = tablib.Dataset(headers=quality_heads())
    for row in quality_rows(result):
        dataset.append([legible(cell) if isinstance(cell, str) else cell for cell in row])
    return write_file(dataset, "csv")


def quality_xlsx(result: QualityResult, *, title: str) -> bytes:
    """The same as a workbook."""
    file = BytesIO()
    book = open_book(file)
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(_("Quality sample")[:31])
    sheet.write_string(0, 0, cell_text(title), bold)
    for at, head in enumerate(quality_heads()):
        sheet.write_string(1, at, cell_text(head), bold)
    for row, cells in enumerate(quality_rows(result), start=2):
        for at, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(row, at, cell_text(cell))
            else:
                sheet.write_number(row, at, cell)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 5, 16)
    book.close()
    return file.getvalue()
