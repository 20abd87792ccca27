"""Pages are made whole in a thread of a bounded pool, and its threads keep their connection."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.handler import PageHandler

SEEN: list[tuple[str, int]] = []
GO_ON = threading.Event()


def where(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    SEEN.append((threading.current_thread().name, id(connection.connection)))
    return HttpResponse("ok")


def stuck(request: HttpRequest) -> HttpResponse:
    GO_ON.wait(20)
    return HttpResponse("ok")


urlpatterns = [path("where", where), path("stuck", stuck)]


async def ask(handler: PageHandler, address: str) -> int:
    """The status of one request, as the server asks it."""
    sent: list[dict[str, Any]] = []
    body = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if body:
            return body.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"testserver")]
    scope = {"type": "http", "method": "GET", "path": address, "query_string": b"", "headers": headers, "http_version": "1.1"}
    await handler(scope, receive, send)
    return int(sent[0]["status"])


@pytest.fixture
def handler(settings, county):
    settings.ROOT_URLCONF, settings.PAGE_THREADS = __name__, 2
    settings.MIDDLEWARE = ["config.middleware.ProbesMiddleware"]
    SEEN.clear()
    GO_ON.clear()
    return PageHandler()


@pytest.mark.django_db(transaction=True)
class TestPages:
    async def test_a_request_stays_in_one_thread_whose_connection_is_kept(self, handler):
        for _ in range(5):
            assert await ask(handler, "/where") == 200
        threads = {name for name, _ in SEEN}
        assert len(threads) <= 2
        assert all(name.startswith("page") for name in threads)
        if connection.vendor == "sqlite":
            assert len(set(SEEN)) == len(threads), "each thread kept the connection that it had opened"

    async def test_a_probe_is_answered_while_every_page_thread_is_busy(self, handler):
        busy = [asyncio.ensure_future(ask(handler, "/stuck")) for _ in range(3)]
        try:
            assert await asyncio.wait_for(ask(handler, "/healthz"), 10) == 200
        finally:
            GO_ON.set()
        assert await asyncio.gather(*busy) == [200, 200, 200]
