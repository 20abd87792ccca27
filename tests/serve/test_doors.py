"""Who is refused where: every socket, the long poll and every address of the chat; and rights that end while the line is open."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import pytest
import websockets
from django.urls import URLPattern, converters, reverse
from django.utils import timezone, translation

from accounts.actors import Resident
from accounts.models import AuditEntry, Grant, User
from chat.choices import EventKind
from chat.models import Conversation, Event
from chat.urls import urlpatterns
from chat.views import console_parts, resident_parts
from tests.serve.portal import Serve, resident_bot, resident_cookie, staff_bot, staff_cookie, visitor

pytestmark = [pytest.mark.serve, pytest.mark.postgres]

SECRET = "kultasepänkatu"  # a word that nobody outside the conversation may ever get
NO_SESSION, NOT_HERE = 4401, 4404
PARTS: dict[str | None, list[str]] = {"part": [*resident_parts.PARTS], "console_part": [*console_parts.CONVERSATION_PARTS]}
SAMPLES: dict[type, Any] = {
    converters.SlugConverter: "jokin",
    converters.StringConverter: "jokin",
    converters.IntConverter: 1,
    converters.UUIDConverter: UUID("5f1c8a52-6a43-4f6e-9d2a-0c5a1f0f9b11"),
}


@pytest.fixture
def strangers(
    stranger: Resident, second_responder: User, outsider: User, former: User, reader: User, main_user: User, coordinator: User
) -> dict[str, str]:
    """Cookies of everyone whom the conversation does not concern."""
    people = (second_responder, outsider, former, reader, main_user, coordinator)
    return {
        "anonymous": "",
        "forged": "resident=eyJ0ZXN0IjoxfQ:1abcde:forged; staff_session=nosuchsession",
        "another resident": resident_cookie(stranger),
        **{user.username: staff_cookie(user) for user in people},
    }


async def what_comes(serve: Serve, path: str, frames: list[dict[str, Any]], **headers: str) -> tuple[list[dict[str, Any]], int]:
    """Everything that a socket sends to these frames until it is silent, and its close code (0: still open)."""
    got: list[dict[str, Any]] = []
    async with websockets.connect(serve.ws + path, additional_headers=headers, ping_interval=None) as socket:
        try:
            got.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
            for frame in frames:
                await socket.send(json.dumps(frame))
            answers = 0
            while answers < len(frames):
                got.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
                answers += got[-1]["t"] in ("refused", "event", "ack", "caught_up")
            while True:
                got.append(json.loads(await asyncio.wait_for(socket.recv(), 0.2)))
        except TimeoutError:
            return got, 0
        except websockets.ConnectionClosed:
            return got, socket.close_code or 0


def every_frame(conversation: UUID) -> list[dict[str, Any]]:
    """Every way to ask for something of a conversation."""
    key = str(conversation)
    return [
        {"t": "hello", "proto": 1, "conversations": [{"conversation": key, "all": 0, "staff": 0}]},
        {"t": "open", "conversation": key},
        {"t": "post", "conversation": key, "client_id": str(uuid4()), "body": "Minäkin!"},
        {"t": "post", "conversation": key, "client_id": str(uuid4()), "body": "Minäkin!", "audience": "staff"},
        {"t": "typing", "conversation": key, "on": True},
        {"t": "seen", "conversation": key, "all": 1},
    ]


def doors(conversation: UUID) -> list[str]:
    """Every address of the chat that names a conversation, and the long poll."""
    found = [f"/api/keskustelu/{conversation}/tapahtumat/?all=0&staff=0"]
    with translation.override("fi"):
        for pattern in urlpatterns:
            assert isinstance(pattern, URLPattern)
            if "conversation" in pattern.pattern.converters:
                others = {name: SAMPLES[type(kind)] for name, kind in pattern.pattern.converters.items() if name != "conversation"}
                for part in PARTS.get(pattern.name, [None]):
                    given = {**others, "conversation": conversation, **({"part": part} if part else {})}
                    found.append(reverse(f"chat:{pattern.name}", kwargs=given))
    assert len(found) >= 12
    return found


def test_a_stranger_is_refused_at_every_door(
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    responder: User,
    second_queue: object,
    other_queue: object,
    strangers: dict[str, str],
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve()
    hers = resident_cookie(resident)

    async def at_sockets(name: str, cookie: str) -> None:
        for path in (f"/ws/keskustelu/{row.public_id}/", f"/ws/keskustelu/{uuid4()}/", "/ws/vastaaja/"):
            got, code = await what_comes(serve, path, every_frame(row.public_id), cookie=cookie)
            kinds = {frame["t"] for frame in got}
            assert not kinds & {"event", "ack", "caught_up", "typing", "seen"}, (name, path, kinds)
            assert not any(frame.get("heads") for frame in got), (name, path)
            assert SECRET not in json.dumps(got, ensure_ascii=False)
            if code:
                assert code in (NO_SESSION, NOT_HERE), (name, path, code)
                assert kinds == {"signed_out"}
            else:
                refused = [frame for frame in got if frame["t"] == "refused"]
                assert [frame["code"] for frame in refused] == ["not_found"] * len(every_frame(row.public_id)), (name, path)

    async def at_pages(name: str, cookie: str) -> None:
        some = str(uuid4())  # whole forms, so that it is the person who is refused and not what she filled in
        form = {
            "body": "Minäkin!",
            "client_id": some,
            "sure": "1",
            "outcome": "R1",
            "topic": "neuvonta",
            "to": some,
            "closed": some,
        }
        form |= {"token": some, "reason": "wrong", "value": "044 000 0000", "purpose": "own_matter", "audience": "all", "seq": "1"}
        form |= {"whole": "1", "flag": "abusive", "do": "set", "consent": "yes", "behalf": "self", "why": "care"}
        async with visitor(serve, cookie) as client:
            for address in doors(row.public_id):
                for accept in ("application/json", "text/html"):
                    for method in ("GET", "POST"):
                        answer = await client.request(
                            method, address, data=form if method == "POST" else None, headers={"accept": accept}
                        )
                        assert SECRET not in answer.text, (name, address)
                        refused = answer.status_code in (401, 403, 404, 405)
                        to_sign_in = answer.status_code == 302 and "/tili/" in answer.headers["location"]
                        if not refused and answer.status_code in (302, 400, 409):
                            # What she filled in is refused: then it tells nothing, as of a conversation that does not exist.
                            unknown = str(uuid4())
                            at = address.replace(str(row.public_id), unknown)
                            other = await client.request(method, at, data=form, headers={"accept": accept})
                            told = [(one.status_code, one.headers.get("location", "")) for one in (answer, other)]
                            refused = told[0] == (told[1][0], told[1][1].replace(unknown, str(row.public_id)))
                        assert refused or to_sign_in, (name, method, address, answer.status_code)

    async def walk() -> None:
        async with resident_bot(serve, resident, row.public_id) as her:
            await her.say(f"Asun osoitteessa {SECRET}")
            await her.settled()
        # The same doors do open to her, or the test would prove nothing.
        async with visitor(serve, hers) as client:
            assert SECRET in (await client.get(doors(row.public_id)[0])).text
            assert SECRET in (await client.get(f"/fi/keskustelu/{row.public_id}/", headers={"accept": "text/html"})).text
        got, code = await what_comes(serve, f"/ws/keskustelu/{row.public_id}/", every_frame(row.public_id)[:1], cookie=hers)
        assert SECRET in json.dumps(got, ensure_ascii=False) and not code
        for name, cookie in strangers.items():
            await at_sockets(name, cookie)
            await at_pages(name, cookie)

    before = Event.objects.filter(conversation=row).exclude(kind__in=(EventKind.AWAY, EventKind.BACK)).count()
    asyncio.run(walk())
    row.refresh_from_db()
    # Who is silent for two minutes is told of by the portal itself, and on a slow machine this takes longer.
    written = Event.objects.filter(conversation=row).exclude(kind__in=(EventKind.AWAY, EventKind.BACK))
    assert written.count() == before + 1
    assert (row.state, row.responder) == ("active", responder)
    assert not AuditEntry.objects.filter(object_id=str(row.public_id), action="read").exists()
    assert not serve.errors()


def test_a_page_of_another_site_gets_no_socket(
    make_serve: Callable[..., Serve], make_conversation: Callable[..., Conversation], resident: Resident, responder: User
) -> None:
    row = make_conversation(resident, responder)
    serve = make_serve()
    hello = every_frame(row.public_id)[:1]
    lines = {f"/ws/keskustelu/{row.public_id}/": resident_cookie(resident), "/ws/vastaaja/": staff_cookie(responder)}

    async def walk() -> None:
        for path, cookie in lines.items():
            for origin in (
                "https://paha.example",
                f"http://127.0.0.1.paha.example:{serve.port}",
                "null",
                f"http://127.0.0.1:{serve.port + 1}",
            ):
                got, code = await what_comes(serve, path, hello, cookie=cookie, origin=origin)
                assert ([frame["t"] for frame in got], code) == (["signed_out"], NO_SESSION), origin
            got, code = await what_comes(serve, path, hello, cookie=cookie, origin=serve.url)
            assert "caught_up" in {frame["t"] for frame in got} and not code
            # Another application of the same host may leave cookies that no standard allows.
            got, code = await what_comes(serve, path, hello, cookie=f"a/b=1; {{x}}; ä=; {cookie}; c,d=2")
            assert "caught_up" in {frame["t"] for frame in got} and not code

    asyncio.run(walk())
    assert not serve.errors()


def test_rights_that_end_close_the_console_within_five_seconds(
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    responder: User,
    colleague: User,
    supervisor: User,
    person: Callable[..., User],
    grant: Callable[..., Grant],
) -> None:
    """Signing out, a right taken away, an account closed; also within the first moments of a connection."""
    row = make_conversation(resident, responder)
    service = row.service
    late = person("liisa")
    late_grant = grant(late, "responder", county=service.county, service=service)
    row.queue.groups.get().memberships.create(user=late)
    steady = person("vilma")
    grant(steady, "responder", county=service.county, service=service)
    row.queue.groups.get().memberships.create(user=steady)
    serve = make_serve()
    cookies = {user.pk: staff_cookie(user) for user in (responder, colleague, late, steady)}

    def take_away() -> None:
        Grant.objects.filter(user=colleague).update(valid_until=timezone.now())

    def close_account() -> None:
        User.objects.filter(pk=steady.pk).update(is_active=False)

    async def over(bot: Any, since: float) -> float:
        await bot.until(lambda: any(frame["t"] == "signed_out" for frame in bot.frames), 30)
        return time.monotonic() - since

    async def walk() -> list[float]:
        async with AsyncExitStack() as stack:
            bots = {}
            for user in (responder, colleague, steady):
                bots[user.pk] = await stack.enter_async_context(staff_bot(serve, cookies[user.pk], row.public_id))
            her = await stack.enter_async_context(resident_bot(serve, resident, row.public_id))
            await asyncio.sleep(3.5)  # a beat has seen them all
            async with visitor(serve, cookies[responder.pk]) as client:
                answer = await client.post("/fi/tili/kirjaudu-ulos/")
                assert answer.status_code in (200, 302), answer.text
            await asyncio.to_thread(take_away)
            await asyncio.to_thread(close_account)
            since = time.monotonic()
            newcomer = await stack.enter_async_context(staff_bot(serve, cookies[late.pk], row.public_id))
            await asyncio.to_thread(lambda: Grant.objects.filter(pk=late_grant.pk).delete())
            seconds = await asyncio.gather(*(over(bot, since) for bot in (*bots.values(), newcomer)))
            await her.say("Kuuleeko kukaan?")
            await her.settled()
            for bot in (*bots.values(), newcomer):
                assert "Kuuleeko kukaan?" not in bot.shown_at
                assert bot.closed[-1:] in ([NO_SESSION], [])
            for user in (responder, colleague, late, steady):
                _, code = await what_comes(serve, "/ws/vastaaja/", every_frame(row.public_id), cookie=cookies[user.pk])
                assert code in (NO_SESSION, NOT_HERE)
            return seconds

    assert max(asyncio.run(walk())) < 5.0
