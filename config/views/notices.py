"""The notices of disruptions by themselves, for pages that are open already (S001-31: within ten seconds)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.frame import Frame, mark_of, service_of
from services.models import Disruption

EVERY = "*"
NOTICES_SECONDS = 2


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The notices of the page's county, and of the service named by `palvelu` (`*`: of all); 204 when `tila` is their mark.

    From what the process remembers for two seconds: a page that asks every few seconds costs no query.
    """
    shown = _shown(Frame(request), request.GET.get("palvelu", ""))
    mark = mark_of(shown)
    if request.GET.get("tila") == mark:
        response = HttpResponse(status=204)
    else:
        response = render(request, "portal/notices.html", {"notices": shown})
    response["X-Notices"] = mark
    response["Cache-Control"] = f"public, max-age={NOTICES_SECONDS}"
    return response


def _shown(frame: Frame, about: str) -> list[Disruption]:
    if about == EVERY:
        return frame.disruptions
    return [
        *frame.county_disruptions,
        *(notice for notice in frame.disruptions if (found := service_of(notice)) and found.key == about),
    ]
