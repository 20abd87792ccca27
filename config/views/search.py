"""Search among the county's services."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from config.board import board_of
from config.finder import find_services
from config.frame import county_of
from services.identity_codes import mask

WORDS_LIMIT = 100


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Services for the person's own words; when nothing is found, what to do instead.

    The words are kept nowhere, and an identity code among them is not even shown again (P-6).
    """
    county = county_of(request)
    language = get_language() or "fi"
    words, codes = mask(" ".join(request.GET.get("q", "").replace("\0", " ").split())[:WORDS_LIMIT], language)
    if codes:  # the address has it too, and would go on having it
        return redirect(f"{request.path}?{urlencode({'q': words})}")
    board = board_of(county) if county else None
    found = find_services(county, board, words, language=language) if county and board and words else []
    return render(request, "search.html", {"board": board, "words": words, "found": found})
