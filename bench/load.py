"""The load: sockets of one process, closed loop (saturation) or open loop (a fixed rate). Reads a job as JSON from
standard input, writes the figures as JSON to standard output; `go` on standard input starts each phase.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any
from uuid import uuid4

import uvloop
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

BODY = "Hei, kyselen äitini puolesta: voiko kotihoito käydä hänen luonaan myös viikonloppuna, ja mitä se maksaa kuukaudessa?"


class Side(WSListener):
    """One socket of one conversation."""

    def __init__(self, load: Load, index: int, spec: dict[str, Any]) -> None:
        self.load, self.index, self.spec = load, index, spec
        self.transport: WSTransport | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.echo = load.job["kind"] == "echo"
        self.head = 0
        self.shown = 0
        self.posted = ""

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        if self.echo:
            self.ready.set_result(None)
            return
        cursor = {"conversation": self.spec["conversation"], "all": self.head, "staff": 0}
        self.write(json.dumps({"t": "hello", "proto": 1, "conversations": [cursor]}))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type != WSMsgType.TEXT:
            if frame.msg_type == WSMsgType.CLOSE:
                transport.disconnect()
            return
        text = frame.get_payload_as_utf8_text()
        load = self.load
        if self.echo:
            load.acknowledged(self)
            load.delivered(text[:36])
            return
        if text.startswith('{"t":"event'):
            self._event(text)
        elif text.startswith('{"t":"ack'):
            self._acknowledged()
        elif text.startswith('{"t":"caug'):
            if not self.ready.done():
                self.ready.set_result(None)
        elif text.startswith('{"t":"beat'):
            self.write('{"t":"pong"}')
        elif text.startswith('{"t":"refu'):
            load.refusals += 1
            if "too_fast" in text or '"busy"' in text:
                asyncio.get_running_loop().call_later(0.2, load.acknowledged, self)

    def _acknowledged(self) -> None:
        if self.posted:
            self.posted = ""
            self.load.acknowledged(self)

    def _event(self, text: str) -> None:
        self.head = int(text[text.index('"seq":') + 6 : text.index(',"kind"')])
        if self.head - self.shown >= 16:
            self.shown = self.head
            self.write(json.dumps({"t": "seen", "conversation": self.spec["conversation"], "all": self.head}))
        mark = text.find('"client_id":"')
        if mark >= 0:
            client_id = text[mark + 13 : mark + 49]
            if client_id == self.posted:
                self._acknowledged()
            self.load.delivered(client_id, self.index)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.transport = None
        if not self.ready.done():
            self.ready.set_exception(ConnectionError())

    def write(self, text: str) -> None:
        if self.transport is not None:
            self.transport.send(WSMsgType.TEXT, text.encode())

    def post(self) -> str:
        client_id = self.posted = str(uuid4())
        if self.echo:
            self.write(client_id + BODY)
        else:
            self.write(f'{{"t":"post","conversation":"{self.spec["conversation"]}","client_id":"{client_id}","body":"{BODY}"}}')
        return client_id


class Load:
    """All sockets, and what they count."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.sides: list[Side] = []
        self.acks = 0
        self.refusals = 0
        self.saturating = False
        self.sent: dict[str, tuple[float, int]] = {}
        self.latencies: list[float] = []

    async def connect(self, index: int, spec: dict[str, Any], *, head: int = 0) -> Side:
        headers = {"Cookie": spec["cookie"]} if spec.get("cookie") else {}
        side = Side(self, index, spec)
        side.head = side.shown = head
        await ws_connect(lambda: side, spec["url"], extra_headers=headers, websocket_handshake_timeout=60)
        await asyncio.wait_for(side.ready, 120)
        return side

    async def connect_all(self) -> float:
        began = time.monotonic()
        gate = asyncio.Semaphore(64)

        async def one(index: int, spec: dict[str, Any]) -> Side:
            async with gate:
                return await self.connect(index, spec)

        self.sides = list(await asyncio.gather(*(one(index, spec) for index, spec in enumerate(self.job["sockets"]))))
        return time.monotonic() - began

    async def reconnect_all(self) -> float:
        """All at once with what they have, trying until the server is back; the time until all are caught up."""
        heads = [side.head for side in self.sides]
        began = time.monotonic()
        gate = asyncio.Semaphore(128)

        async def one(index: int, spec: dict[str, Any]) -> Side:
            while True:
                try:
                    async with gate:
                        return await self.connect(index, spec, head=heads[index])
                except (TimeoutError, OSError, WSError):
                    await asyncio.sleep(0.1)

        self.sides = list(await asyncio.gather(*(one(index, spec) for index, spec in enumerate(self.job["sockets"]))))
        return time.monotonic() - began

    def acknowledged(self, side: Side) -> None:
        self.acks += 1
        if self.saturating and side.spec.get("sends", True):
            side.post()

    def delivered(self, client_id: str, index: int = -1) -> None:
        sent = self.sent.get(client_id)
        if sent is not None and sent[1] != index:
            self.latencies.append(time.monotonic() - sent[0])
            del self.sent[client_id]

    async def saturate(self, seconds: float, warm_up: float) -> dict[str, float]:
        self.saturating = True
        senders = [side for side in self.sides if side.spec.get("sends", True)]
        for side in senders:
            side.post()
        await asyncio.sleep(warm_up)
        before, began = self.acks, time.monotonic()
        await asyncio.sleep(seconds)
        rate = (self.acks - before) / (time.monotonic() - began)
        self.saturating = False
        await asyncio.sleep(0.5)
        return {"rate": rate, "refusals": self.refusals}

    async def pace(self, rate: float, seconds: float) -> dict[str, float]:
        self.latencies, self.sent = [], {}
        began = time.monotonic()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            delay = due - time.monotonic()
            if delay > 0:
                await asyncio.sleep(delay)
            side = self.sides[(number * 7) % len(self.sides)]
            client_id = side.post()
            self.sent[client_id] = (due, -2 if side.echo else side.index)
        await asyncio.sleep(1.5)
        figures = sorted(self.latencies)
        lost = len(self.sent)
        self.sent = {}
        if not figures:
            return {"p50": 0, "p95": 0, "p99": 0, "lost": lost}
        return {
            "p50": figures[len(figures) // 2] * 1000,
            "p95": figures[int(len(figures) * 0.95)] * 1000,
            "p99": figures[int(len(figures) * 0.99)] * 1000,
            "lost": lost,
        }


async def main() -> None:
    loop = asyncio.get_running_loop()
    job = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    load = Load(job)
    for phase in job["phases"]:
        await loop.run_in_executor(None, sys.stdin.readline)
        match phase["do"]:
            case "connect":
                figures: dict[str, float] = {"seconds": await load.connect_all()}
            case "reconnect":
                figures = {"seconds": await load.reconnect_all()}
            case "saturate":
                figures = await load.saturate(phase["seconds"], phase["warm_up"])
            case _:
                figures = await load.pace(phase["rate"], phase["seconds"])
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
