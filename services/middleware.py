"""Each request knows its county by the host name it came to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from channels.db import database_sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from services.hosts import cached, county_of_host


class CountyMiddleware:
    """Sets `request.county` (None when the installation has no active county). It asks the database at most every few seconds."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._answer(request)
        request.county = county_of_host(request.get_host())  # type: ignore[attr-defined]
        return self.get_response(request)  # type: ignore[no-any-return]

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        host = request.get_host()
        remembered = cached()
        county = (
            remembered.county(host) if remembered else await database_sync_to_async(county_of_host, thread_sensitive=False)(host)
        )
        request.county = county  # type: ignore[attr-defined]
        return await self.get_response(request)  # type: ignore[no-any-return]
