"""Who may do what at the console's doors: one table of people × actions, each cell the exact answer.

A new action is one row of ACTIONS, a new kind of person one entry of PEOPLE. What each cell of the HTTP table says:

    ok          done, or shown
    none        404: as if there were no such conversation
    a code      the refusal's code (409 or 400), and nothing has changed
    forbidden   403: signed in, but no console for her in this county
    sign_in     401: not signed in

The doors are asked in JSON, as the page's own script does. The columns are the conversation's owner (`own`), a colleague of the
same group, a supervisor, a responder of another service, one of another county at this county's address and at her own, the
county's other roles, somebody whose right has ended, nobody at all, and residents. The other doors are in test_rights_doors.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from accounts.actors import Resident, Staff
from accounts.models import User
from chat.choices import AudienceChoice, EventKind
from chat.consumers import EventsPoll
from chat.models import Conversation, Event
from chat.operations import open_conversation, post_message
from chat.operations.messages import PostMessage, Rejected, post_messages
from chat.views.console_parts import CONVERSATION_PARTS, DESK_PARTS
from tests.chat.rights import (
    AWAY_HERE,
    AWAY_HOME,
    COLLEAGUE,
    EVERYONE,
    FORMER,
    NO_ONE,
    OTHERS,
    OWN,
    OWNER_WRITES,
    PEOPLE,
    READERS,
    SECOND,
    STAFF,
    SUPERVISOR,
    Action,
    Scene,
    World,
    answers,
    facts,
    get,
    owner,
    plain,
    post,
    readable,
    undone,
    wrong_cells,
)
from tests.conftest import acting

pytestmark = pytest.mark.timeout(900)  # many cells in one test, on a busy machine

ENDING = {"outcome": "R1", "topic": "neuvonta"}
ACTIONS = [
    # The lists and the desk: everyone with a console, whatever she may do there.
    Action("console", "waiting", get("/fi/vastaaja/"), EVERYONE, False),
    *(
        Action(
            f"desk part {part}",
            "waiting",
            get(f"/fi/vastaaja/osa/{part}/"),
            EVERYONE,
            False,
        )
        for part in DESK_PARTS
    ),
    # Taking.
    Action("take, waiting", "waiting", post("ota/"), READERS),
    Action("take, taken", "active", post("ota/"), answers("ok", "taken", "taken", "none", "none"), False),
    Action("take, ended", "ended", post("ota/"), answers("ended", "ended", "ended", "none", "none")),
    Action(
        "take the next",
        "waiting",
        post("/fi/vastaaja/seuraava/"),
        answers("ok", "ok", "ok", "nobody_waiting", "nobody_waiting"),
    ),
    # Reading.
    Action("read, waiting", "waiting", get(), READERS, False),
    Action("read, active", "active", get(), READERS, False),
    Action("read, ended", "ended", get(), READERS, False),
    *(Action(f"part {part}", "active", get(f"osa/{part}/"), READERS, False) for part in CONVERSATION_PARTS),
    # Writing: who has it, while it lasts. A note is of whoever has taken part, also afterwards.
    Action("write, waiting", "waiting", post("viesti/", body="Hei", audience="all"), NO_ONE),
    Action("write, active", "active", post("viesti/", body="Hei", audience="all"), OWNER_WRITES),
    Action("write, ended", "ended", post("viesti/", body="Hei", audience="all"), answers("ended", "none", "none", "none", "none")),
    Action("note, waiting", "waiting", post("viesti/", body="Ohi", audience="staff"), NO_ONE),
    Action("note, active", "active", post("viesti/", body="Ohi", audience="staff"), OWNER_WRITES),
    Action("note, ended", "ended", post("viesti/", body="Ohi", audience="staff"), OWNER_WRITES),
    Action(
        "write to nobody",
        "active",
        post("viesti/", body="Hei", audience="x"),
        answers("invalid", "invalid", "invalid", "invalid", "invalid"),
    ),
    # Ending and saying what came of it.
    Action("end, waiting", "waiting", post("lopeta/", **ENDING), owner("not_yours")),
    Action("end, active", "active", post("lopeta/", **ENDING), owner("ok")),
    Action(
        "end without an outcome", "active", post("lopeta/"), answers("outcome_missing", "not_yours", "not_yours", "none", "none")
    ),
    Action(
        "end without a topic",
        "active",
        post("lopeta/", outcome="R1"),
        owner("topic_missing"),
    ),
    Action("code, active", "active", post("luokittele/", **ENDING), owner("invalid")),
    Action("code, ended", "ended", post("luokittele/", **ENDING), owner("ok")),
]


@pytest.fixture
def bring(world: World) -> Callable[[str, str], Scene]:
    """A conversation in its state, and the person at the door."""
    return lambda name, state: world.at(name, world.start(state))


Bring = Callable[[str, str], Scene]


@pytest.mark.parametrize("state", ["waiting", "active", "ended"])
def test_the_doors(state: str, world: World) -> None:
    """All rows of one state in one test: people, places and the conversation are made once. Every wrong cell is told."""
    wrong = wrong_cells(world, plain(state), [each for each in ACTIONS if each.state == state])
    assert not wrong, readable(wrong)


def test_every_cell_is_filled() -> None:
    for action in ACTIONS:
        assert set(action.answers) == set(PEOPLE), action.name
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)


# --- what the socket and the long poll ask: opening (with the notes of the staff or not at all) and posting by the office ---


@dataclass(frozen=True)
class SocketAction:
    """What a frame of the console's socket asks of the rules below it."""

    name: str
    state: str
    do: Callable[[Conversation, Staff], str]
    answers: Mapping[str, str] = field(default_factory=dict)


