"""One rollout's status report: a page that prints, and the same as a PDF and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from adoption.board import BoardRow, board_rows, people_in
from adoption.checklist import Line, lines_of, next_steps, pressing
from adoption.choices import ItemState
from adoption.exports import NoPaperError, paper, workbook
from adoption.goals import figures_now
from adoption.models import GateVerdict, Rollout, VerdictCondition
from adoption.operations import risks_of_opened
from adoption.success import EASE_METRIC, conditions_now, live_now
from adoption.timeline import draw, lanes_of
from adoption.views.board import file_response
from adoption.views.door import rollout_door
from adoption.views.rollout import proofs_of
from services.resources.files import CONTENT_TYPES

LATELY = timedelta(days=30)
COMING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Report:
    """What the report tells."""

    row: BoardRow
    pressing: Sequence[Line]
    waiting: Sequence[Line]
    next: Sequence[Line]
    coming: Sequence[Line]
    lately: Sequence[Line]


@require_GET
@rollout_door
def report(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The report on a page."""
    return render(request, "adoption/report/report.html", _context(rollout, actor))


@require_GET
@rollout_door
def report_pdf(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The report on paper."""
    context = {**_context(rollout, actor), "language": get_language()}
    try:
        content = paper("adoption/report/report_paper.html", context)
    except NoPaperError as error:
        messages.warning(request, error.words)
        return redirect("adoption:report", rollout.public_id)
    return file_response(content, "application/pdf", f"tilanneraportti-{context['today']}.pdf")


@require_GET
@rollout_door
def report_xlsx(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """The rollout and its items as a workbook."""
    today = timezone.localdate()
    return file_response(workbook([_row(rollout, today)]), CONTENT_TYPES["xlsx"], f"tilanneraportti-{today}.xlsx")


def _row(rollout: Rollout, today: date) -> BoardRow:
    return board_rows([rollout], people=people_in([rollout]), today=today)[0]


def _report(row: BoardRow, today: date) -> Report:
    open_ones = [line for line in row.lines if not line.is_closed and not line.is_pressing]
    soon = [line for line in open_ones if _within(line.item.due_on, today, today + COMING)]
    lately = [line for line in row.lines if line.item.state == ItemState.DONE and _within(_done_on(line), today - LATELY, today)]
    return Report(
        row=row,
        pressing=pressing(row.lines),
        waiting=[line for line in row.lines if line.item.state == ItemState.WAITING_DECISION],
        next=next_steps(row.lines, most=5),
        coming=sorted(soon, key=lambda line: line.item.due_on or date.max),
        lately=sorted(lately, key=lambda line: line.item.done_at or timezone.now(), reverse=True),
    )


def _within(on: date | None, first: date, last: date) -> bool:
    return on is not None and first <= on <= last


def _done_on(line: Line) -> date | None:
    return timezone.localdate(line.item.done_at) if line.item.done_at else None


def _context(rollout: Rollout, actor: Staff) -> dict[str, Any]:
    today = timezone.localdate()
    row = _row(rollout, today)
    lanes = lanes_of([row], today=today)
    ease = figures_now(rollout, [EASE_METRIC], today=today).get(EASE_METRIC)
    shown = lines_of([line.item for line in row.lines], today=today, proofs=proofs_of(rollout))
    live = live_now(rollout, shown, ease=ease, now=timezone.now())
    open_conditions = VerdictCondition.objects.filter(verdict__rollout=rollout, met_at__isnull=True)
    newest: dict[int, GateVerdict] = {}
    for verdict in rollout.verdicts.select_related("gate").defer("checklist").order_by("at", "pk"):
        newest[verdict.gate_id] = verdict
    return {
        "rollout": rollout,
        "report": _report(row, today),
        "lanes": lanes,
        "drawing": draw(lanes, today=today),
        "verdicts": sorted(newest.values(), key=lambda verdict: verdict.gate.order),
        "conditions": list(open_conditions.select_related("verdict__gate")),
        "success": conditions_now(
            rollout, list(rollout.model_version.conditions.all()), [line.item for line in row.lines], live=live
        ),
        "unfinished_at_opening": risks_of_opened(rollout),
        "risks": list(rollout.risks.filter(closed_on__isnull=True).select_related("owner")),
        "members": list(rollout.members.select_related("user")),
        "municipalities": list(rollout.municipalities.all()),
        "today": today,
    }
