"""The probes of those who keep the portal running stand before every other middleware; the words of an empty refusal after all."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from config.views import errors, health

PROBES = {"/healthz": health.healthz, "/readyz": health.readyz, "/metrics": health.metrics}


class ProbesMiddleware:
    """Answers `/healthz`, `/readyz` and `/metrics` whatever the host name is and whether or not the database answers.

    As ordinary addresses they would pass through the middlewares that need a county, a session or https.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        return probe(request) if probe else self.get_response(request)


class FormsOnlyMiddleware:
    """Who comes by an address that takes only forms is told so, and where to go on: Django's own answer is an empty page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            errors.tell_forms_only(request, response)
        return response
