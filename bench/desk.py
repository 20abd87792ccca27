"""The console under load: 200 waiting, 50 conversations going on, 30 responders at their consoles."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from typing import Any

import httpx
import websockets

from bench.places import ROOT, Place, Server, say

WAITING, ACTIVE, RESPONDERS = 200, 50, 30
CLAIMS = 100


def desk(place: Place) -> dict[str, Any]:
    """p95 of a claim at its door, p95 of computing each kind of board, and how often a console gets a board, all in one line."""
    say(f"  {place.name}: the console with {WAITING} waiting, {ACTIVE} going on, {RESPONDERS} responders")
    place.fresh()
    made = place.rows("desk", str(WAITING), str(ACTIVE), str(RESPONDERS))
    computed = subprocess.run(
        [sys.executable, "-m", "bench.rows", "boards", *map(str, made["users"])],
        cwd=ROOT,
        env=place.env,
        check=True,
        capture_output=True,
    )
    server = place.portal()
    try:
        claims, refreshes = asyncio.run(_shift(server, made["cookies"]))
    finally:
        server.kill()
    boards = json.loads(computed.stdout)
    return {
        "line_p95": boards["line"],
        "own_p95": boards["own"],
        "claim_p50": statistics.median(claims),
        "claim_p95": _p95(claims),
        "refreshes": refreshes,
    }


async def _shift(server: Server, cookies: list[str]) -> tuple[list[float], float]:
    """All consoles are open while one after the other takes the next; milliseconds of each claim, and boards a second."""
    frames = 0
    base = f"127.0.0.1:{server.port}"

    async def watch(cookie: str) -> None:
        nonlocal frames
        async with websockets.connect(
            f"ws://{base}/ws/vastaaja/", additional_headers={"cookie": cookie}, ping_interval=None, max_size=None
        ) as socket:
            await socket.send(json.dumps({"t": "hello", "proto": 1, "conversations": []}))
            async for text in socket:
                assert isinstance(text, str)
                if text.startswith('{"t":"queue"'):
                    frames += 1
                elif text.startswith('{"t":"beat"'):
                    await socket.send('{"t":"pong"}')

    watchers = [asyncio.ensure_future(watch(cookie)) for cookie in cookies]
    await asyncio.sleep(3)
    claims: list[float] = []
    async with httpx.AsyncClient(base_url=f"http://{base}", timeout=30) as client:
        tokens = []
        for cookie in cookies:
            page = await client.get("/fi/vastaaja/", headers={"cookie": cookie})
            tokens.append(page.cookies["csrftoken"])
            client.cookies.clear()
        frames, began = 0, time.monotonic()
        for number in range(CLAIMS):
            cookie, token = cookies[number % len(cookies)], tokens[number % len(cookies)]
            headers = {"cookie": f"{cookie}; csrftoken={token}", "accept": "application/json", "x-csrftoken": token}
            at = time.monotonic()
            answer = await client.post("/fi/vastaaja/seuraava/", headers=headers)
            claims.append((time.monotonic() - at) * 1000)
            client.cookies.clear()
            if answer.status_code != 200:
                raise RuntimeError(f"a claim answered {answer.status_code}: {answer.text[:200]}")
            await asyncio.sleep(0.1)
        seconds = time.monotonic() - began
    for watcher in watchers:
        watcher.cancel()
    await asyncio.gather(*watchers, return_exceptions=True)
    return claims, frames / len(cookies) / seconds


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]
