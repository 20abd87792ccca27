"""The child that runs the background jobs of an installation without Redis: started, watched, started again, ended."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings

WATCH_SECONDS = 2.0
AGAIN_AFTER_SECONDS = 10.0
PR_SET_PDEATHSIG = 1
# Celery warns every worker that runs as root, and has no setting against it (C_FORCE_ROOT is for pickled tasks only, which this
# portal does not accept). The child runs as whoever runs the server, often root in a container of the demonstration; whoever
# looks at the demonstration can do nothing about it. An installation has a user of its own (deploy/), and its workers warn as ever.
QUIET = "ignore:You're running the worker with superuser privileges"
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def command() -> list[str]:
    """The one worker of the embedded default, with its clock."""
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "config.celery", "worker"),
        *("-P", "threads", "-c", "2", "-B", "-l", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "-s", str(settings.VAR_DIR / "jobs" / "beat")),
    ]


def environment() -> dict[str, str]:
    """The server's own, without the one warning that nobody can act on."""
    filters = [os.environ.get("PYTHONWARNINGS", ""), QUIET]  # the later one goes before
    return {**os.environ, "PYTHONWARNINGS": ",".join(filter(None, filters))}


class JobsChild:
    """It ends with this process, even when that is killed; when it ends by itself, another one takes its place."""

    def __init__(self, arguments: Sequence[str] | None = None, *, again_after: float = AGAIN_AFTER_SECONDS) -> None:
        self._arguments = list(arguments or command())
        self._again_after = again_after
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        """In a group of its own: Ctrl-C reaches it by `end` only, and what a killed one leaves behind can be ended."""
        return subprocess.Popen(
            self._arguments,
            cwd=settings.BASE_DIR,
            env=environment(),
            stdout=subprocess.DEVNULL,  # only its goodbye, which nobody needs; what it has to tell is on stderr
            process_group=0,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 (one call to libc)
        )

    async def watch(self) -> None:
        """Until cancelled: a child that has ended is said, and replaced after a while."""
        while True:
            await asyncio.sleep(min(WATCH_SECONDS, self._again_after))
            status = self.process.poll()
            if status is not None:
                sys.stderr.write(f"The background jobs ended (status {status}); they start again in {self._again_after:g} s.\n")
                self._signal(signal.SIGTERM)
                await asyncio.sleep(self._again_after)
                self.process = self._start()

    def end(self) -> None:
        """Ask it to end, and wait for what it has in hand."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        """To it and to the clock that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def _end_with_parent() -> None:
    """Linux tells the child when its parent dies; elsewhere only an orderly end reaches it."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
