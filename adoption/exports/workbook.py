"""Rollouts as a workbook: a sheet of rollouts, and a sheet of their items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO

from django.utils import timezone
from django.utils.translation import gettext as _

from adoption.board import BoardRow, PhaseCell, gate_words
from adoption.checklist import Line
from services.resources.files import escaped

Cell = str | int | float | date | None


def workbook(rows: Sequence[BoardRow]) -> bytes:
    """Both sheets; days are days and numbers numbers, and no cell is a formula."""
    # A tenth of a second, for those few who ask for a file.
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook()
    for number, (title, head, body) in enumerate(
        [(_("Rollouts"), rollout_head(rows), map(rollout_cells, rows)), (_("Items"), item_head(), item_rows(rows))]
    ):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = title[:31]
        sheet.append(head)
        for cells in body:
            sheet.append([escaped(ILLEGAL_CHARACTERS_RE.sub(" ", cell)) if isinstance(cell, str) else cell for cell in cells])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B2" if number == 0 else "D2"
        for column in sheet.columns:
            longest = max(len(str(cell.value)) for cell in column if cell.value is not None)
            sheet.column_dimensions[column[0].column_letter].width = min(max(longest + 2, 10), 60)
            for cell in column[1:]:
                if isinstance(cell.value, date):
                    cell.number_format = "d.m.yyyy"
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def rollout_head(rows: Sequence[BoardRow]) -> list[str]:
    """Names of the columns; a column for each phase and each gate, by its place in the model."""
    widest = max(rows, key=lambda row: len(row.phases), default=None)
    phases = widest.phases if widest else ()
    return [
        _("Name"),
        _("County"),
        _("Service"),
        _("Status"),
        _("Stage"),
        _("Programme"),
        _("Pillar"),
        _("Investment"),
        _("Phenomena"),
        _("Current phase"),
        _("Done"),
        _("Applicable"),
        _("Progress, %"),
        *(f"{cell.phase.order} {cell.phase}, %" for cell in phases),
        *(_("Gate %(key)s") % {"key": gate.gate.key} for cell in phases for gate in cell.gates),
        _("Late"),
        _("Blocked"),
        _("Waiting for a decision"),
        _("Sponsor in management"),
        _("Starts"),
        _("Planned end"),
        _("Last changed"),
    ]


def rollout_cells(row: BoardRow) -> list[Cell]:
    """A rollout as cells."""
    rollout = row.rollout
    return [
        str(rollout),
        str(rollout.county),
        str(rollout.service) if rollout.service else "",
        str(rollout.get_status_display()),
        str(rollout.get_stage_display()),
        rollout.programme,
        rollout.pillar,
        rollout.investment,
        ", ".join(rollout.tags),
        str(rollout.phase) if rollout.phase else "",
        row.progress.done,
        row.progress.applicable,
        _percent(row.progress.tenths),
        *(_percent(cell.progress.tenths) for cell in row.phases),
        *_gates(row.phases),
        row.late,
        row.blocked,
        row.waiting,
        str(rollout.sponsor) if rollout.sponsor else "",
        rollout.starts_on,
        rollout.ends_on,
        _day(rollout.touched_at),
    ]


def item_head() -> list[str]:
    """Names of the columns of items."""
    return [
        _("Rollout"),
        _("Phase"),
        _("Number"),
        _("Item"),
        _("State"),
        _("Responsible role"),
        _("Person"),
        _("Due date"),
        _("Late"),
        _("Done"),
        _("Reason"),
    ]


def item_rows(rows: Iterable[BoardRow]) -> Iterable[list[Cell]]:
    """Every item as cells."""
    for row in rows:
        for line in row.lines:
            yield _item_cells(row, line)


def _item_cells(row: BoardRow, line: Line) -> list[Cell]:
    item = line.item
    return [
        str(row.rollout),
        str(item.model_item.phase),
        item.model_item.code,
        str(item.model_item).partition(" ")[2],
        str(item.get_state_display()),
        str(item.model_item.get_responsible_display()),
        str(item.owner) if item.owner else "",
        item.due_on,
        _("yes") if line.is_overdue else "",
        _day(item.done_at) if item.state == "done" else None,
        item.reason,
    ]


def _gates(phases: Sequence[PhaseCell]) -> list[str]:
    return [gate_words(gate) for cell in phases for gate in cell.gates]


def _percent(tenths: int | None) -> float | str:
    return "–" if tenths is None else tenths / 10


def _day(at: datetime | None) -> date | None:
    return timezone.localdate(at) if at else None
