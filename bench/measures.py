"""What is measured: each function takes a place and gives its figures."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

import httpx

from bench.desk import desk
from bench.paths import paths, steps
from bench.places import LOAD_CORE, ROOT, Place, Server, say
from bench.replies import replies
from bench.reports import reports
from bench.rollouts import rollouts


@contextlib.contextmanager
def load(kind: str, sockets: list[dict[str, Any]], phases: list[dict[str, Any]]) -> Iterator[Any]:
    """A load process; calling the yielded function runs the next phase and gives its figures."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with contextlib.suppress(OSError):
        os.sched_setaffinity(process.pid, {LOAD_CORE})
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"kind": kind, "sockets": sockets, "phases": phases}) + "\n")
    process.stdin.flush()

    def step() -> dict[str, float]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the load ended")
        return dict(json.loads(line))

    try:
        yield step
    finally:
        process.kill()
        process.wait()


def addressed(sockets: list[dict[str, Any]], *servers: Server) -> list[dict[str, Any]]:
    """The sockets' addresses on the servers, in turn."""
    return [{**spec, "url": f"ws://127.0.0.1:{servers[n % len(servers)].port}{spec['path']}"} for n, spec in enumerate(sockets)]


def echo_sockets(count: int) -> list[dict[str, Any]]:
    """Plain sockets for the echoes."""
    return [{"path": "/", "sends": True} for _ in range(count)]


def saturate(server: Server, kind: str, sockets: list[dict[str, Any]], seconds: float) -> dict[str, float]:
    """Closed loop: accepted messages a second, and the server's processor time for each."""
    phases: list[dict[str, Any]] = [{"do": "connect"}, {"do": "saturate", "seconds": seconds, "warm_up": 1.0}]
    with load(kind, addressed(sockets, server), phases) as step:
        step()
        before, began = server.cpu, time.monotonic()
        figures = step()
        spent, lasted = server.cpu - before, time.monotonic() - began
    return {"rate": figures["rate"], "us": spent / lasted / max(figures["rate"], 1) * 1e6, "refusals": figures["refusals"]}


def paced(kind: str, sockets: list[dict[str, Any]], rate: float, seconds: float, *servers: Server) -> dict[str, float]:
    """Open loop at a fixed rate: milliseconds from one person's send to the other's screen."""
    phases: list[dict[str, Any]] = [
        {"do": "connect"},
        {"do": "pace", "rate": rate, "seconds": 1.5},
        {"do": "pace", "rate": rate, "seconds": seconds},
    ]
    with load(kind, addressed(sockets, *servers), phases) as step:
        step()
        step()
        return dict(step())


def messages(place: Place, *, quick: bool) -> dict[str, Any]:
    """The way of a message: how many a second, how soon, and at what size."""
    seconds, rounds = (2.0, 1) if quick else (4.0, 3)
    pairs = 500
    found: dict[str, Any] = {}
    place.fresh()
    sockets = place.rows("conversations", str(pairs))
    series: dict[str, list[dict[str, float]]] = {"raw": [], "channels": [], "textbook": [], "portal": []}
    for number in range(rounds):
        for name in ("raw", "channels", "portal", "textbook"):
            say(f"  {place.name}: {name}, round {number + 1} of {rounds}")
            server = place.portal() if name == "portal" else place.baseline(name)
            try:
                kind, specs = ("chat", sockets) if name in ("portal", "textbook") else ("echo", echo_sockets(pairs))
                series[name].append(saturate(server, kind, specs, seconds))
            finally:
                server.kill()
    middle = {name: statistics.median(one["rate"] for one in runs) for name, runs in series.items()}
    found["rates"] = middle
    found["us"] = {name: statistics.median(one["us"] for one in runs) for name, runs in series.items()}
    found["vs_channels"] = middle["portal"] / middle["channels"]
    found["vs_textbook"] = middle["portal"] / middle["textbook"]
    say(f"  {place.name}: latency at 200 messages/s")
    latencies: dict[str, list[dict[str, float]]] = {"raw": [], "portal": []}
    for _ in range(rounds):
        for name in ("raw", "portal"):
            server = place.portal() if name == "portal" else place.baseline(name)
            try:
                kind, specs = ("chat", sockets) if name == "portal" else ("echo", echo_sockets(pairs))
                latencies[name].append(paced(kind, specs, 200, seconds, server))
            finally:
                server.kill()
    found["latency"] = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for name, runs in latencies.items()
    }
    found["p95_ratio"] = found["latency"]["portal"]["p95"] / found["latency"]["raw"]["p95"]
    found |= memory(place, pairs)
    found |= restart(place, 1000, quick=quick)
    found |= sizes(place, seconds)
    if place.env["REDIS_URL"]:
        found |= across(place, seconds)
    return found


PARTS: dict[str, Callable[[Place, bool], dict[str, Any]]] = {
    "messages": lambda place, quick: messages(place, quick=quick),
    "pages": lambda place, quick: pages(place, quick=quick),
    "desk": lambda place, _quick: desk(place),
    "rollouts": lambda place, _quick: rollouts(place),
    "replies": lambda place, _quick: replies(place),
    "paths": lambda place, _quick: paths() | steps(place),
    "reports": lambda place, quick: reports(place, quick=quick),
}


