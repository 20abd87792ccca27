"""Between processes: one group of channels-redis's pub/sub layer, one receiver a process, pokes without content.

A poke names conversations with their heads, and boards that changed. Losing one is a delay: the beat finds it.
"""

from __future__ import annotations

import asyncio
import logging
from uuid import uuid4

from channels.layers import get_channel_layer

from chat.hub import Hub

logger = logging.getLogger(__name__)
GROUP = "pokes"
RETRY_SECONDS = 2.0


class Bus:
    """This process's end of the bus; does nothing where no layer is configured (one process)."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.layer = get_channel_layer("bus")
        self.healthy = False
        self.name = uuid4().hex
        self._heads: dict[str, list[int]] = {}
        self._topics: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        if self.layer is not None:
            hub.on_poke = self.poke
            self._tasks = [asyncio.ensure_future(self._send()), asyncio.ensure_future(self._receive())]

    def poke(self, heads: dict[str, list[int]], topics: list[str]) -> None:
        """Tell the other processes, soon and together."""
        for name, (head_all, head_staff) in heads.items():
            known = self._heads.setdefault(name, [0, 0])
            known[0], known[1] = max(known[0], head_all), max(known[1], head_staff)
        self._topics.update(dict.fromkeys(topics))
        self._wake.set()

    async def _send(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            heads, topics, self._heads, self._topics = self._heads, list(self._topics), {}, {}
            try:
                await asyncio.wait_for(
                    self.layer.group_send(GROUP, {"type": "poke", "by": self.name, "heads": heads, "topics": topics}), 2
                )
                self.healthy = True
            except Exception as error:  # noqa: BLE001  (any failure of the bus is a delay, never a loss)
                if self.healthy:
                    logger.warning("the bus does not answer (%s): other processes hear by their beat", type(error).__name__)
                self.healthy = False
                await asyncio.sleep(0.5)

    async def _receive(self) -> None:
        while True:
            try:
                channel = await self.layer.new_channel()
                await self.layer.group_add(GROUP, channel)
                while True:
                    message = await self.layer.receive(channel)
                    if message.get("by") != self.name:
                        self.hub.heard(message.get("heads", {}), message.get("topics", []))
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001  (Redis is away: try again for ever)
                logger.warning("the bus can't be joined (%s)", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def stop(self) -> None:
        """Leave the bus."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
