"""The probes of those who keep the portal running stand before every other middleware; the words of an empty refusal after all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from config.views import errors, health


class ProbesMiddleware:
    """Answers `/healthz`, `/readyz` and `/metrics` whatever the host name is and whether or not the database answers.

    As ordinary addresses they would pass through the middlewares that need a county, a session or https.
    """

    sync_capable = True
    async_capable = True
    PROBES = {"/healthz": health.healthz, "/readyz": health.readyz, "/metrics": health.metrics}

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        probe = self.PROBES.get(request.path)
        if self.is_async:
            return self._answer(request, probe)
        return probe(request) if probe else self.get_response(request)

    async def _answer(self, request: HttpRequest, probe: Callable[[HttpRequest], HttpResponseBase] | None) -> HttpResponseBase:
        if probe is health.healthz:
            return probe(request)
        if probe is not None:
            return await database_sync_to_async(probe, thread_sensitive=False)(request)  # type: ignore[no-any-return]
        return await self.get_response(request)  # type: ignore[no-any-return]


class FormsOnlyMiddleware:
    """Who comes by an address that takes only forms is told so, and where to go on: Django's own answer is an empty page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            errors.tell_forms_only(request, response)
        return response
