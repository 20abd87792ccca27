"""What a serving process runs beside its requests: hub, office, bus and beat; started and drained together."""

from __future__ import annotations

import asyncio
import random

from chat import beat, hub, office
from chat.bus import Bus
from chat.protocol import Bye

SPREAD_MS = 4000
FEW = 20
CLOSING_TRIES = 150


class ChatProcess:
    """Chat's own running parts in this process."""

    def __init__(self, *, inline: bool) -> None:
        """Start on the running loop. `inline`: the server's sends never suspend (daphne)."""
        hub.set_inline(inline)
        self.hub = hub.Hub()
        hub.set_current(self.hub)
        self.office = office.Office()
        office.set_current(self.office)
        self.bus = Bus(self.hub)
        self.beat = beat.Beat(self.hub)

    async def drain(self) -> None:
        """Finish what was handed in, then ask every client to come back after a time of its own, and stop."""
        await self.office.stop()
        await asyncio.sleep(0.05)
        sockets = list(beat.sockets())
        spread = SPREAD_MS if len(sockets) > FEW else SPREAD_MS // 10
        for socket in sockets:
            socket.end(Bye(reconnect_ms=random.randrange(spread)), beat.RESTART)
        for _ in range(CLOSING_TRIES):  # whoever goes at once cuts off what was told last
            if all(socket.closed for socket in sockets):
                break
            await asyncio.sleep(0.02)
        await self.beat.stop()
        await self.bus.stop()
        await self.hub.stop()
        hub.set_current(None)
        office.set_current(None)
