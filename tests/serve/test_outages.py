"""Redis and PostgreSQL go away and come back; the throwaway ones of the tests."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.actors import Resident
from accounts.models import User
from chat.models import Conversation, Event
from tests.serve.portal import Bot, Serve, database_url, resident_bot, resident_cookie, staff_bot, staff_cookie, visitor
from tests.servers import NotHereError, Postgres, Redis, find_program

pytestmark = [pytest.mark.serve, pytest.mark.postgres(only=True)]

PASSWORD = "Kevätkurki lentää 2026"
DOWN_SECONDS = 20.0
CLIENT_ID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis that this test may stop."""
    try:
        with Redis() as server:
            yield server
    except NotHereError as error:
        pytest.skip(str(error))


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that this test may stop."""
    try:
        with Postgres() as server:
            yield server
    except NotHereError as error:
        pytest.skip(str(error))


async def seconds_across(sender: Bot, reader: Bot, words: str) -> float:
    """How long a message takes from one person to the other."""
    began = time.monotonic()
    await sender.say(words)
    return await reader.shows(words) - began


def test_redis_stops_and_comes_back(
    own_redis: Redis,
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    responder: User,
    colleague: User,
) -> None:
    """No socket closes, messages take at most four seconds, people sign in; afterwards the pokes flow again."""
    row = make_conversation(resident, responder)
    colleague.password = Argon2PasswordHasher().encode(
        PASSWORD, "suolaasuolaa"
    )  # as the server makes them; the tests' own are quick ones
    colleague.save()
    cookie = staff_cookie(responder)
    phone, office = (make_serve(redis_url=own_redis.url) for _ in range(2))

    async def sign_in() -> None:
        token = "a" * 32
        async with httpx.AsyncClient(base_url=office.url, headers={"cookie": f"csrftoken={token}"}, timeout=30) as client:
            assert (await client.get("/fi/")).status_code == 200
            form = {"login": colleague.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
            answer = await client.post("/fi/tili/kirjaudu/", data=form)
            assert answer.status_code == 302, answer.text[-3000:]
            assert "staff_session" in answer.headers["set-cookie"]

    async def walk() -> None:
        async with resident_bot(phone, resident, row.public_id) as hers, staff_bot(office, cookie, row.public_id) as desk:
            quick = [await seconds_across(hers, desk, f"Nopea {number}") for number in range(5)]
            assert min(quick) < 1, quick
            await asyncio.to_thread(own_redis.stop)
            slow = [await seconds_across(hers, desk, f"Ilman väylää {number}") for number in range(2)]
            slow += [await seconds_across(desk, hers, f"Vastaus {number}") for number in range(2)]
            assert max(slow) <= 4.0, slow
            await sign_in()
            await asyncio.to_thread(own_redis.start)
            healed = time.monotonic() + 30
            number, again = 0, [9.0]
            while max(again) >= 1 and time.monotonic() < healed:  # three quick ones in a row are not the beat's doing
                number += 1
                again = [await seconds_across(hers, desk, f"Taas {number}.{part}") for part in range(3)]
            assert max(again) < 1, again
            assert (hers.reconnects, desk.reconnects) == (0, 0)
            await hers.settled()
            await desk.settled()
            assert hers.log["all"] == desk.log["all"]

    asyncio.run(walk())
    for serve in (phone, office):
        assert "ERROR chat." not in serve.log.read_text()


def copy_database(to: Postgres) -> str:
    """The test's database, rows and all, in another server; its address."""
    program = find_program("pg_dump")
    if program is None:
        pytest.skip("no pg_dump")
    address = to.create_database("portal")
    dump = subprocess.run(
        [str(program), "--no-owner", database_url().replace("postgres://", "postgresql://")],
        check=True,
        capture_output=True,
        timeout=120,
    ).stdout
    subprocess.run(
        [str(Path(program).parent / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-d", address.replace("postgres://", "postgresql://")],
        input=dump,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
        env={**os.environ, "PGOPTIONS": "-c synchronous_commit=off"},
    )
    return address


def test_postgresql_stops_for_twenty_seconds(
    own_postgres: Postgres,
    make_serve: Callable[..., Serve],
    make_conversation: Callable[..., Conversation],
    resident: Resident,
    responder: User,
) -> None:
    """Nothing acknowledged is lost, everyone is told and keeps her text, and all goes on by itself within ten seconds."""
    row = make_conversation(resident, responder)
    cookie = staff_cookie(responder)
    address = copy_database(own_postgres)
    serve = make_serve(database=address, CHAT_FRAMES_PER_SECOND="200")

    async def post_by_form(words: str, **headers: str) -> httpx.Response:
        form = {"body": words, "client_id": CLIENT_ID}
        async with visitor(serve, resident_cookie(resident)) as client:
            return await client.post(f"/fi/keskustelu/{row.public_id}/viesti/", data=form, headers=headers)

    async def walk() -> dict[str, int]:
        async with resident_bot(serve, resident, row.public_id) as hers, staff_bot(serve, cookie, row.public_id) as desk:
            for number in range(20):
                await hers.say(f"Ennen {number}")
                await desk.say(f"Vastaus {number}")
            await hers.settled()
            await desk.settled()
            stopped = time.monotonic()
            await asyncio.to_thread(own_postgres.stop)
            while_down = [await hers.say(f"Aikana {number}") for number in range(5)]
            while_down += [await desk.say("Vastaajakin yrittää")]
            for bot in (hers, desk):
                await bot.until(lambda bot=bot: bot.refused, 10)  # type: ignore[misc]
                assert {frame["code"] for frame in bot.refused} == {"busy"}
                assert all(frame["retry_ms"] and frame["text"] for frame in bot.refused)
                assert bot.pending
            # Who opens the page again meanwhile is let in when the database is back, without asking again.
            newcomer = resident_bot(serve, resident, row.public_id).start()
            await newcomer.until(lambda: newcomer.refused, 30)
            assert newcomer.refused[0]["code"] == "busy"
            late_desk = staff_bot(serve, cookie, row.public_id).start()
            answer = await post_by_form("Lomakkeella")
            assert answer.status_code == 503, answer.text[:500]
            assert answer.json()["code"] == "busy"
            assert answer.json()["retry_ms"]
            answer = await post_by_form("Lomakkeella", accept="text/html", origin=serve.url)
            assert answer.status_code == 503
            for kept in ("Lomakkeella", CLIENT_ID, 'method="post"'):
                assert kept in answer.text  # one press sends the same again
            await asyncio.sleep(max(0.0, DOWN_SECONDS - (time.monotonic() - stopped)))
            assert not set(while_down) & (hers.acked.keys() | desk.acked.keys())
            await asyncio.to_thread(own_postgres.start)
            back = time.monotonic()
            await asyncio.gather(hers.settled(), desk.settled())
            await asyncio.gather(newcomer.ready(), late_desk.ready())
            await hers.say("Taas yhteydessä")
            await asyncio.gather(*(bot.shows("Taas yhteydessä") for bot in (desk, newcomer, late_desk)))
            assert time.monotonic() - back < 10
            answer = await post_by_form("Lomakkeella")
            assert answer.status_code == 200
            await asyncio.gather(*(bot.shows("Lomakkeella") for bot in (hers, desk, newcomer, late_desk)))
            assert (hers.reconnects, desk.reconnects, newcomer.reconnects) == (0, 0, 0)
            for bot in (desk, newcomer, late_desk):
                assert bot.log["all"] == hers.log["all"]
            await newcomer.stop()
            await late_desk.stop()
            return {str(key): seq for bot in (hers, desk) for key, seq in bot.acked.items()}

    acked = asyncio.run(walk())
    with psycopg.connect(address) as line:
        stored: dict[str, int] = dict(
            line.execute("SELECT client_id::text, seq FROM chat_event WHERE client_id IS NOT NULL AND audience = 'all'").fetchall()
        )
    assert acked.items() <= stored.items()
    assert len(stored) == 40 + 6 + 1 + 1
    assert not Event.objects.filter(kind="message").exists(), "the test looked at another database"
    assert "ERROR chat." not in serve.log.read_text()
