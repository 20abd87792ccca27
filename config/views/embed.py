"""The state of one chat beside a link to it, on the county's other sites (S001-20): only those that the county has listed.

The link there is an ordinary one; the script adds to it whether the chat is open, and the notices of disruptions within ten
seconds (S001-31). Nothing of the portal is shown inside the other site, no cookie is set or read, and no conversation is held
anywhere but here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.board import board_of
from config.frame import Frame, county_of
from config.phrases import phrase
from config.templatetags.portal import page_language
from services.texts import pick, texts_of

SCRIPT = Path(__file__).parent.parent / "static" / "portal" / "embed.js"
SCRIPT_SECONDS = 3600
STATE_SECONDS = 2


@cache
def _script() -> bytes:
    return SCRIPT.read_bytes()


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The script itself, at an address that stays the same."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def state(request: HttpRequest, key: str) -> JsonResponse:
    """What is told of a service right now, in the language of the address: to a page of a listed site, 403 to any other."""
    county, origin = county_of(request), request.headers.get("origin", "")
    if county is None:
        raise Http404
    if origin and not county.embeds_at(origin):
        refused = JsonResponse({"error": "origin", "words": _("This site is not among those that may show the state.")}, status=403)
        refused["Vary"] = "Origin"
        return refused
    board = board_of(county)
    now = board.by_key(key)
    if now is None:
        raise Http404
    language = page_language()
    told = phrase(now, language, at=board.at)
    frame = Frame(request)
    notices = [*frame.county_disruptions, *frame.disruptions_of(now.service)]
    body = {
        "name": str(pick(texts_of(now.service, "name"), language)),
        "open": now.is_open,
        "words": told.words,
        "reason": str(told.reason) if told.reason else "",
        "notices": [str(pick(texts_of(notice, "text"), language)) for notice in notices],
    }
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = f"public, max-age={STATE_SECONDS}"
    response["Vary"] = "Origin"
    if origin:
        response["Access-Control-Allow-Origin"] = origin
    return response
