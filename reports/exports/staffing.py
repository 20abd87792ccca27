"""The plan of a week as a table to take along: a row for each open hour; no cell is a formula."""

from __future__ import annotations

from io import BytesIO
from math import isfinite

import tablib
from django.utils.translation import gettext as _

from reports.exports.legible import cell_text, legible
from reports.exports.workbook import open_book
from reports.staffing import Hour, Plan, Question
from services.resources.files import write_file

Cell = str | int | float


def plan_heads() -> list[str]:
    """The columns, in the language of the page."""
    return [
        _("Day"),
        _("Hour"),
        _("Forecast from"),
        _("Weeks (n)"),
        _("Contacts in them"),
        _("Expected contacts"),
        _("Traffic (erlang)"),
        _("Responders needed"),
        _("In the shift list"),
        _("Answered within the target, %"),
        _("Mean wait, s"),
        _("Occupancy, %"),
        _("Conversations at once"),
        _("They come to"),
        _("Responders at least"),
    ]


def plan_row(each: Hour, question: Question) -> list[Cell]:
    """One hour with what was assumed; what is not known is told in words and never as a zero."""
    assumed: list[Cell] = [question.at_once, question.capacity, question.least]
    source = _("tries at a closed door") if each.is_new else _("contacts")
    row: list[Cell] = [each.day.isoformat(), each.hour, source, each.weeks, each.seen]
    row.append(_("no data") if each.expected is None else round(float(each.expected), 2))
    need = each.need
    if need is None:
        return [*row, *[_("no data")] * 6, *assumed]
    wait: Cell = round(need.mean_wait) if isfinite(need.mean_wait) else "–"
    level, occupancy = round(need.service_level * 100, 1), round(need.occupancy * 100, 1)
    return [*row, round(need.traffic, 3), need.responders, need.scheduled, level, wait, occupancy, *assumed]


def plan_csv(plan: Plan, question: Question) -> bytes:
    """The table for a spreadsheet."""
    dataset = tablib.Dataset(headers=plan_heads())
    for each in plan.hours:
        dataset.append([legible(cell) if isinstance(cell, str) else cell for cell in plan_row(each, question)])
    return write_file(dataset, "csv")


def plan_xlsx(plan: Plan, question: Question, *, title: str, words: list[tuple[str, str]]) -> bytes:
    """The same as a workbook; its second sheet tells on what it rests."""
    file = BytesIO()
    book = open_book(file)
    bold, wrap = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet, told = book.add_worksheet(_("Week")[:31]), book.add_worksheet(_("Definitions")[:31])
    for at, head in enumerate(plan_heads()):
        sheet.write_string(0, at, cell_text(head), bold)
    for row, each in enumerate(plan.hours, start=1):
        for at, cell in enumerate(plan_row(each, question)):
            if isinstance(cell, str):
                sheet.write_string(row, at, cell_text(cell))
            else:
                sheet.write_number(row, at, cell)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 14, 14)
    for row, (name, meaning) in enumerate([(_("Service"), title), *words]):
        told.write_string(row, 0, cell_text(name), bold)
        told.write_string(row, 1, cell_text(meaning), wrap)
    told.set_column(0, 0, 30)
    told.set_column(1, 1, 90)
    book.close()
    return file.getvalue()
