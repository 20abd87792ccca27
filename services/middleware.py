"""Each request knows its county by the host name it came to."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from services.hosts import county_of_host


class CountyMiddleware:
    """Sets `request.county` (None when the installation has no active county). It asks the database at most every few seconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.county = county_of_host(request.get_host())  # type: ignore[attr-defined]
        return self.get_response(request)