def measure(place: Place, *, quick: bool, parts: Collection[str] = ()) -> dict[str, Any]:
    """Every figure of one database, or those of the named parts."""
    found: dict[str, Any] = {"speed": speed()}
    for name, part in PARTS.items():
        if not parts or name in parts:
            found |= part(place, quick)
    return found


def speed() -> float:
    """Seconds of one and the same sum: how fast this machine is just now, beside figures that were measured on another."""
    began, total = time.monotonic(), 0
    for number in range(3_000_000):
        total += number * number
    return time.monotonic() - began


def memory(place: Place, pairs: int) -> dict[str, Any]:
    """Bytes of an idle signed-in socket beside a raw echo's: what the second half of the sockets adds to the first.

    So the caches that any first sockets fill (pages of the database, compiled queries) are not counted for each. The
    conversations are new ones: with thousands of messages behind them the second half would still be filling SQLite's page cache,
    which has a size of its own whatever the number of sockets.
    """
    say(f"  {place.name}: memory of idle sockets")
    place.fresh()
    sockets = place.rows("conversations", str(pairs))
    each = {}
    half = len(sockets) // 2
    for name in ("raw", "portal"):
        server = place.portal() if name == "portal" else place.baseline(name)
        kind, specs = ("chat", sockets) if name == "portal" else ("echo", echo_sockets(len(sockets)))
        try:
            with load(kind, addressed(specs[:half], server), [{"do": "connect"}]) as first:
                first()
                time.sleep(4)
                before = server.memory
                with load(kind, addressed(specs[half:], server), [{"do": "connect"}]) as second:
                    second()
                    time.sleep(4)
                    each[name] = (server.memory - before) / (len(specs) - half)
        finally:
            server.kill()
    return {"memory": each, "memory_ratio": each["portal"] / each["raw"]}


def restart(place: Place, pairs: int, *, quick: bool) -> dict[str, Any]:
    """Seconds until 2,000 sockets are back and caught up after the server was killed and started again."""
    say(f"  {place.name}: {2 * pairs} sockets come back after a restart")
    place.fresh()
    sockets = place.rows("conversations", str(pairs))
    server = place.portal()
    try:
        phases: list[dict[str, Any]] = [{"do": "connect"}, {"do": "saturate", "seconds": 1, "warm_up": 0.5}, {"do": "reconnect"}]
        with load("chat", addressed(sockets, server), phases) as step:
            first = step()["seconds"]
            step()
            server.kill()
            server.start()
            return {"connect_seconds": first, "restart_seconds": step()["seconds"]}
    finally:
        server.kill()


def sizes(place: Place, seconds: float) -> dict[str, Any]:
    """Messages a second at 2,000 conversations beside 100."""
    say(f"  {place.name}: 100 and 2,000 conversations")
    rates = {}
    for count in (100, 2000):
        place.fresh()
        sockets = place.rows("conversations", str(count))
        server = place.portal()
        try:
            rates[count] = saturate(server, "chat", sockets, seconds)["rate"]
        finally:
            server.kill()
    return {"rate_100": rates[100], "rate_2000": rates[2000], "size_ratio": rates[2000] / rates[100]}


def across(place: Place, seconds: float) -> dict[str, Any]:
    """The two ends of conversations in two processes, beside both in one."""
    say(f"  {place.name}: across two processes")
    place.fresh()
    sockets = place.rows("conversations", "500")
    first, second = place.portal(), place.portal()
    try:
        within, between = [], []
        for _ in range(3):
            within.append(paced("chat", sockets, 100, seconds, first)["p95"])
            between.append(paced("chat", sockets, 100, seconds, first, second)["p95"])
    finally:
        first.kill()
        second.kill()
    pair = {"within_p95": statistics.median(within), "across_p95": statistics.median(between)}
    return {**pair, "across_ratio": pair["across_p95"] / pair["within_p95"]}


def pages(place: Place, *, quick: bool) -> dict[str, Any]:
    """p95 of the pages at the server with a county of years: 30 services, 300 responders, 60,000 past conversations."""
    say(f"  {place.name}: pages with 30 services, 300 responders, 60,000 past conversations")
    place.fresh()
    made = place.rows("history", "30", "300", "6000" if quick else "60000")
    server = place.portal()
    times: dict[str, list[float]] = {}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
            for _ in range(120):
                for name, path, cookie in (
                    ("front", "/fi/", ""),
                    ("service", f"/fi/palvelu/{made['service']}/", ""),
                    ("console", "/fi/vastaaja/", made["console"]),
                ):
                    began = time.monotonic()
                    answer = client.get(path, headers={"cookie": cookie} if cookie else {})
                    times.setdefault(name, []).append((time.monotonic() - began) * 1000)
                    if answer.status_code != 200:
                        raise RuntimeError(f"{path} answered {answer.status_code}")
    finally:
        server.kill()
    return {"pages": {name: sorted(values[20:])[int(len(values[20:]) * 0.95)] for name, values in times.items()}}
