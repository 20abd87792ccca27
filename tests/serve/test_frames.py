"""Bad frames and bad requests: each gets its own refusal; no socket is closed, nothing ends in a 5xx, nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
import websockets

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Event
from chat.protocol import FrameError, clean_text, parse
from tests.chat.malformed import MALFORMED
from tests.serve.portal import Bot, Serve, resident_bot, resident_cookie, staff_bot, staff_cookie, visitor

pytestmark = [pytest.mark.serve, pytest.mark.postgres]

FAST = "100000"  # frames in a second: the limit has its own tests
STRANGE = [
    "",
    "\x00",
    "\u202e",
    "\ud7ff",
    "\U0001f600",
    "\\ud800",
    "ſ",
    "İ",
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "-1",
    "1e400",
]


def fuzzed(conversation: UUID, count: int, seed: int) -> list[str]:
    """Valid frames spoilt by chance: cut, doubled, with strange characters, other types and other keys."""
    chance = random.Random(seed)
    key = str(conversation)
    valid: list[dict[str, object]] = [
        {"t": "post", "conversation": key, "client_id": key, "body": "Hei", "audience": "all"},
        {"t": "hello", "proto": 1, "conversations": [{"conversation": key, "all": 1, "staff": 0}]},
        {"t": "open", "conversation": key, "all": 1, "staff": 0},
        {"t": "close", "conversation": key},
        {"t": "typing", "conversation": key, "on": True},
        {"t": "seen", "conversation": key, "all": 1, "staff": 0},
        {"t": "pong"},
    ]
    values: list[object] = [
        None,
        True,
        -1,
        1.5,
        2**63,
        10**30,
        "",
        "x" * 70000,
        [],
        {},
        [[]],
        {"t": "post"},
        "\ud7ff",
        "\u0000",
        key[:-1],
        key + "0",
    ]
    frames: list[str] = []
    while len(frames) < count:
        frame = dict(chance.choice(valid))
        for _ in range(chance.randint(0, 2)):
            frame[chance.choice([*frame, "x", "T", "participant", "seq"])] = chance.choice(values)
        text = json.dumps(frame, ensure_ascii=chance.random() < 0.5)
        for _ in range(chance.choice([0, 0, 1, 3])):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(STRANGE) + text[at + chance.choice([0, 0, 1, 5]) :]
        frames.append(text)
    return frames


def is_refused(text: str) -> bool:
    """Whether this frame must be refused whatever the server knows."""
    try:
        frame = parse(text)
        if frame.__class__.__name__ == "Post":
            clean_text(frame.body)  # type: ignore[union-attr]
    except FrameError:
        return True
    return False


async def all_refused(bot: Bot, frames: list[str]) -> None:
    """Send the frames; as many refusals come as there are bad ones, in words, and the socket stays."""
    before, bad = len(bot.refused), sum(map(is_refused, frames))
    for number, frame in enumerate(frames):
        await bot.send(frame)
        if number % 50 == 0:
            await asyncio.sleep(0)
    await bot.until(lambda: len(bot.refused) - before >= bad)
    assert all(frame["code"] and frame["text"] for frame in bot.refused)
    assert not any(frame["code"] == "busy" for frame in bot.refused), "something broke inside"
    assert bot.reconnects == 0, bot.closed


async def bad_frames(serve: Serve, row: Conversation, resident: Resident, cookie: str, count: int) -> None:
    sendable = []
    for frame in MALFORMED:
        with contextlib.suppress(UnicodeEncodeError):
            sendable.append((frame or "").encode().decode())
    async with resident_bot(serve, resident, row.public_id) as hers, staff_bot(serve, cookie, row.public_id) as desk:
        for number, bot in enumerate((hers, desk)):
            bot.strict = False
            await all_refused(bot, sendable)
            before = len(bot.refused)
            for raw in (b"", b"\x00\xff\xfe", b'{"t":"pong"}', b"\x00" * 70000):
                await bot._socket.send(raw)
            await bot.until(lambda bot=bot, before=before: len(bot.refused) >= before + 4)  # type: ignore[misc]
            await all_refused(bot, fuzzed(uuid4(), count, seed=number))
            await all_refused(bot, fuzzed(row.public_id, count, seed=100 + number))
            assert bot.reconnects == 0
            # Chance may have written a valid `close`.
            await bot.send({"t": "open", "conversation": str(row.public_id), "all": bot.heads()[0], "staff": bot.heads()[1]})
        await hers.say("Yhä linjalla")
        await desk.shows("Yhä linjalla")
        await hers.settled()
        assert hers.log["all"] == desk.log["all"]


@pytest.mark.parametrize("count", [150, pytest.param(20_000, marks=pytest.mark.soak)])
def test_every_bad_frame_is_refused_and_the_socket_stays(
    count: int,
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    responder: User,
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve(CHAT_FRAMES_PER_SECOND=FAST)
    asyncio.run(bad_frames(serve, row, resident, staff_cookie(responder), count))
    assert not serve.errors()
    assert Event.objects.filter(conversation=row, body="Yhä linjalla").count() == 1


def test_a_frame_that_no_socket_takes_closes_it_with_its_own_code_and_nothing_else_is_lost(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    """3 MB: 1009 tells why. What another sent meanwhile is there, and she goes on by a new socket from where she was."""
    row = make_conversation(resident, responder)
    serve = make_serve()

    cookie, headers = staff_cookie(responder), {"cookie": resident_cookie(resident)}

    async def walk() -> None:
        address = f"{serve.ws}/ws/keskustelu/{row.public_id}/"
        async with staff_bot(serve, cookie, row.public_id) as desk, resident_bot(serve, resident, row.public_id) as hers:
            await hers.say("Ennen")
            await hers.settled()
            async with websockets.connect(address, additional_headers=headers) as socket:
                await socket.recv()
                with contextlib.suppress(websockets.ConnectionClosed):
                    await socket.send(json.dumps({"t": "post", "conversation": str(row.public_id), "body": "x" * 3_000_000}))
                await asyncio.wait_for(socket.wait_closed(), 20)
                assert socket.close_code == 1009
            await hers.say("Jälkeen")
            await hers.settled()
            await desk.shows("Jälkeen")
            assert (hers.reconnects, desk.reconnects) == (0, 0), "only the socket of that frame was closed"

    asyncio.run(walk())
    assert not serve.errors()
    assert list(Event.objects.filter(conversation=row, kind="message").order_by("seq").values_list("body", flat=True)) == [
        "Ennen",
        "Jälkeen",
    ]


def test_too_many_frames_are_refused_for_a_while_and_nothing_is_lost(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve(CHAT_FRAMES_PER_SECOND="10")

    async def walk() -> None:
        async with resident_bot(serve, resident, row.public_id) as hers:
            for number in range(60):
                await hers.say(f"Kiire {number}")
            await hers.until(lambda: hers.refused)
            assert {(frame["code"], frame["retry_ms"] > 0) for frame in hers.refused} == {("too_fast", True)}
            assert all(frame["client_id"] for frame in hers.refused)
            await hers.settled(120)
            assert hers.reconnects == 0

    asyncio.run(walk())
    assert Event.objects.filter(conversation=row, kind="message").count() == 60


FORMS: list[tuple[bytes, str]] = [
    (b"", "application/x-www-form-urlencoded"),
    (b"body=&client_id=", "application/x-www-form-urlencoded"),
    (b"body=Hei", "application/x-www-form-urlencoded"),
    (b"body=Hei&client_id=x", "application/x-www-form-urlencoded"),
    (b"client_id={id}", "application/x-www-form-urlencoded"),
    (b"body=+%0A%09&client_id={id}", "application/x-www-form-urlencoded"),
    (b"body=%00&client_id={id}", "application/x-www-form-urlencoded"),
    (b"body=%E2%80%AE&client_id={id}", "application/x-www-form-urlencoded"),
    (b"body=" + b"x" * 4001 + b"&client_id={id}", "application/x-www-form-urlencoded"),
    (b"body=" + b"%C3%A4" * 40_000 + b"&client_id={id}", "application/x-www-form-urlencoded"),
    (b"body=Hei&client_id={id}%00", "application/x-www-form-urlencoded"),
    (b"body=%FF%FE&client_id=%FF", "application/x-www-form-urlencoded"),
    (b"&".join(b"a%d=1" % number for number in range(2000)), "application/x-www-form-urlencoded"),
    (b'{"body":"Hei"', "application/json"),
    (b'{"body":1,"client_id":null}', "application/json"),
    (b"[]", "application/json"),
    (b"\x00\xff", "application/octet-stream"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\nHei\r\n--x--\r\n', "multipart/form-data; boundary=x"),
    (b"Hei", "multipart/form-data"),
    (b"body=Hei&client_id={id}", "multipart/form-data; boundary="),
]
QUERIES = [
    "all=-1",
    "all=x",
    "all=1.5",
    "all=99999999999",
    "all=1e9",
    "staff=-1",
    "wait=-1",
    "wait=soon",
    "all=%00",
    "all=%FF",
    "all=NaN",
    "wait=%D9%A1x",
]
HARMLESS = ["", "all", "all=", "&&&=", "%", "all=0&all=1", "x=" + "y" * 5000]


def test_bad_bodies_and_queries_are_refused_with_a_reason(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve()
    key = row.public_id
    people = {
        f"/fi/keskustelu/{key}/viesti/": resident_cookie(resident),
        f"/fi/vastaaja/{key}/viesti/": staff_cookie(responder),
    }

    async def walk() -> None:
        for address, cookie in people.items():
            async with visitor(serve, cookie) as client:
                for body, kind in FORMS:
                    for accept in ("application/json", "text/html"):
                        content = body.replace(b"{id}", str(uuid4()).encode())
                        answer = await client.post(address, content=content, headers={"content-type": kind, "accept": accept})
                        assert 400 <= answer.status_code < 500, (address, body[:60], kind, answer.status_code)
                        if accept == "application/json" and answer.headers.get("content-type") == "application/json":
                            assert answer.json()["text"]
                for address_of_poll in (f"/api/keskustelu/{key}/tapahtumat/",):
                    for query in QUERIES:
                        answer = await client.get(f"{address_of_poll}?{query}")
                        assert answer.status_code == 400, (query, answer.status_code)
                    for query in HARMLESS:
                        answer = await client.get(f"{address_of_poll}?{query}")
                        assert answer.status_code in (200, 400), (query, answer.status_code)
                    answer = await client.get(f"{address_of_poll}?all=2000000000")
                    assert answer.json()["reset"] is True

    asyncio.run(walk())
    assert not Event.objects.filter(conversation=row, kind="message").exists()
    assert not serve.errors()
