"""Whoever comes to a retired path is led to the one that took its place; to any other the resident's page opens as before."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guidance.models import Path
from guidance.views import steps
from services.models import County

MOST_MOVES = 5


@never_cache
@require_safe
def first(request: HttpRequest, slug: str) -> HttpResponse:
    """The first question of the path, or of the one that residents are led to."""
    try:
        return steps.first(request, slug)
    except Http404:
        if to := led_to(getattr(request, "county", None), slug):
            return redirect("guidance:path", to)
        raise


@never_cache
@require_safe
def step(request: HttpRequest, slug: str, mark: str) -> HttpResponse:
    """A step of the path; who was walking it when it retired begins the other one."""
    try:
        return steps.step(request, slug, mark)
    except Http404:
        if to := led_to(getattr(request, "county", None), slug):
            return redirect("guidance:path", to)
        raise


def led_to(county: County | None, slug: str) -> str:
    """The published path to which a retired one leads, over others that have retired since; nothing when there is none."""
    for _move in range(MOST_MOVES):
        row = Path.objects.filter(county=county, slug=slug, withdrawn_at__isnull=False).select_related("redirect__to").first()
        if row is None or not hasattr(row, "redirect"):
            return ""
        to: Path = row.redirect.to
        if to.withdrawn_at is None:
            return str(to.slug)
        slug = to.slug
    return ""
