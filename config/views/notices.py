"""What open pages ask every few seconds: notices of disruptions (S001-31: within ten seconds), and what is open now."""

from __future__ import annotations

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from config.board import board_of
from config.frame import Frame, mark_of, service_of
from config.views.service import start_facts
from services.memory import remembered
from services.models import Disruption

EVERY = "*"
NOTICES_SECONDS = 2


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The notices of the page's county, and of the service named by `palvelu` (`*`: of all), with what the page says of what is
    open now; 204 when `tila` and `nyt` are the marks of both.

    From what the process remembers for two seconds: a page that asks every few seconds costs no query.
    """
    frame, about = Frame(request), request.GET.get("palvelu", "")
    shown, now = _shown(frame, about), _now(request, frame, about)
    mark, now_mark = mark_of(shown), blake2b(now.encode(), digest_size=6).hexdigest() if now else ""
    if request.GET.get("tila") == mark and request.GET.get("nyt", "") == now_mark:
        response = HttpResponse(status=204)
    else:
        response = render(request, "portal/notices.html", {"notices": shown, "now_parts": now})
    response["X-Notices"], response["X-Now"] = mark, now_mark
    response["Cache-Control"] = f"public, max-age={NOTICES_SECONDS}"
    return response


def _shown(frame: Frame, about: str) -> list[Disruption]:
    if about == EVERY:
        return frame.disruptions
    return [
        *frame.county_disruptions,
        *(notice for notice in frame.disruptions if (found := service_of(notice)) and found.key == about),
    ]


def _now(request: HttpRequest, frame: Frame, about: str) -> str:
    """Status lines and start buttons as the pages show them, each in a template named by its service; made once for all readers."""
    if frame.county is None or "nyt" not in request.GET:
        return ""
    board = board_of(frame.county)
    found = board.by_key(about)
    if found is None and about != EVERY:
        return ""

    def read() -> str:
        if found is not None:
            context = {"part": "portal/start_now.html", "services": [found], "frame": frame, **start_facts(found)}
        else:
            services = list(board.services.values())
            counts = {"all_count": len(services), "open_count": sum(each.is_open for each in services)}
            context = {"part": "portal/card_now.html", "services": services, **counts}
        return render_to_string("portal/now.html", {"board": board, "LANGUAGE_CODE": get_language(), **context})

    return remembered(frame.county, f"now:{get_language()}:{about}", NOTICES_SECONDS, read)
