"""The county's units and what each of them gives: a digital one has no address (S004-19)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.board import ServiceNow, board_of
from config.frame import Frame
from services.models import Office, ServiceArea


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A service of a unit as it is now, with where it works today; no areas: the whole county."""

    now: ServiceNow
    areas: Sequence[ServiceArea]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its services; none: those that name no unit."""

    office: Office | None
    lines: Sequence[UnitLine]


@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Every unit in the county's order, those without services too, and last the services that name none."""
    county = Frame(request).county
    if county is None:
        raise Http404
    board, today = board_of(county), timezone.localdate()
    areas: dict[int, list[ServiceArea]] = defaultdict(list)
    for area in ServiceArea.objects.filter(service__in=[each.service.pk for each in board.services.values()]):
        if area.is_in_force(today):
            areas[area.service_id].append(area)
    lines: dict[int | None, list[UnitLine]] = defaultdict(list)
    for now in board.services.values():
        lines[now.service.office_id].append(UnitLine(now, areas[now.service.pk]))
    found = [Unit(office, lines.pop(office.pk, [])) for office in Office.objects.filter(county=county)]
    rest = [line for of_none in lines.values() for line in of_none]
    context = {"board": board, "units": [*found, *([Unit(None, rest)] if rest else [])], "today": today}
    return render(request, "units.html", context)
