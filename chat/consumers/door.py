"""What every consumer of the portal does differently from the stock one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.http import parse_cookie

from accounts.origin import acting_from

Send = Callable[[dict[str, Any]], Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Door(AsyncConsumer):
    """What every consumer of the portal does differently from the stock one."""

    scope: dict[str, Any]

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Handle one message after another, without the stock task and thread hop for each.

        No channel layer is bound (the hub serves all), and connections are kept and closed where they are used.
        """
        self.scope, self.base_send = scope, send
        try:
            while True:
                message = await receive()
                await getattr(self, message["type"].replace(".", "_"))(message)
        except StopConsumer:
            return

    def cookies(self) -> dict[str, str]:
        """The cookies of the handshake."""
        for name, value in self.scope["headers"]:
            if name == b"cookie":
                return dict(parse_cookie(value.decode("latin-1")))
        return {}

    def origin(self) -> AbstractContextManager[None]:
        """Work inside is audited as coming from this staff session and address (our own proxy's word, when there is one)."""
        address = (self.scope.get("client") or [""])[0] or ""
        if settings.BEHIND_PROXY:
            forwarded = dict(self.scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
            address = forwarded.rsplit(",", 1)[-1].strip() or address
        return acting_from(session_key=self.cookies().get(settings.SESSION_COOKIE_NAME), address=address)

    def same_origin(self) -> bool:
        """The page that opens a socket is one of ours: its Origin is the host of the request."""
        headers = dict(self.scope["headers"])
        origin, host = headers.get(b"origin"), headers.get(b"host", b"")
        return origin is None or urlsplit(origin).netloc == host

    def language(self) -> str:
        """The language of the page, for the words of refusals."""
        asked = parse_qs(self.scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]
        return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
