"""Simulated residents against the real server, and somebody who answers them."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from accounts.actors import Staff
from accounts.models import User
from chat.choices import EventKind, State, Status
from chat.models import Conversation, Event
from chat.operations import claim_next, post_message
from config.demo.loading import load_demo
from config.demo.player import NotPlayableError, StartPage, require_local
from config.demo.reading import MattersFile, read, service_files
from tests.serve.portal import ROOT, Serve


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost:8000", "http://[::1]:9000/fi/"])
def test_a_portal_of_this_machine_is_played_into(url: str):
    assert require_local(url).count("/") == 2


@pytest.mark.parametrize(
    "url", ["https://chat.alue.fi", "http://10.0.0.5:8000", "http://localhost.evil.fi", "ftp://127.0.0.1", "127.0.0.1", ""]
)
def test_no_other_portal_is(url: str):
    with pytest.raises(NotPlayableError):
        require_local(url)
    with pytest.raises(CommandError):
        call_command("play_residents", url=url)


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"count": 21}, {"minutes": 0}, {"minutes": 121}, {"pace": 0}, {"service": "olematon"}]
)
def test_visitors_are_few_and_short(wrong: dict[str, object]):
    with pytest.raises(CommandError):
        call_command("play_residents", **wrong)


def test_never_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("play_residents")


def test_every_service_has_matters_with_topics_of_its_own():
    services = {each.key: each for each in service_files()}
    matters = read("matters", MattersFile).matters
    assert {matter.service for matter in matters} == set(services)
    for matter in matters:
        assert matter.topic in services[matter.service].topics
        assert len(matter.lines) >= 3 and all(line.strip() and len(line) < 400 for line in matter.lines)
    assert {"fi", "sv"} <= {matter.language for matter in matters if matter.service == "asiakasohjaus"}


def test_the_start_form_is_read_as_a_browser_reads_it():
    page = StartPage(
        '<form action="/kieli"><input type="hidden" name="next" value="/"></form>'
        '<form><input type="hidden" name="csrfmiddlewaretoken" value="a"><input type="hidden" name="token" value="b">'
        '<textarea name="body"></textarea>'
        '<select name="topic"><option value="">-</option><option value="raha">Raha</option></select></form>'
    )
    assert page.hidden == {"csrfmiddlewaretoken": "a", "token": "b"}
    assert page.choices == {"topic": {"", "raha"}}


@pytest.mark.serve
@pytest.mark.timeout(240)
async def test_a_visitor_starts_waits_talks_and_leaves(make_serve: Callable[..., Serve]):
    await asyncio.to_thread(load_demo, now=timezone.now(), contacts=0)
    serve = await asyncio.to_thread(make_serve, DEFAULT_COUNTY="esimerkki")
    command = [
        sys.executable,
        "manage.py",
        "play_residents",
        "--url",
        serve.url,
        "--count",
        "2",
        "--minutes",
        "2",
        "--pace",
        "0.05",
    ]
    with subprocess.Popen(command, cwd=ROOT, env=serve.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as player:
        try:
            assert await asyncio.to_thread(_answer_all, 2, player), "they leave when all is said, not when the time is up"
            output, _ = await asyncio.to_thread(player.communicate, None, 60)
        finally:
            player.kill()
    assert player.returncode == 0, output
    assert "All visitors have left." in output
    assert output.count("joins the line of asiakasohjaus") == 2
    assert "Maija, asiakasohjaaja" in output
    await asyncio.to_thread(_check_log)


def _answer_all(count: int, player: subprocess.Popen[str]) -> bool:
    """Whether all left by themselves. Maija takes each visitor and answers every line; what she writes goes through the same
    operations as the console's.
    """
    maija = Staff(User.objects.get(email="maija@esimerkki.invalid").pk)
    until = time.monotonic() + 100
    answered: dict[int, int] = {}
    while time.monotonic() < until and player.poll() is None:
        here = Conversation.objects.live()  # the demonstration has questions and call requests, too
        if here.filter(state=State.WAITING).exists():
            claim_next(by=maija, now=timezone.now())
        for row in here.filter(state=State.ACTIVE):
            said = Event.objects.filter(conversation=row, kind=EventKind.MESSAGE, participant__kind="resident").count()
            if said > answered.get(row.pk, 0):
                answered[row.pk] = said
                _reply(maija, row)
        if len(answered) == count and not here.exclude(state=State.ENDED).exists():
            return True
        time.sleep(0.2)
    return False


def _reply(maija: Staff, row: Conversation) -> None:
    """She may have left this very instant."""
    with contextlib.suppress(ValidationError):
        post_message(by=maija, conversation=row.public_id, client_id=uuid4(), body="Kiitos, selvitän asian.", now=timezone.now())


def _check_log() -> None:
    matters = [matter for matter in read("matters", MattersFile).matters if matter.service == "asiakasohjaus"]
    rows = list(Conversation.objects.live().order_by("queued_at"))
    assert len(rows) == 2
    for row in rows:
        assert row.state == State.ENDED and row.status == Status.ANSWERED and row.ended_by == "resident"
        said = Event.objects.filter(conversation=row, kind=EventKind.MESSAGE, participant__kind="resident").order_by("seq")
        own = next(matter for matter in matters if matter.lines[0] == said[0].body)
        assert [event.body for event in said] == own.lines
        assert (row.language, row.contactor) == (own.language, own.contactor)
        assert row.topic and row.topic.key == own.topic
        assert row.municipality_id is not None
