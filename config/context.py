"""What every template may use."""

from __future__ import annotations

from django.http import HttpRequest

from config.frame import Frame, county_of


def portal(request: HttpRequest) -> dict[str, object]:
    """The county of the request, and the surroundings of its page (nothing is read before a template asks)."""
    return {"county": county_of(request), "frame": Frame(request)}
