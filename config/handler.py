"""Django's pages on the event loop: each request whole in one thread, of a bounded pool whose threads keep their connection.

Django's own handler starts a thread for each request and opens a new connection in it, and goes back and forth between that thread
and the loop at every border of its middlewares. With SQLite the new connection costs more than many a page's queries.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from chat.threads import run_in
from config.middleware import PROBES


class PageHandler(ASGIHandler):
    """The pages; the probes of those who keep the portal running have a thread of their own, however busy the others are."""

    def __init__(self) -> None:
        super().__init__()
        self._pages = ThreadPoolExecutor(settings.PAGE_THREADS, thread_name_prefix="page")
        self._probes = ThreadPoolExecutor(1, thread_name_prefix="probe")

    def load_middleware(self, is_async: bool = False) -> None:
        """The chain is one of plain functions, so that a request stays in the thread where it began."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """The answer to one request."""
        return await run_in(self._probes if request.path in PROBES else self._pages, self.get_response, request)
