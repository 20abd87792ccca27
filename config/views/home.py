"""The front page: find the right service."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.board import ServiceNow, board_of
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
    groups = by_situation(is_open if only_open else every)
    return render(
        request,
        "home.html",
        {
            "board": board,
            "groups": groups,
            "all_count": len(every),
            "open_count": len(is_open),
            "only_open": only_open,
            "guide": front_guide(county) if county else None,
        },
    )


def by_situation(shown: Iterable[ServiceNow]) -> list[tuple[LifeSituation | None, list[ServiceNow]]]:
    """Services grouped by life situation in the county's own order; those without one come last."""
    groups: dict[LifeSituation | None, list[ServiceNow]] = {}
    for now in shown:
        groups.setdefault(now.service.life_situation, []).append(now)
    last = (1, 0, "")
    return sorted(groups.items(), key=lambda group: (0, group[0].order, group[0].key) if group[0] else last)
