"""Where is measured: a database with its environment, and servers on a core of their own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.servers import Postgres, free_port

ROOT = Path(__file__).resolve().parents[1]
SERVER_CORE, LOAD_CORE = 0, 1


def say(text: str) -> None:
    """Tell what is happening."""
    print(text, flush=True)


class Durable(Postgres):
    """PostgreSQL that syncs to the disk, as in an installation."""

    durable = True


class Server:
    """A process under load, alone on its core."""

    def __init__(self, command: list[str], port: int, env: dict[str, str], log: Path) -> None:
        self.port = port
        self.command, self.env, self.log = command, env, log
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        with contextlib.suppress(OSError):
            os.sched_setaffinity(self.process.pid, {SERVER_CORE})
        for _ in range(400):
            if self.process.poll() is not None:
                raise RuntimeError(self.log.read_text()[-3000:])
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2)
                break
            time.sleep(0.1)
        self.seen = psutil.Process(self.process.pid)

    @property
    def cpu(self) -> float:
        """Seconds of the processor used so far."""
        times = self.seen.cpu_times()
        return float(times.user + times.system)

    @property
    def memory(self) -> int:
        """Bytes in memory now."""
        return int(self.seen.memory_info().rss)

    def kill(self) -> None:
        """As when the power goes."""
        self.process.kill()
        self.process.wait()


class Place:
    """One database with its environment; SQLite, or PostgreSQL with Redis."""

    def __init__(self, name: str, folder: Path, *, postgres: Postgres | None, redis: str, baseline_redis: str) -> None:
        self.name = name
        self.folder = folder
        self.postgres = postgres
        self.baseline_redis = baseline_redis
        self.made = 0
        folder.mkdir()
        self.env = {
            **os.environ,
            "VAR_DIR": str(folder),
            "DATABASE_URL": "",
            "REDIS_URL": redis,
            "SECRET_KEY": "bench-" + "x" * 60,
            "ALLOWED_HOSTS": "127.0.0.1",
            "CHAT_FRAMES_PER_SECOND": "100000",
            "DEFAULT_COUNTY": "bench",
            "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }

    def manage(self, *arguments: str) -> None:
        """Run a command of the portal."""
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, check=True, stdout=subprocess.DEVNULL)

    def fresh(self) -> None:
        """Empty tables."""
        self.made += 1
        name = f"bench{self.made}"
        self.env["DATABASE_URL"] = (
            self.postgres.create_database(name) if self.postgres else f"sqlite:///{self.folder}/{name}.sqlite3"
        )
        self.manage("migrate", "-v0")
        self.manage("createcachetable")

    def rows(self, *what: str) -> Any:
        """Fill the tables; what the load needs to know."""
        made = subprocess.run([sys.executable, "-m", "bench.rows", *what], cwd=ROOT, env=self.env, check=True, capture_output=True)
        return json.loads(made.stdout)

    def portal(self) -> Server:
        """The portal itself."""
        port = free_port()
        return Server(
            [sys.executable, "manage.py", "serve", "--no-jobs", "--port", str(port)],
            port,
            self.env,
            self.folder / f"portal-{port}.log",
        )

    def baseline(self, name: str) -> Server:
        """One of bench.baselines."""
        port = free_port()
        return Server(
            [sys.executable, "-m", "bench.baselines", name, str(port)],
            port,
            {**self.env, "REDIS_URL": self.baseline_redis},
            self.folder / f"{name}.log",
        )
