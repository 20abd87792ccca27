"""A line between clients and a server that breaks by chance; the chances come from a seed."""

from __future__ import annotations

import asyncio
import contextlib
import random


class BreakingLine:
    """A TCP proxy: it delays, swallows and cuts, until it has broken `faults` times; then it is a sound line."""

    def __init__(self, port: int, *, seed: int, faults: int) -> None:
        self.to = port
        self.chance = random.Random(seed)
        self.left = faults
        self.broken = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def __aenter__(self) -> BreakingLine:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def _breaks(self) -> bool:
        if self.left <= 0:
            return False
        self.left -= 1
        self.broken += 1
        return True

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        task.add_done_callback(self._lines.discard)
        far_writer = None
        try:
            if self.chance.random() < 0.1 and self._breaks():
                return  # the door is shut before a word
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
            up, down = self.chance.randint(1, 12), self.chance.randint(1, 40)
            ways = [
                asyncio.ensure_future(self._carry(reader, far_writer, up, part=False)),
                asyncio.ensure_future(self._carry(far_reader, writer, down, part=True)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass
        finally:
            for end in (writer, far_writer):
                if end is not None:
                    end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: int, *, part: bool) -> None:
        """Carry so many pieces, then break: cut at once, in the middle of a piece, or swallow for a while before the cut."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await reader.read(4096):
                pieces -= 1
                if pieces <= 0 and self._breaks():
                    how = self.chance.choice(["cut", "middle", "swallow"])
                    if how == "middle" and part:
                        writer.write(data[: self.chance.randrange(len(data))])
                        await writer.drain()
                    elif how == "swallow":
                        await asyncio.sleep(self.chance.uniform(0.05, 0.3))
                    return
                if self.chance.random() < 0.1:
                    await asyncio.sleep(self.chance.uniform(0, 0.03))
                writer.write(data)
                await writer.drain()
