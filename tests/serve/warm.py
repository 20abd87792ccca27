"""The portal's server begun from a process that has read its modules and pages already: a test waits a fraction of the time.

There is one warm process for each environment (`forking`); it forks a `manage.py serve` for each test that asks. Of the servers'
own tests (`tests/serve`) those that want settings of their own, or end a server by asking it, begin theirs from nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.serve.portal import ROOT, Serve


class WarmProcesses:
    """The warm processes of one run, by their environment; all end when their input is closed."""

    def __init__(self, folder: Path, static: Path | None = None) -> None:
        self.folder = folder
        self.static = static
        self.lock = threading.Lock()
        self.known: dict[frozenset[tuple[str, str]], subprocess.Popen[str]] = {}

    def fork(self, env: dict[str, str], *, port: int, log: Path) -> int:
        """Start a server; its process's number."""
        with self.lock:
            process = self._process({name: value for name, value in env.items() if name not in ("VAR_DIR", "PYTEST_CURRENT_TEST")})
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{port} {log}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

    def _process(self, env: dict[str, str]) -> subprocess.Popen[str]:
        key = frozenset(env.items())
        if key not in self.known:
            folder = self.folder / f"warm{len(self.known)}"
            folder.mkdir()
            if self.static:
                (folder / "static").symlink_to(self.static)
            else:
                (folder / "static").mkdir()
            self.known[key] = subprocess.Popen(
                [sys.executable, "-m", "tests.serve.forking"],
                cwd=ROOT,
                env={**env, "VAR_DIR": str(folder)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self.known[key]

    def end(self) -> None:
        """Close every input, and wait."""
        for process in self.known.values():
            process.communicate(timeout=20)


class WarmServe(Serve):
    """A server that a warm process has forked."""

    def __init__(self, folder: Path, warm: WarmProcesses, **env: str) -> None:
        super().__init__(folder, **env)  # type: ignore[arg-type]
        self.warm = warm
        self.forked = 0

    @property
    def pid(self) -> int:
        return self.forked

    def launch(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.forked = self.warm.fork(self.env, port=self.port, log=self.log)

    @property
    def lives(self) -> bool:
        """Whether the process is still there."""
        with suppress(ProcessLookupError):
            os.kill(self.forked, 0)
            return self.forked > 0
        return False

    def kill(self) -> None:
        until = time.monotonic() + 20
        while self.lives and time.monotonic() < until:
            with suppress(ProcessLookupError):  # it may end between the two
                os.kill(self.forked, signal.SIGKILL)
            time.sleep(0.01)
        self.forked = 0

    def __exit__(self, *_: object) -> None:
        if self.forked:
            self.kill()
