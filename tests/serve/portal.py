"""The portal's own server as child processes, on the test database, and a client that speaks its protocol."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import websockets
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts.actors import Resident
from accounts.models import User
from chat.residents import cookie_value
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
NO_TLS = False  # the servers of tests speak plain HTTP; a client that reads the machine's certificates first takes 30 ms for it


def database_url() -> str:
    """The address of the database that the test uses now, for a child process."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    password = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    return f"postgres://{values['USER']}{password}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


class Serve:
    """One `manage.py serve`."""

    def __init__(
        self, folder: Path, *, redis_url: str = "", database: str = "", port: int = 0, program: str = "manage.py", **env: str
    ) -> None:
        self.port = port or free_port()
        self.folder = folder
        self.program = program.split()
        self.env = {
            **os.environ,
            "VAR_DIR": str(folder),
            "DATABASE_URL": database or database_url(),
            "REDIS_URL": redis_url,
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "DEFAULT_COUNTY": "koe",
            "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "PYTHONUNBUFFERED": "1",
            "CHAT_STARTS_PER_HOUR": "100000",
            "CHAT_MESSAGES_PER_MINUTE": "100000",
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def log(self) -> Path:
        return self.folder / f"serve-{self.port}.log"

    def start(self) -> Serve:
        """Start and wait until it answers."""
        self.launch()
        return self.wait()

    def launch(self) -> None:
        """Start, without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "serve", "--no-jobs", "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
            )

    def wait(self) -> Serve:
        """Until it answers."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if not self.lives:
                raise RuntimeError(self.log.read_text()[-4000:])
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=2, verify=NO_TLS).status_code == 200:
                    return self
            time.sleep(0.05)
        raise RuntimeError(f"the server did not answer: {self.log.read_text()[-4000:]}")

    @property
    def lives(self) -> bool:
        """Whether the process is still there."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """As when the power goes."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)

    def term(self) -> int:
        """Ask it to end; its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    async def fallen(self, seconds: float = 30) -> int:
        """Wait until it has ended by itself; its exit status."""
        assert self.process is not None
        return await asyncio.to_thread(self.process.wait, seconds)

    def errors(self) -> str:
        """What it has written to its log about things that should not happen. (Django calls a hostile request an error too.)"""
        lines = self.log.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines):
            if (" ERROR " in line or " CRITICAL " in line or "Unhandled" in line) and "django.security" not in line:
                return "\n".join(lines[number : number + 40])
        return ""

    def __enter__(self) -> Serve:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()


def resident_cookie(resident: Resident) -> str:
    """The cookie header of a resident."""
    return f"{settings.RESIDENT_COOKIE_NAME}={cookie_value(resident)}"


def staff_cookie(user: User) -> str:
    """The cookie header of a member of staff who has just signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def visitor(serve: Serve, cookie: str = "") -> httpx.AsyncClient:
    """A client of the HTTP doors that reads JSON and carries the form's token, as the portal's own script does."""
    token = "a" * 32
    headers = {"cookie": f"csrftoken={token}; {cookie}".rstrip("; "), "x-csrftoken": token, "accept": "application/json"}
    return httpx.AsyncClient(base_url=serve.url, headers=headers, timeout=30, verify=NO_TLS)


