"""The board of rollouts for coordinators and managers, and its timeline; both as files too."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from adoption.board import Board, board_of
from adoption.checklist import pressing
from adoption.choices import ItemState
from adoption.exports import NoPaperError, paper, workbook
from adoption.forms.board import BoardForm, wanted_of
from adoption.timeline import draw, lanes_of
from adoption.views.door import adoption_door
from services.models import County
from services.resources.files import CONTENT_TYPES

OPEN_AT_ONCE = 12


@require_GET
@adoption_door
def board(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """Every rollout that the person may see against the phases of its model: what is late or blocked first."""
    shown, context = _board(request, actor, county)
    lines = [(row, line) for row in shown.rows if row.is_pressing for line in pressing(row.lines)]
    lines.sort(key=lambda each: (not each[1].is_overdue, each[1].item.due_on or date.max))
    context |= {
        "first": lines[:OPEN_AT_ONCE],
        "more": lines[OPEN_AT_ONCE:],
        "may_remind": any(row.rollout.pk in shown.steered for row, _line in lines),
        "late": sum(row.late for row in shown.rows),
        "blocked": sum(row.blocked for row in shown.rows),
        "waiting": [(row, line) for row in shown.rows for line in row.lines if line.item.state == ItemState.WAITING_DECISION],
    }
    return render(request, "adoption/board/board.html", context)


@require_GET
@adoption_door
def timeline(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The same rollouts on one scale of time, and the same in a table."""
    shown, context = _board(request, actor, county)
    lanes = lanes_of(shown.rows, today=context["today"])
    context |= {"lanes": lanes, "drawing": draw(lanes, today=context["today"])}
    return render(request, "adoption/board/timeline.html", context)


@require_GET
@adoption_door
def board_xlsx(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The rollouts that are shown, and their items, as a workbook."""
    shown, context = _board(request, actor, county)
    return file_response(workbook(shown.rows), CONTENT_TYPES["xlsx"], f"kayttoonotot-{context['today']}.xlsx")


@require_GET
@adoption_door
def board_pdf(request: HttpRequest, actor: Staff, county: County) -> HttpResponse:
    """The board and its timeline on paper."""
    shown, context = _board(request, actor, county)
    lanes = lanes_of(shown.rows, today=context["today"])
    context |= {"lanes": lanes, "drawing": draw(lanes, today=context["today"]), "county": county, "language": get_language()}
    try:
        content = paper("adoption/board/board_paper.html", context)
    except NoPaperError as error:
        messages.warning(request, error.words)
        return redirect("adoption:board")
    return file_response(content, "application/pdf", f"kayttoonotot-{context['today']}.pdf")


def file_response(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file to be saved."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _board(request: HttpRequest, actor: Staff, county: County) -> tuple[Board, dict[str, Any]]:
    today = timezone.localdate()
    wanted = wanted_of(request.GET)
    shown = board_of(actor, county=county, wanted=wanted, today=today)
    context = {
        "shown": shown,
        "form": BoardForm(wanted=wanted, options=shown.options, here=county),
        "is_narrow": wanted.is_narrow,
        "asked": request.GET.urlencode(),
        "today": today,
        "several_counties": len({row.rollout.county_id for row in shown.rows}) > 1,
    }
    return shown, context
