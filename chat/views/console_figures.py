"""The responder's own figures for the day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.actors import Staff
from chat.views.console_door import console_door
from chat.views.console_panel import CONTACTORS, page_language
from chat.workday import workday
from services.texts import text


@require_GET
@console_door
def figures(request: HttpRequest, actor: Staff) -> HttpResponse:
    """Her own day so far, and nobody else's."""
    day = workday(actor, now=timezone.now())
    language = page_language()
    context = {
        "day": day,
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
