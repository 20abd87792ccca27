"""The goals of a rollout beside the figures of today, and what each figure was made of."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from adoption.goals import goals_of, month_before
from adoption.models import Rollout
from adoption.periods import first_of_month
from adoption.views.door import rollout_door
from reports.metrics import DEFINITIONS, Figure, Scope, read_figures
from reports.metrics.hours import by_day, read_hours
from reports.metrics.words import part_words
from reports.months import Period
from reports.targets import beside_in_words, value_in_words


@require_GET
@rollout_door
def goals(request: HttpRequest, actor: Staff, rollout: Rollout) -> HttpResponse:
    """Targets with their due dates and standing, goals in words, and what is followed without a target."""
    found = goals_of(rollout, today=timezone.localdate())
    return render(request, "adoption/work/goals.html", {"rollout": rollout, "goals": found})


@require_GET
@rollout_door
def figure(request: HttpRequest, actor: Staff, rollout: Rollout, metric: str) -> HttpResponse:
    """One figure of the last whole month and of this month so far: its definition, and what it was made of."""
    if rollout.service is None or metric not in DEFINITIONS:
        raise Http404
    today = timezone.localdate()
    periods = [(month_before(today), False), (Period(first_of_month(today), today), True)]
    columns: list[tuple[Period, bool, Figure]] = []
    for period, goes_on in periods:
        columns.append((period, goes_on, read_figures([rollout.service], period, codes=[metric])[metric]))
    context: dict[str, Any] = {
        "rollout": rollout,
        "metric": metric,
        "name": DEFINITIONS[metric].name,
        "made_of": DEFINITIONS[metric].words,
        "columns": [(period, goes_on, value_in_words(each), each.n, each.is_of_few) for period, goes_on, each in columns],
        "parts": _parts([each for _period, _goes_on, each in columns]),
        "days": _days(rollout, [period for period, _goes_on in periods]) if metric == "M01" else [],
    }
    return render(request, "adoption/work/figure.html", context)


def _parts(figures: list[Figure]) -> list[tuple[str, list[str]]]:
    """Each part in words, with its number in each period; what stands beside the figure comes last."""
    codes = dict.fromkeys(code for each in figures for code, _n in each.parts)
    rows = [(part_words(code), [str(dict(each.parts).get(code, 0)) for each in figures]) for code in codes]
    for code in dict.fromkeys(code for each in figures for code in each.beside):
        rows.append((part_words(code), [beside_in_words(each, code) for each in figures]))
    return rows


def _days(rollout: Rollout, periods: list[Period]) -> list[tuple[date, int]]:
    assert rollout.service is not None
    scope = Scope.of([rollout.service])
    return [day for period in periods for day in by_day(read_hours(scope, period)).items()]
