"""What the tables of rights share: the people, the states of a conversation, and how a cell is asked.

A state is made once; what each cell does is undone before the next one is asked. That nothing has changed is read from the
statements that were sent and, when any of them wrote, from the rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident
from accounts.models import User
from chat.models import (
    Appointment,
    Concern,
    ConcernStep,
    ConsoleSettings,
    ContactDetail,
    ContactTry,
    Conversation,
    Event,
    Feedback,
    IdentityRequest,
    KeptLetter,
    LaterContact,
    Leg,
    Participant,
    PracticeRun,
    Presence,
    Transfer,
)
from chat.operations import claim_conversation, end_conversation, messages, start_conversation
from handbook.models import ReplyProposal
from services.models import County, Disruption, Membership, Queue
from tests.conftest import acting

JSON = {"accept": "application/json"}

OWN, COLLEAGUE, SUPERVISOR, SECOND = "responder", "colleague", "supervisor", "second_responder"
AWAY_HERE, AWAY_HOME, FORMER, NOBODY = "outsider", "outsider at home", "former", "nobody"
RESIDENT, STRANGER = "resident", "stranger"
OTHERS = ("main_user", "coordinator", "manager", "path_author", "area_professional", "privacy_officer", "reader")
STAFF = (OWN, COLLEAGUE, SUPERVISOR, SECOND, AWAY_HERE, AWAY_HOME, *OTHERS, FORMER)
PEOPLE = (*STAFF, NOBODY, RESIDENT, STRANGER)


@dataclass(frozen=True)
class Scene:
    """One resident's conversation, what stands around it, and who is at the door."""

    row: Conversation
    client: Client
    user: User | None
    ids: Mapping[str, object] = field(default_factory=dict)


class Ids(dict[str, object]):
    """The ids of a request; what the scene alone knows it is asked for."""

    def __init__(self, scene: Mapping[str, object], **own: object) -> None:
        super().__init__(own)
        self.scene = scene

    def __missing__(self, name: str) -> object:
        return self.scene[name]


@dataclass(frozen=True)
class Try:
    """A request: an address, or a door of the conversation in the console; ids of the scene are named in braces."""

    method: str
    address: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, scene: Scene) -> Any:
        ids = Ids(scene.ids, conversation=scene.row.public_id, client_id=uuid4())
        path = self.address if self.address.startswith("/") else f"/fi/vastaaja/{scene.row.public_id}/{self.address}"
        path = path.format_map(ids)
        if self.method == "get":
            return scene.client.get(path, headers=JSON)
        fields = {name: value.format_map(ids) for name, value in self.fields.items()}
        return scene.client.post(path, {"client_id": str(ids["client_id"]), **fields}, headers=JSON)


def post(door: str, **fields: str) -> Try:
    """A form, sent by the page's script."""
    return Try("post", door, fields)


def get(door: str = "") -> Try:
    return Try("get", door)


@dataclass(frozen=True)
class Action:
    """One thing to try: in which state, how, and what each person is answered."""

    name: str
    state: str
    do: Try
    answers: Mapping[str, str]
    changes: bool = True
    """When it succeeds something is stored. Whoever is refused leaves everything as it was, always."""


def answers(own: str, colleague: str, supervisor: str, second: str, away_home: str, **more: str) -> dict[str, str]:
    """The row of the table; those without a console in this county are told the same at every door, but for the named."""
    return {
        OWN: own,
        COLLEAGUE: colleague,
        SUPERVISOR: supervisor,
        SECOND: second,
        AWAY_HOME: away_home,
        **dict.fromkeys((AWAY_HERE, FORMER, *OTHERS), "forbidden"),
        **dict.fromkeys((NOBODY, RESIDENT, STRANGER), "sign_in"),
        **more,
    }


EVERYONE = answers("ok", "ok", "ok", "ok", "ok")
NO_ONE = answers("none", "none", "none", "none", "none")
READERS = answers("ok", "ok", "ok", "none", "none")
OWNER_WRITES = answers("ok", "none", "none", "none", "none")


def owner(told: str) -> dict[str, str]:
    """Only who has it may try; others who see it are told so."""
    return answers(told, "not_yours", "not_yours", "none", "none")


def told(answer: Any) -> str:
    """The answer in the tables' words."""
    words = {401: "sign_in", 403: "forbidden", 404: "none", 200: "ok"}
    if answer.status_code in words:
        return words[answer.status_code]
    if answer.status_code == 302:
        return "sign_in" if "next=" in answer["Location"] else "ok"
    if answer.get("Content-Type", "").startswith("application/json"):
        return str(answer.json()["code"])
    return str(answer.status_code)


