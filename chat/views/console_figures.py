"""A responder's figures for the day: her own to herself, and one person's to her supervisor."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from accounts.models import User
from chat.operations import open_figures
from chat.views.board_door import supervisor_door
from chat.views.console_door import console_door
from chat.views.console_panel import CONTACTORS, page_language
from chat.views.presence import county_of
from chat.workday import Workday, workday
from services.texts import text


@require_GET
@console_door
def figures(request: HttpRequest, actor: Staff) -> HttpResponse:
    """Her own day so far, and nobody else's."""
    return _page(request, workday(actor.user_id, now=timezone.now()))


@require_GET
@supervisor_door
def figures_of(request: HttpRequest, actor: Staff, person: UUID) -> HttpResponse:
    """The day of one who answers in a service that she supervises: opened by name, never from a list of figures."""
    found = open_figures(by=actor, county=county_of(request), person=person, now=timezone.now())
    return _page(request, found.day, person=found.user)


def _page(request: HttpRequest, day: Workday, person: User | None = None) -> HttpResponse:
    language = page_language()
    context = {
        "day": day,
        "person": person,
        "wait": _clock(day.wait_seconds),
        "handling": _clock(day.handling_seconds),
        "uncoded": [
            (
                row,
                CONTACTORS[row.contactor],
                text(row.service, "name", language),
                text(row.topic, "name", language) if row.topic else "",
            )
            for row in day.uncoded
        ],
    }
    return render(request, "chat/console/figures.html", context)


def _clock(seconds: float | None) -> str:
    """Minutes and seconds, or nothing when there is nothing to tell."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {left:02d} s"
