"""Serve the portal from one process: pages, sockets, and without Redis the background jobs in a child."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from argparse import ArgumentParser
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings
from django.core.management.base import BaseCommand
from twisted.internet import reactor

from chat.process import ChatProcess
from config.asgi import application
from config.jobs_child import JobsChild
from config.views.health import set_draining
from services.memory import Keeper

FRAME_BYTES = 256 * 1024
"""Far above the protocol's own limit, which refuses a large frame without closing the socket."""
SOCKET_SECONDS = 4 * 3600


class Command(BaseCommand):
    """`manage.py serve`: daphne's server with chat's office, hub, bus and beat; drains on SIGTERM and Ctrl-C."""

    help = "Serves the portal. Without REDIS_URL it also runs the background jobs in a child process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen, and whether to run jobs."""
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--no-jobs", action="store_true", help="never start the background jobs' child")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until asked to stop."""
        self.process: ChatProcess | None = None
        self.stopping = False
        self.jobs = None if options["no_jobs"] or settings.REDIS_URL else JobsChild()
        self.server = Server(
            application=application,
            endpoints=build_endpoint_description_strings(host=options["host"], port=options["port"]),
            signal_handlers=False,
            http_timeout=60,
            request_buffer_size=65536,
            websocket_timeout=SOCKET_SECONDS,
            websocket_max_message_size=FRAME_BYTES,
            websocket_max_frame_size=FRAME_BYTES,
            ping_interval=20,
            ping_timeout=45,
            application_close_timeout=5,
            ready_callable=lambda: reactor.callWhenRunning(self._ready, options),
            server_name="neuvoluukku",
            verbosity=0,
        )
        keeper = Keeper()
        keeper.start()
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)
        try:
            self.server.run()
        finally:
            keeper.end()
            if self.jobs is not None:
                self.jobs.end()

    def _ready(self, options: dict[str, Any]) -> None:
        # A frame over the limit closes the socket with its own code (1009) instead of cutting the line without a word. Autobahn
        # takes the second argument back when it is left out; daphne gives it too, and our own door judges the origins.
        self.server.ws_factory.setProtocolOptions(failByDrop=False, allowNullOrigin=True)
        loop = asyncio.get_event_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        self.starting = loop.create_task(self._start(options))
        if self.jobs is not None:
            self.watching = loop.create_task(self.jobs.watch())

    async def _start(self, options: dict[str, Any]) -> None:
        self.process = ChatProcess(inline=True)
        self.stdout.write(f"Neuvoluukku serves at http://{options['host']}:{options['port']}/ (Ctrl-C ends)")
        self.stdout.flush()

    def _stop(self) -> None:
        if self.stopping:
            return
        self.stopping = True
        if self.jobs is not None:
            self.watching.cancel()
        self.stdout.write("Ending: finishing what is in hand …")
        self.stdout.flush()
        self.draining = asyncio.get_event_loop().create_task(self._drain())

    async def _drain(self) -> None:
        set_draining(True)
        for listener in self.server.listeners:
            port = getattr(listener, "result", None)
            if port is not None:
                port.stopListening()
        if self.process is not None:
            await self.process.drain()
        reactor.stop()  # type: ignore[misc]  # the reactor is a module that acts as an object
