"""The front page: find the right service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from config.board import Board, ServiceNow, board_of
from config.frame import county_of
from config.guide import front_guide
from services.models import LifeSituation


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All public services of the county by life situation, with what is open now (S000-60…62)."""
    county = county_of(request)
    board = board_of(county) if county else None
    every = list(board.services.values()) if board else []
    is_open = [now for now in every if now.is_open]
    only_open = request.GET.get("avoinna") == "1"
    shown = is_open if only_open else every
    return render(
        request,
        "home.html",
        {
            "services": _services(board, shown, only_open=only_open) if board and shown else "",
            "all_count": len(every),
            "open_count": len(is_open),
            "only_open": only_open,
            "guide": front_guide(county) if county else None,
        },
    )


def _services(board: Board, shown: Sequence[ServiceNow], *, only_open: bool) -> str:
    """The list of services, made once for a board in each language: the same for everybody who reads it."""
    key = ("front", get_language(), only_open)
    if key not in board.parts:
        context = {"board": board, "groups": by_situation(shown), "LANGUAGE_CODE": get_language()}
        board.parts[key] = render_to_string("portal/services.html", context)
    return board.parts[key]


def by_situation(shown: Iterable[ServiceNow]) -> list[tuple[LifeSituation | None, list[ServiceNow]]]:
    """Services grouped by life situation in the county's own order; those without one come last."""
    groups: dict[LifeSituation | None, list[ServiceNow]] = {}
    for now in shown:
        groups.setdefault(now.service.life_situation, []).append(now)
    last = (1, 0, "")
    return sorted(groups.items(), key=lambda group: (0, group[0].order, group[0].key) if group[0] else last)
