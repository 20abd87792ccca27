"""The county's stylesheet and the reader's text size."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from config import brand as colours
from config.frame import LARGE, NORMAL, TEXT_SIZE_COOKIE, TEXT_SIZE_PARAMETER
from services.models import County

YEAR = 365 * 24 * 3600


@require_safe
def brand(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """The colours of one county.

    The address names the contents, so that browsers keep it; an old address gives today's colours, and only briefly.
    """
    accent = County.objects.filter(slug=slug, is_active=True).values_list("accent_colour", flat=True).first()
    if accent is None:
        raise Http404
    response = HttpResponse(colours.stylesheet(accent), content_type="text/css; charset=utf-8")
    current = digest == colours.digest(accent)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable" if current else "public, max-age=60"
    return response


@require_safe
def text_size(request: HttpRequest) -> HttpResponse:
    """Choose large or normal text and come back to the page (S001-18).

    The choice is kept in a necessary cookie for a year; the address carries it too, so that it works without cookies.
    """
    size = LARGE if request.GET.get("koko") == LARGE else NORMAL
    page = request.GET.get("sivu", "")
    if not page.startswith("/") or not url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        page = reverse("home")
    address, _, query = page.partition("?")
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != TEXT_SIZE_PARAMETER]
    response = HttpResponseRedirect(f"{address}?{urlencode([*kept, (TEXT_SIZE_PARAMETER, size)])}")
    response.set_cookie(TEXT_SIZE_COOKIE, size, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
    return response