KEPT: Sequence[tuple[type[Model], tuple[str, ...]]] = (
    (Conversation, ()),
    (Concern, ()),
    (ConcernStep, ()),
    (Leg, ()),
    (Transfer, ()),
    (ContactDetail, ()),
    (KeptLetter, ()),
    (LaterContact, ()),
    (ContactTry, ()),
    (Appointment, ()),
    (IdentityRequest, ()),
    (Participant, ()),
    (Presence, ("seen_at",)),
    (ConsoleSettings, ()),
    (PracticeRun, ()),
    (Feedback, ()),
    (Disruption, ()),
    (Membership, ()),
    (ReplyProposal, ()),
)
"""Everything that an action could change, but for signs of life."""


def facts() -> tuple[object, ...]:
    """How everything stands."""
    rows = []
    for model, without in KEPT:
        fields = [each.attname for each in model._meta.concrete_fields if each.attname not in without]
        rows.append(list(model._default_manager.order_by("pk").values_list(*fields)))
    return list(Event.objects.order_by("pk").values_list("pk", "body")), rows


WRITES = re.compile(r"\b(insert into|update|delete from)\s+\W?(chat|handbook|services)_", re.IGNORECASE)


class Written:
    """Whether a statement wrote into the chat's, the handbook's or the directory's rows."""

    def __init__(self) -> None:
        self.any = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.any = self.any or WRITES.search(sql) is not None
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside is undone after it, also what the process remembers of it."""
    cache.clear()
    messages.forget()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    messages.forget()


@dataclass
class World:
    """The places and people of the tables, and a browser for each person."""

    county: County
    queue: Queue
    second_queue: Queue
    other_queue: Queue
    resident: Resident
    people: Mapping[str, User]
    clients: Mapping[str, Client]

    def start(self, state: str = "waiting", queue: Queue | None = None) -> Conversation:
        """A conversation that waits, or that the responder has, or has ended."""
        now = timezone.now()
        service = (queue or self.queue).service
        row = start_conversation(by=self.resident, service=service, token=uuid4(), now=now, body="Äitini unohtelee.")
        if state != "waiting":
            claim_conversation(by=acting(self.people[OWN]), conversation=row.public_id, now=now)
        if state == "ended":
            end_conversation(by=acting(self.people[OWN]), conversation=row.public_id, outcome="R2", topic="neuvonta", now=now)
        row.refresh_from_db()
        return row

    def at(self, name: str, row: Conversation, ids: Mapping[str, object] | None = None) -> Scene:
        return Scene(row, self.clients[name], self.people.get(name), ids or {})


State = Callable[[World], tuple[Conversation, Mapping[str, object]]]


def plain(state: str) -> State:
    return lambda world: (world.start(state), {})


def wrong_cells(
    world: World, state: State, actions: Iterable[Action], people: Sequence[str] = PEOPLE
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Every cell of one state that answers otherwise than the table says, or changes what it may not."""
    wrong: dict[tuple[str, str], tuple[str, ...]] = {}
    row, ids = state(world)
    stood = facts()
    for action in actions:
        for name in people:
            with undone():
                written = Written()
                with connection.execute_wrapper(written):
                    answer = told(action.do(world.at(name, row, ids)))
                has_changed = written.any and facts() != stood
            should_change = answer == "ok" and (action.changes or has_changed)
            if answer != action.answers[name] or has_changed != should_change:
                wrong[action.name, name] = (answer, "changed" if has_changed else "as it was", "wanted", action.answers[name])
    return wrong


def readable(wrong: Mapping[tuple[str, str], tuple[str, ...]]) -> str:
    """The wrong cells by row, for the one who mends them."""
    by_row: dict[str, list[str]] = defaultdict(list)
    for (action, name), cell in wrong.items():
        by_row[action].append(f"{name}: {' '.join(cell)}")
    return "\n".join(f"{action}\n    " + "\n    ".join(cells) for action, cells in by_row.items())


class Recorder:
    """A browser that only notes where it was sent."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def get(self, path: str, **more: object) -> None:
        self.paths.append(path)

    def post(self, path: str, data: object, **more: object) -> None:
        self.paths.append(path)


class AnyId(dict[str, UUID]):
    """Some id for every name."""

    def __missing__(self, name: str) -> UUID:
        return uuid4()
