"""Write docs/protocol.md from the frames themselves, so that the two can't drift."""

from __future__ import annotations

import types
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from chat import protocol
from chat.choices import EventKind
from chat.refusals import MESSAGES, RETRYABLE

PATH = Path("docs") / "protocol.md"

HEAD = """# The chat's protocol

Written by `manage.py write_protocol` from `chat/protocol.py`; a test compares the two. Version {version}.

Anyone can write a client from this page. The portal's own pages use nothing else.

## Where

| who | address | proves who she is by |
| --- | --- | --- |
| resident | `ws(s)://HOST/ws/keskustelu/<conversation>/?lang=fi` | the signed, HttpOnly cookie `{cookie}`, set at the start |
| staff | `ws(s)://HOST/ws/vastaaja/?lang=fi` | the session cookie `{session}` of signing in |
| either, where sockets are blocked | `GET /api/keskustelu/<conversation>/tapahtumat/?all=N&staff=M&wait=20` | the same cookies |

`lang` (fi, sv, en) is the language of refusals. The page that opens a socket must come from the same host (`Origin`).
The long poll answers `{{"events": [event frames], "all": N, "staff": M, "reset": false}}`: ask again with these numbers.
With `reset` true, forget the log and ask from zero. Messages are then posted as a form to the page's own address and `viesti/`
(`body`, `client_id`, of staff also `audience`); with `Accept: application/json` the answer is an `ack` or a `refused` in JSON.

## How

1. Open the socket, send `hello` with what you have of each conversation (nothing: 0). `welcome` tells the limits.
2. The server joins you first, then reads, then sends what follows your numbers, then `caught_up`. From then on events come as they
   happen. In each (conversation, audience) `seq` has no gaps: an event that is not the last one plus one never comes.
3. To post, make a random UUID (`client_id`) once when the person presses send, keep the text until it is acknowledged, and send
   the same frame again after a reconnect or a few seconds without an answer. Acknowledged is: the message's own event through
   this socket, or `ack`. The same id with the same words is stored once however often it is sent; with other words it is
   refused (`conflict`).
4. Tell with `seen` how far you have shown, at least every {half} events: at most {window} unseen events are sent, the rest waits.
5. Answer `beat` with `pong`. Nothing from the server for three heartbeats: the line is dead, open another. Reconnect for ever,
   with a random delay that grows to 30 s, and at once when the page comes back to the front or the network does.
6. A frame that can't be accepted is answered by `refused`; the socket stays open. With `retry_ms` send the same again.
   What is sent behind a message that is refused so may be stored before its retry: a client that keeps an order sends one
   message of a conversation at a time, as the portal's own pages do.
7. `bye`: the server goes down in an orderly way; come back after `reconnect_ms`. `signed_out`: the session or right has ended.

A frame is one JSON object in a text message of at most {frame} KiB; `t` names its type and unknown keys are refused. A message is
at most {text} characters after cleaning: NFC, Unix line ends, no control or reordering characters, no outer white space.

## Close codes

| code | why |
| --- | --- |
| 4401 | no session, or it has ended |
| 4404 | nothing here for you |
| 4429 | too many sockets of one person: `bye` says when to come back |
| 4408 | no sign of life for 65 s |
| 1009 | a frame of more than 256 KiB: it was not read; below that `refused` (`too_large`) answers it and the socket stays open |
| 4012 | the server restarts, or can not tell now who you are: come back after the time that `bye` named |
"""


def document() -> str:
    """The whole page."""
    with translation.override("en"):
        parts = [
            HEAD.format(
                version=protocol.VERSION,
                cookie=settings.RESIDENT_COOKIE_NAME,
                session=settings.SESSION_COOKIE_NAME,
                window=protocol.WINDOW,
                half=protocol.WINDOW // 4,
                frame=protocol.FRAME_LIMIT // 1024,
                text=protocol.TEXT_LIMIT,
            ),
            "\n## What a client sends\n",
            *(_frame(kind) for kind in get_args(protocol.ClientFrame)),
            "\n## What the server sends\n",
            *(_frame(kind) for kind in get_args(protocol.ServerFrame)),
            "\n## Kinds of events\n\nWords stand in `body` only; `payload` holds codes and shown names.\n\n",
            "| kind | tells |\n| --- | --- |\n",
            "".join(f"| `{kind.value}` | {kind.label} |\n" for kind in EventKind),
            "\n## Refusals\n\n| code | says | sent again |\n| --- | --- | --- |\n",
            "".join(
                f"| `{code.value}` | {words} | {'yes, after `retry_ms`' if code in RETRYABLE else 'no'} |\n"
                for code, words in MESSAGES.items()
            ),
        ]
    return "".join(parts)


class Command(BaseCommand):
    """`manage.py write_protocol [--check]`."""

    help = "Writes docs/protocol.md from chat/protocol.py; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / PATH
        text = document()
        if options["check"]:
            if path.read_text() != text:
                raise CommandError(f"{PATH} is not what chat/protocol.py says: run manage.py write_protocol")
            return
        path.write_text(text)


def _frame(kind: type[msgspec.Struct]) -> str:
    config = kind.__struct_config__
    hints = get_type_hints(kind, include_extras=True)
    doc = "\n".join(line.strip() for line in (kind.__doc__ or "").strip().splitlines())
    rows = "".join(
        f"| `{field.name}` | {_shape(hints[field.name])} | {'yes' if field.required else 'no'} |\n"
        for field in msgspec.structs.fields(kind)
    )
    table = f"\n| key | what | always |\n| --- | --- | --- |\n{rows}" if rows else ""
    return f"\n### `{config.tag}`\n\n{doc}\n{table}"


def _shape(hint: Any) -> str:
    origin = get_origin(hint)
    names = {UUID: "UUID", str: "text", int: "whole number", float: "number", bool: "true or false", datetime: "time, ISO 8601 UTC"}
    if hint in names:
        return names[hint]
    if hint is type(None):
        return "null"
    if origin is Annotated:
        return _shape(get_args(hint)[0])
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in get_args(hint))
    if origin is list:
        return f"list of: {_shape(get_args(hint)[0])}"
    if origin is dict:
        return f"object of: {_shape(get_args(hint)[1])}" if get_args(hint)[1] is not Any else "object"
    if origin in (Union, types.UnionType):
        return " or ".join(_shape(part) for part in get_args(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        inner = get_type_hints(hint, include_extras=True)
        return "{" + ", ".join(f"`{name}`: {_shape(shape)}" for name, shape in inner.items()) + "}"
    return str(hint)
