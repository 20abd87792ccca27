"""What the portal is measured against, on the same daphne: a raw echo, a bare Channels echo, and a textbook chat.

The textbook chat applies the portal's own rules, one message at a time: a thread hop, a transaction and a `group_send`
for each.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from channels.consumer import AsyncConsumer  # noqa: E402
from channels.db import database_sync_to_async  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from daphne.endpoints import build_endpoint_description_strings  # noqa: E402
from daphne.server import Server  # noqa: E402
from django.db import connections  # noqa: E402
from django.urls import re_path  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actors import Actor  # noqa: E402
from accounts.sessions import staff_of_session  # noqa: E402
from chat.consumers.door import Door  # noqa: E402
from chat.operations import Posted, PostMessage, open_conversation, post_messages  # noqa: E402
from chat.protocol import Ack, EventFrame, Hello, Post, clean_text, encode, parse  # noqa: E402
from chat.residents import resident_of  # noqa: E402


async def raw_echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The least that a WebSocket application can do."""
    if scope["type"] != "websocket":
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    while True:
        message = await receive()
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif message["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        else:
            return


class ChannelsEcho(AsyncConsumer):
    """The least that a Channels consumer can do."""

    channel_layer_alias = "none"

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        await self.send({"type": "websocket.accept"})

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        await self.send({"type": "websocket.send", "text": message["text"]})

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        return


class Textbook(AsyncConsumer):
    """The chat as Channels' tutorial would have it, with the portal's rules."""

    channel_layer_alias = "bus"
    cookies = Door.cookies
    actor: Actor | None = None

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        await self.send({"type": "websocket.accept"})
        cookies = self.cookies()
        self.actor = resident_of(cookies)
        if self.actor is None:
            self.actor = await database_sync_to_async(staff_of_session)(cookies.get("staff_session", ""))

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        frame = parse(message["text"])
        if isinstance(frame, Hello):
            assert self.actor is not None
            for cursor in frame.conversations:
                await database_sync_to_async(open_conversation)(by=self.actor, conversation=cursor.conversation, now=timezone.now())
                await self.channel_layer.group_add(cursor.conversation.hex, self.channel_name)
                await self.send({"type": "websocket.send", "text": '{"t":"caught_up"}'})
        if isinstance(frame, Post):
            assert self.actor is not None
            body = clean_text(frame.body)
            command = PostMessage(self.actor, frame.conversation, frame.client_id, body)
            [result] = await database_sync_to_async(post_messages)(commands=[command], now=timezone.now())
            assert isinstance(result, Posted), result
            ack = Ack(result.conversation, result.client_id, result.audience, result.seq, result.at, result.duplicate)
            await self.send({"type": "websocket.send", "text": encode(ack)})
            event = EventFrame(frame.conversation, "all", result.seq, "message", None, frame.client_id, body, {}, result.at)
            await self.channel_layer.group_send(frame.conversation.hex, {"type": "chat.event", "text": encode(event)})

    async def chat_event(self, message: dict[str, Any]) -> None:
        await self.send({"type": "websocket.send", "text": message["text"]})

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        return


APPLICATIONS: dict[str, Any] = {
    "raw": raw_echo,
    "channels": ProtocolTypeRouter({"http": raw_echo, "websocket": URLRouter([re_path(r"", ChannelsEcho.as_asgi())])}),
    "textbook": ProtocolTypeRouter({"http": raw_echo, "websocket": URLRouter([re_path(r"", Textbook.as_asgi())])}),
}


def main() -> None:
    """`python -m bench.baselines NAME PORT`: the same server settings as the portal's own."""
    name, port = sys.argv[1], int(sys.argv[2])
    # The control may keep its connection: opening one for each message would only make it look worse. (PostgreSQL has a pool.)
    if connections["default"].vendor == "sqlite":
        connections["default"].settings_dict["CONN_MAX_AGE"] = None
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    endpoints = build_endpoint_description_strings(host="127.0.0.1", port=port)
    Server(APPLICATIONS[name], endpoints=endpoints, signal_handlers=False, verbosity=0).run()


if __name__ == "__main__":
    main()
