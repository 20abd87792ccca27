"""PostgreSQL and Redis of the tests' own: made in a temporary folder, on free ports, and gone afterwards.

Tests that stop a database use these too: `with Postgres() as server: server.stop(); server.start()`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql


class NotHereError(RuntimeError):
    """The program is not installed on this machine."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_program(name: str) -> Path | None:
    """A program on the path, or where Debian keeps PostgreSQL's own."""
    if found := shutil.which(name):
        return Path(found)
    return max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), default=None)


def _account() -> str | None:
    """Whom to run as: databases refuse root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class _Server:
    """A program in a folder of its own."""

    prefix = "nl-"

    def __init__(self) -> None:
        self.port = free_port()
        self.account = _account()
        self.process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix=self.prefix))
        if self.account:
            shutil.chown(self.folder, self.account)

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def prepare(self) -> None:
        """What is done once, before the first start."""

    def command(self) -> list[str]:
        raise NotImplementedError

    @property
    def url(self) -> str:
        raise NotImplementedError

    def ready(self) -> bool:
        raise NotImplementedError

    def run(self, *command: str) -> None:
        """One short command as the server's user."""
        subprocess.run(command, user=self.account, cwd=self.folder, check=True, capture_output=True, timeout=120)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                user=self.account,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        until = time.monotonic() + 30
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > until:
                told = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{type(self).__name__} did not start:\n{told}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops it; SIGINT closes every connection at once (PostgreSQL's fast shutdown), SIGKILL is a crash."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def remove(self) -> None:
        """Stops it and takes its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres(_Server):
    """A PostgreSQL server; `url` lacks the database's name."""

    prefix = "nl-postgres-"
    durable = False
    """With fsync, as in an installation: for benchmarks."""

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}"

    def _program(self, name: str) -> str:
        found = find_program(name)
        if found is None:
            raise NotHereError(f"PostgreSQL ({name})")
        return str(found)

    def prepare(self) -> None:
        self.run(
            self._program("initdb"),
            "--pgdata=data",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )

    def command(self) -> list[str]:
        # synchronous_commit stays on, as the portal promises; fsync is off: processes crash here, not the machine.
        options = [
            *(() if self.durable else ("fsync=off", "full_page_writes=off")),
            "max_connections=200",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
        ]
        return [
            self._program("postgres"),
            "-D",
            "data",
            "-p",
            str(self.port),
            *(part for option in options for part in ("-c", option)),
        ]

    def ready(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(f"{self.url}/postgres", connect_timeout=2):
            return True
        return False

    def create_database(self, name: str) -> str:
        """An empty database, and its address."""
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as line:
            line.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"{self.url}/{name}"


class Redis(_Server):
    """A Redis server that keeps nothing; `url` lacks the database's number."""

    prefix = "nl-redis-"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        found = find_program("redis-server") or find_program("valkey-server")
        if found is None:
            raise NotHereError("Redis (redis-server)")
        return [
            str(found),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self.folder),
        ]

    def ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