@dataclass
class Bot:
    """A client of one conversation that behaves as docs/protocol.md says: resends, resumes, never gives up."""

    base: str
    path: str
    cookie: str
    conversation: UUID
    staff: bool = False
    log: dict[str, dict[int, tuple[str, str]]] = field(default_factory=lambda: {"all": {}, "staff": {}})
    acked: dict[UUID, int] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    pending: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    boards: list[dict[str, Any]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    shown_at: dict[str, float] = field(default_factory=dict)
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)
    reconnects: int = 0
    stopping: bool = False
    acknowledge: bool = True
    strict: bool = True  # an event out of order is an error; not where the test itself asks for the log again
    resend_seconds: float = 2.0
    closed: list[int] = field(default_factory=list)
    _socket: Any = None
    _task: asyncio.Task[None] | None = None

    def start(self) -> Bot:
        self._task = asyncio.ensure_future(self._run())
        return self

    async def ready(self, seconds: float = 60) -> Bot:
        await self.until(self.caught_up.is_set, seconds)
        return self

    async def __aenter__(self) -> Bot:
        return await self.start().ready()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Leave; raises what went wrong on the way."""
        self.stopping = True
        if self._socket is not None:
            await self._socket.close()
        if self._task is not None:
            self._check()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _check(self) -> None:
        if self._task is not None and self._task.done() and not self._task.cancelled() and (error := self._task.exception()):
            raise error

    async def say(self, body: str, *, audience: str = "all", client_id: UUID | None = None) -> UUID:
        client_id = client_id or uuid4()
        frame = {
            "t": "post",
            "conversation": str(self.conversation),
            "client_id": str(client_id),
            "body": body,
            "audience": audience,
        }
        self.pending[client_id] = frame
        await self._send(frame)
        return client_id

    async def send(self, frame: dict[str, Any] | str) -> None:
        await self._send(frame)

    async def drop(self) -> None:
        """The network goes."""
        if self._socket is not None and self._socket.transport is not None:
            self._socket.transport.abort()

    async def until(self, test: Callable[[], Any], seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while not test():
                self._check()
                await asyncio.sleep(0.005)

    def words(self, audience: str = "all") -> list[str]:
        """The messages in the order of the log."""
        return [body for _, (kind, body) in sorted(self.log[audience].items()) if kind == "message"]

    async def shows(self, body: str, seconds: float = 60) -> float:
        """Wait until the message is on the screen; when it came."""
        await self.until(lambda: body in self.shown_at, seconds)
        return self.shown_at[body]

    async def settled(self, seconds: float = 60) -> None:
        await self.until(lambda: not self.pending, seconds)

    def heads(self) -> tuple[int, int]:
        return max(self.log["all"], default=0), max(self.log["staff"], default=0)

    async def _send(self, frame: dict[str, Any] | str) -> None:
        if self._socket is not None:
            with contextlib.suppress(websockets.ConnectionClosed):
                await self._socket.send(frame if isinstance(frame, str) else json.dumps(frame))

    async def _run(self) -> None:
        while not self.stopping:
            try:
                self._socket = None
                async with websockets.connect(
                    f"{self.base}{self.path}?lang=fi",
                    additional_headers={"cookie": self.cookie},
                    open_timeout=10,
                    ping_interval=None,
                    max_size=None,
                ) as self._socket:
                    head_all, head_staff = self.heads()
                    await self._send(
                        {
                            "t": "hello",
                            "proto": 1,
                            "conversations": [{"conversation": str(self.conversation), "all": head_all, "staff": head_staff}],
                        }
                    )
                    resend = asyncio.ensure_future(self._resend())
                    try:
                        async for text in self._socket:
                            await self._take(json.loads(text))
                    finally:
                        resend.cancel()
            except (OSError, websockets.WebSocketException, TimeoutError):
                pass
            if self._socket is not None and self._socket.close_code is not None:
                self.closed.append(self._socket.close_code)
            self._socket = None
            self.caught_up.clear()
            if not self.stopping:
                self.reconnects += 1
                await asyncio.sleep(0.1)

    async def _resend(self) -> None:
        """What is not acknowledged is sent again, with the same id."""
        await self.caught_up.wait()
        while True:
            for frame in list(self.pending.values()):
                await self._send(frame)
            await asyncio.sleep(self.resend_seconds)

    def _acknowledged(self, frame: dict[str, Any]) -> None:
        """By `ack`, or by the message's own event."""
        client_id = UUID(frame["client_id"])
        assert self.acked.setdefault(client_id, frame["seq"]) == frame["seq"]
        self.pending.pop(client_id, None)

    async def _event(self, frame: dict[str, Any]) -> None:
        log = self.log[frame["audience"]]
        if not self.strict and frame["seq"] != max(log, default=0) + 1:
            return
        assert frame["seq"] == max(log, default=0) + 1, f"a gap or a repeat: {frame['seq']} after {max(log, default=0)}"
        log[frame["seq"]] = (frame["kind"], frame["body"])
        self.shown_at[frame["body"]] = time.monotonic()
        if frame["client_id"] and UUID(frame["client_id"]) in self.pending:
            self._acknowledged(frame)
        if self.acknowledge:
            head_all, head_staff = self.heads()
            await self._send({"t": "seen", "conversation": str(self.conversation), "all": head_all, "staff": head_staff})

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame["t"]:
            case "event":
                await self._event(frame)
            case "ack":
                self._acknowledged(frame)
            case "refused":
                self.refused.append(frame)
                if frame["client_id"] and not frame["retry_ms"]:
                    self.pending.pop(UUID(frame["client_id"]), None)
            case "caught_up":
                self.caught_up.set()
            case "beat":
                await self._send({"t": "pong"})
            case "line" | "queue" | "mine":
                self.boards.append(frame)
            case "reset" if self.strict:
                raise AssertionError("the server says that its log is another one")
            case "signed_out":
                self.frames.append(frame)
                self.stopping = True
            case _:
                self.frames.append(frame)


def resident_bot(serve: Serve, resident: Resident, conversation: UUID) -> Bot:
    """A resident at her phone."""
    return Bot(serve.ws, f"/ws/keskustelu/{conversation}/", resident_cookie(resident), conversation)


def staff_bot(serve: Serve, cookie: str, conversation: UUID) -> Bot:
    """A responder at her desk; the cookie is of `staff_cookie`."""
    return Bot(serve.ws, "/ws/vastaaja/", cookie, conversation, staff=True)
