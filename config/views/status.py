"""The public status as data: other sites of the county may show what is open (S004-5, S000-62)."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.board import ServiceNow, board_of
from config.frame import Frame, county_of, service_of
from services.models import Disruption
from services.texts import texts_of

STATUS_SECONDS = 5


@require_safe
def public_status(request: HttpRequest, slug: str) -> JsonResponse:
    """Open or closed, the next change and how many wait, for each public service of the county of this address."""
    county = county_of(request)
    if county is None or county.slug != slug:
        raise Http404
    board = board_of(county)
    body = {
        "county": county.slug,
        "name": texts_of(county, "name"),
        "demonstration": county.is_demo,
        "at": _iso(board.at),
        "services": [_service(request, now) for now in board.services.values()],
        "disruptions": [_disruption(notice) for notice in Frame(request).disruptions],
    }
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = f"public, max-age={STATUS_SECONDS}"
    return response


def _service(request: HttpRequest, now: ServiceNow) -> dict[str, object]:
    found = now.availability
    return {
        "key": now.service.key,
        "name": texts_of(now.service, "name"),
        "url": request.build_absolute_uri(reverse("short_link", args=[now.service.key])),
        "open": now.is_open,
        "reason": found.reason.value if found else "no_queue",
        "closes_at": _iso(found.closes_at) if found else None,
        "opens_at": _iso(found.opens_at) if found else None,
        "next_change": _iso(found.next_change) if found else None,
        "waiting": now.waiting,
        "typical_wait_seconds": None if now.typical_wait is None else round(now.typical_wait),
        "estimate_seconds": [now.estimate.low, now.estimate.high] if now.estimate and now.is_open else None,
        "languages": now.languages,
    }


def _disruption(notice: Disruption) -> dict[str, object]:
    """A notice in force: of one service, or of the whole county (then `service` is null)."""
    service = service_of(notice)
    return {
        "service": service.key if service else None,
        "text": texts_of(notice, "text"),
        "stops_intake": notice.stops_intake,
        "starts_at": _iso(notice.starts_at),
        "ends_at": _iso(notice.ends_at),
    }


def _iso(at: datetime | None) -> str | None:
    """An instant with Finland's offset, to the second."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None