def opens(row: Conversation, by: Staff) -> str:
    """`open` and `hello`: all of the log, notes too, or as if there were none."""
    try:
        opened = open_conversation(by=by, conversation=row.public_id, now=timezone.now(), source="socket", whole=False)
    except Conversation.DoesNotExist:
        return "none"
    return "with notes" if opened.staff else "without notes"


def posts(audience: AudienceChoice) -> Callable[[Conversation, Staff], str]:
    """`post`, by the office."""

    def do(row: Conversation, by: Staff) -> str:
        command = PostMessage(by, row.public_id, uuid4(), "Hei", audience)
        result = post_messages(commands=[command], now=timezone.now(), wait=False)[0]
        return "none" if isinstance(result, Rejected) and result.code == "not_found" else getattr(result, "code", "ok")

    return do


def socket_answers(own: str, colleague: str, supervisor: str) -> dict[str, str]:
    """Everyone else: as if there were none, at whatever address."""
    rest = dict.fromkeys((SECOND, AWAY_HERE, *OTHERS, FORMER), "none")
    return {OWN: own, COLLEAGUE: colleague, SUPERVISOR: supervisor, **rest}


SOCKET_ACTIONS = [
    *(
        SocketAction(f"open, {state}", state, opens, socket_answers("with notes", "with notes", "with notes"))
        for state in ("waiting", "active", "ended")
    ),
    SocketAction("post, waiting", "waiting", posts(AudienceChoice.ALL), socket_answers("none", "none", "none")),
    SocketAction("post, active", "active", posts(AudienceChoice.ALL), socket_answers("ok", "none", "none")),
    SocketAction("post, ended", "ended", posts(AudienceChoice.ALL), socket_answers("ended", "none", "none")),
    SocketAction("note, active", "active", posts(AudienceChoice.STAFF), socket_answers("ok", "none", "none")),
    SocketAction("note, ended", "ended", posts(AudienceChoice.STAFF), socket_answers("ok", "none", "none")),
]


def test_the_socket(world: World) -> None:
    wrong = {}
    for state in ("waiting", "active", "ended"):
        with undone():
            row = world.start(state)
            stood = facts()
            for action in (each for each in SOCKET_ACTIONS if each.state == state):
                for name in (name for name in STAFF if name != AWAY_HOME):
                    with undone():
                        answer = action.do(row, acting(world.people[name]))
                        if answer != action.answers[name] or (facts() != stood) != (answer == "ok"):
                            wrong[action.name, name] = (answer, "wanted", action.answers[name])
    assert not wrong, readable(wrong)


# --- the residents' side of the socket: her own, never the notes, and nobody else's ---


@pytest.mark.parametrize("state", ["waiting", "active", "ended"])
def test_a_resident_opens_her_own_without_notes_and_no_other(
    state: str, bring: Bring, resident: Resident, stranger: Resident, responder: User
) -> None:
    row = bring(OWN, state).row
    mine = open_conversation(by=resident, conversation=row.public_id, now=timezone.now(), source="socket", whole=False)
    assert mine.staff is False
    with pytest.raises(Conversation.DoesNotExist):
        open_conversation(by=stranger, conversation=row.public_id, now=timezone.now(), source="socket", whole=False)
    for by, audience, code in (
        (resident, "staff", "not_found"),
        (stranger, "all", "not_found"),
        (stranger, "staff", "not_found"),
        (resident, "all", "ended" if state == "ended" else ""),
    ):
        result = post_messages(commands=[PostMessage(by, row.public_id, uuid4(), "Hei", audience)], now=timezone.now())[0]
        assert getattr(result, "code", "") == code
    assert not Event.objects.filter(conversation=row, audience=AudienceChoice.STAFF, kind=EventKind.MESSAGE).exists()


def test_the_long_poll_of_a_process_that_serves_no_sockets_is_busy() -> None:
    """The poll's own table is asked of the real server (tests/serve/test_doors.py); here, that it never answers by itself."""
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "headers": [],
            "query_string": b"",
            "url_route": {"kwargs": {"conversation": uuid4()}},
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await EventsPoll()(scope, receive, send)

    async_to_sync(ask)()
    assert sent[0]["status"] == 503


def test_a_message_of_the_right_person_is_stored(bring: Bring, responder: User) -> None:
    """The table's `ok` is worth something: the words are there, for everyone or for the staff."""
    scene = bring(OWN, "active")
    post("viesti/", body="Kaikille", audience="all")(scene)
    post("viesti/", body="Vain meille", audience="staff")(scene)
    post_message(by=acting(responder), conversation=scene.row.public_id, client_id=uuid4(), body="Ja näin", now=timezone.now())
    stored = Event.objects.filter(conversation=scene.row, kind=EventKind.MESSAGE).order_by("pk").values_list("audience", "body")
    assert list(stored)[1:] == [("all", "Kaikille"), ("staff", "Vain meille"), ("all", "Ja näin")]
