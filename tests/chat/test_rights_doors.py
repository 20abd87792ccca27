"""Who may do what at every other door of the console, and at a resident's: the second table of people × actions.

The words of the cells and the people are those of test_rights_table.py. A new door without a row here or there fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern, resolve
from django.utils import timezone

from accounts.actors import Resident
from accounts.choices import Role
from chat.choices import AudienceChoice, IdentificationState
from chat.models import Conversation, Event, IdentityRequest
from chat.operations import (
    accept_transfer,
    agree_call_back,
    answer_transfer,
    claim_conversation,
    flag_conversation,
    join_as_colleague,
    leave_conversation,
    offer_transfer,
    request_identification,
    start_disruption,
    start_practice,
)
from chat.scripts import scripts
from chat.urls import urlpatterns
from chat.views.resident_parts import PARTS
from services.choices import Identification, OverrideKind
from services.models import Membership, Override, Schedule
from tests.chat.rights import (
    COLLEAGUE,
    EVERYONE,
    NO_ONE,
    OTHERS,
    OWN,
    OWNER_WRITES,
    PEOPLE,
    READERS,
    RESIDENT,
    SECOND,
    STAFF,
    SUPERVISOR,
    Action,
    AnyId,
    Recorder,
    Scene,
    State,
    Try,
    World,
    answers,
    get,
    owner,
    post,
    readable,
    undone,
    wrong_cells,
)
from tests.chat.rights_concern import CONCERN_ACTIONS, CONCERN_STATES
from tests.chat.rights_help import HELP_ACTIONS, HELP_STATES
from tests.chat.rights_mail import MAIL_STATES, dismissed, taken_in
from tests.chat.test_rights_table import ACTIONS as FIRST_ACTIONS
from tests.chat.test_rights_table import opens, posts
from tests.conftest import acting, make_grant, make_person, make_queue, make_service

pytestmark = pytest.mark.timeout(900)  # many cells in one test, on a busy machine

Made = tuple[Conversation, Mapping[str, object]]


# --- the states ---


def around(world: World, row: Conversation, **more: object) -> Made:
    """The conversation with the ids of what stands around it."""
    message = Event.objects.filter(conversation=row, kind="message").order_by("pk").first()
    return row, {
        "queue": world.queue.public_id,
        "second_queue": world.second_queue.public_id,
        "other_queue": world.other_queue.public_id,
        "service": world.queue.service.public_id,
        "responder": world.people[OWN].public_id,
        "colleague": world.people[COLLEAGUE].public_id,
        "second": world.people[SECOND].public_id,
        "seq": message.seq if message else 0,
        **more,
    }


def simple(state: str) -> State:
    """Waiting, active or ended; it may be transferred to its own queue and to the second service."""

    def make(world: World) -> Made:
        world.queue.transfer_targets.add(world.second_queue)
        return around(world, world.start(state))

    return make


def desk(world: World) -> Made:
    """Two more responders: one who may come into the queue, and one who is there for a time."""
    free, guest = make_person("vapaa"), make_person("vieras")
    for one in (free, guest):
        make_grant(one, Role.RESPONDER, county=world.county, service=world.queue.service)
    until = timezone.now() + timedelta(hours=3)
    Membership.objects.create(group=world.queue.groups.get(), user=guest, valid_until=until)
    return around(world, world.start("active"), free=free.public_id, guest=guest.public_id)


def offered(to: str = "queue", person: str = "", *, accepted: bool = False, asked: bool = False) -> State:
    """Offered to its own queue, to the second service, or to a person; perhaps only asked of the resident, or taken already."""

    def make(world: World) -> Made:
        row, ids = simple("active")(world)
        now = timezone.now()
        target = world.second_queue if to == "second" else world.queue
        made = offer_transfer(
            by=acting(world.people[OWN]),
            conversation=row.public_id,
            queue=target.public_id,
            person=world.people[person].public_id if person else None,
            reason="expertise",
            token=uuid4(),
            now=now,
        )
        if to == "second" and not asked:
            answer_transfer(by=world.resident, conversation=row.public_id, transfer=made.public_id, consent=True, now=now)
        if accepted:
            accept_transfer(by=acting(world.people[SECOND]), transfer=made.public_id, now=now)
        row.refresh_from_db()
        return row, {**ids, "transfer": made.public_id}

    return make


def target_closed(world: World) -> Made:
    """The second service is closed until tomorrow."""
    now = timezone.now()
    Override.objects.create(
        county=world.county,
        queue=world.second_queue,
        kind=OverrideKind.CLOSE,
        reason_fi="Koulutus",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=12),
    )
    return simple("active")(world)


def number_asked(world: World) -> Made:
    """The resident is asked for a number, at which the people of the second service call her."""
    row, ids = simple("active")(world)
    agree_call_back(
        by=acting(world.people[OWN]),
        conversation=row.public_id,
        queue=world.second_queue.public_id,
        reason="expertise",
        now=timezone.now(),
    )
    return row, ids


def identification(state: str = "") -> State:
    """A service that identifies midway; the resident has been asked, or has proved who she is."""

    def make(world: World) -> Made:
        world.queue.service.identification = Identification.MIDWAY
        world.queue.service.save()
        row, ids = simple("active")(world)
        now = timezone.now()
        if state:
            request_identification(by=acting(world.people[OWN]), conversation=row.public_id, purpose="own_matter", now=now)
        if state == "verified":
            IdentityRequest.objects.filter(conversation=row).update(
                state=IdentificationState.VERIFIED, person="a" * 64, name="Testilä Tessa", ended_at=now, due_at=None
            )
        return row, ids

    return make


def flagged(world: World) -> Made:
    row, ids = simple("active")(world)
    flag_conversation(by=acting(world.people[OWN]), conversation=row.public_id, flag="abusive", now=timezone.now())
    return row, ids


def whispering(world: World) -> Made:
    row, ids = simple("active")(world)
    join_as_colleague(by=acting(world.people[COLLEAGUE]), conversation=row.public_id, now=timezone.now())
    return row, ids


def disrupted(reach: str) -> State:
    """A notice of the service, or of the whole county, is in force."""

    def make(world: World) -> Made:
        row, ids = simple("waiting")(world)
        notice = start_disruption(
            by=acting(world.people["main_user"]),
            county=world.county,
            service=world.queue.service if reach == "service" else None,
            text={"fi": "Häiriö.", "sv": "Störning."},
            now=timezone.now(),
        )
        return row, {**ids, "disruption": notice.public_id}

    return make


def practice(state: str) -> State:
    """A training service that the responder and her colleague answer; the responder practises there, or has done so."""

    def make(world: World) -> Made:
        service = make_service(world.county, "harjoittelu", "Harjoittelu", "Övning", "Practice")
        service.is_test = True
        service.save()
        closed = Schedule.objects.create(county=world.county, key="kiinni", name="Kiinni")
        make_queue(service, closed, world.queue.groups.get())
        for name in (OWN, COLLEAGUE):
            make_grant(world.people[name], Role.RESPONDER, county=world.county, service=service)
        script = next(iter(scripts()))
        ids: dict[str, object] = {"script": script}
        if not state:
            return around(world, world.start(), **ids)
        me, now = acting(world.people[OWN]), timezone.now()
        row = start_practice(by=me, county=world.county, script=script, now=now).conversation
        if state == "done":
            claim_conversation(by=me, conversation=row.public_id, now=now)
            leave_conversation(by=Resident(row.resident_key), conversation=row.public_id, now=now)
        row.refresh_from_db()
        return around(world, row, **ids)

    return make


STATES: Mapping[str, State] = {
    "waiting": simple("waiting"),
    "active": simple("active"),
    "ended": simple("ended"),
    "desk": desk,
    "offered": offered(),
    "offered to the colleague": offered(person=COLLEAGUE),
    "offered to the second service": offered("second"),
    "asked": offered("second", asked=True),
    "moved": offered("second", accepted=True),
    "target closed": target_closed,
    "number asked": number_asked,
    "identifies": identification(),
    "identity asked": identification("asked"),
    "identified": identification("verified"),
    "flagged": flagged,
    **CONCERN_STATES,
    **HELP_STATES,
    **MAIL_STATES,
    "whispering": whispering,
    "service disrupted": disrupted("service"),
    "county disrupted": disrupted("county"),
    "training": practice(""),
    "practising": practice("running"),
    "practised": practice("done"),
}


# --- the console's doors ---

SUPERVISES = answers("forbidden", "forbidden", "ok", "forbidden", "ok")
"""Her own board, whatever county it is of."""
SUPERVISES_IT = answers("forbidden", "forbidden", "ok", "forbidden", "forbidden")
NOT_EVEN_SHE = answers("forbidden", "forbidden", "forbidden", "forbidden", "forbidden")
NOTICES = answers("forbidden", "forbidden", "ok", "forbidden", "ok", main_user="ok")
NOTICE_OF_IT = answers("forbidden", "forbidden", "ok", "forbidden", "none", main_user="ok")
NOTICE_OF_COUNTY = answers("forbidden", "forbidden", "none", "forbidden", "none", main_user="ok")
SENDERS = answers("ok", "not_yours", "ok", "none", "none")
CONSOLE = "/fi/vastaaja/"
BOARD = f"{CONSOLE}tilanne/"
NOTICE = f"{CONSOLE}hairio/"
WORDS = {"text_fi": "Häiriö.", "text_sv": "Störning.", "step": "start", "token": "{client_id}"}
SERVICE_SCOPE, COUNTY_SCOPE = "service:{service}", "county"


def senders(own: str, supervisor: str) -> dict[str, str]:
    """The conversation's responder and the supervisors of its service may try."""
    return answers(own, "not_yours", supervisor, "none", "none")


def both(name: str, states: tuple[str, str, str], do: Try, row: tuple[dict[str, str], ...], changes: bool = True) -> list[Action]:
    """One door in three states."""
    return [Action(f"{name}, {state}", state, do, cells, changes) for state, cells in zip(states, row, strict=True)]


ABROAD = {"closed": "{other_queue}", "reason": "expertise"}
FORBIDDEN_TARGET = senders("transfer_forbidden", "transfer_forbidden")
LIFE = ("waiting", "active", "ended")
ACTIONS = [
    # Her own desk: presence, settings, figures.
    Action("presence: break", "active", post(f"{CONSOLE}lasnaolo/", kind="break", back="15"), EVERYONE),
    Action("presence: nothing of the kind", "active", post(f"{CONSOLE}lasnaolo/", kind="x"), answers(*["invalid"] * 5)),
    Action(
        "presence: stay",
        "active",
        post(f"{CONSOLE}lasnaolo/jatka/"),
        answers("ok", "invalid", "invalid", "invalid", "invalid"),
    ),
    Action("settings", "waiting", get(f"{CONSOLE}asetukset/"), EVERYONE, False),
    Action("settings: save", "waiting", post(f"{CONSOLE}asetukset/", sound="0"), EVERYONE),
    Action("settings: reset", "waiting", post(f"{CONSOLE}asetukset/", reset="1"), EVERYONE),
    Action("own figures", "active", get(f"{CONSOLE}omat-luvut/"), EVERYONE, False),
    # The board.
    Action("board", "active", get(BOARD), SUPERVISES, False),
    Action("board: now", "active", get(f"{BOARD}osa/"), SUPERVISES, False),
    Action("board: letters kept apart", "active", get(f"{BOARD}kirjeet/"), SUPERVISES, False),
    Action("board: a letter kept apart is taken in", "kept", post(f"{BOARD}kirjeet/", **taken_in), SUPERVISES_IT),
    Action("board: a letter kept apart is dismissed", "kept", post(f"{BOARD}kirjeet/", **dismissed), SUPERVISES_IT),
    Action("board: a responder's day", "desk", get(f"{BOARD}paiva/{{responder}}/"), SUPERVISES_IT, False),
    Action("board: a responder's day, other service", "desk", get(f"{BOARD}paiva/{{second}}/"), NOT_EVEN_SHE, False),
    Action("board: presence", "desk", post(f"{BOARD}lasnaolo/", kind="break", person="{responder}"), SUPERVISES_IT),
    Action("board: presence, other service", "desk", post(f"{BOARD}lasnaolo/", kind="break", person="{second}"), NOT_EVEN_SHE),
    Action("board: add", "desk", post(f"{BOARD}jono/{{queue}}/lisaa/", person="{free}", until="2"), SUPERVISES_IT),
    Action(
        "board: add, other service", "desk", post(f"{BOARD}jono/{{second_queue}}/lisaa/", until="2", person="{free}"), NOT_EVEN_SHE
    ),
    Action(
        "board: add one without a right",
        "desk",
        post(f"{BOARD}jono/{{queue}}/lisaa/", person="{second}", until="2"),
        answers("forbidden", "forbidden", "invalid", "forbidden", "forbidden"),
    ),
    Action("board: remove", "desk", post(f"{BOARD}jono/{{queue}}/poista/", person="{guest}"), SUPERVISES_IT),
    Action("board: remove, other service", "desk", post(f"{BOARD}jono/{{second_queue}}/poista/", person="{second}"), NOT_EVEN_SHE),
    Action(
        "board: remove one who stays",
        "desk",
        post(f"{BOARD}jono/{{queue}}/poista/", person="{colleague}"),
        answers("forbidden", "forbidden", "invalid", "forbidden", "forbidden"),
    ),
    *both(
        "take over",
        LIFE,
        post("ota-hoitaakseen/"),
        tuple(answers("forbidden", "forbidden", code, "forbidden", "none") for code in ("invalid", "ok", "ended")),
    ),
    Action("take over, moved", "moved", post("ota-hoitaakseen/"), answers("forbidden", "forbidden", "none", "forbidden", "none")),
    # Disruptions.
    Action("disruptions", "waiting", get(NOTICE), NOTICES, False),
    Action(
        "disruption: start",
        "waiting",
        post(NOTICE, scope=SERVICE_SCOPE, **WORDS),
        answers("forbidden", "forbidden", "ok", "forbidden", "422", main_user="ok"),
    ),
    Action(
        "disruption: start, county",
        "waiting",
        post(NOTICE, scope=COUNTY_SCOPE, **WORDS),
        answers("forbidden", "forbidden", "422", "forbidden", "ok", main_user="ok"),
    ),
    *(
        Action(f"disruption: {name}, {reach}", f"{reach} disrupted", do, cells, changes)
        for reach, cells in (("service", NOTICE_OF_IT), ("county", NOTICE_OF_COUNTY))
        for name, do, changes in (
            ("report", get(f"{NOTICE}{{disruption}}/"), False),
            ("table", get(f"{NOTICE}{{disruption}}/raportti.csv"), False),
            ("form", get(f"{NOTICE}{{disruption}}/muuta/"), False),
            ("change", post(f"{NOTICE}{{disruption}}/muuta/", text_fi="Uusi.", text_sv="Ny.", version="1"), True),
            ("end", post(f"{NOTICE}{{disruption}}/lopeta/", sure="1"), True),
        )
    ),
    # Practice.
    Action("practice", "training", get(f"{CONSOLE}harjoittelu/"), answers("ok", "ok", "ok", "ok", "ok", main_user="ok"), False),
    Action(
        "practice: start",
        "training",
        post(f"{CONSOLE}harjoittelu/", script="{script}"),
        answers("ok", "ok", "forbidden", "forbidden", "forbidden"),
    ),
    Action("practice: done by whom", "practised", get(f"{CONSOLE}harjoittelu/tehdyt/"), SUPERVISES, False),
    Action("practice: take another's", "practising", post("ota/"), answers("ok", "reserved", "none", "none", "none")),
    Action("practice: own", "practised", get(f"{CONSOLE}harjoittelu/{{conversation}}/"), OWNER_WRITES, False),
    Action("practice: look at it", "practised", post(f"{CONSOLE}harjoittelu/{{conversation}}/"), OWNER_WRITES),
    # Identification.
    *both(
        "ask identity",
        ("waiting", "identifies", "ended"),
        post("tunnistus/", purpose="own_matter"),
        (owner("not_yours"), owner("ok"), owner("ended")),
    ),
    Action("recall identity", "identity asked", post("tunnistus/peru/"), owner("ok")),
    Action("show name", "identified", post("tunnistus/nimi/", reason="supervision"), READERS, False),
    Action(
        "show name without a reason",
        "identified",
        post("tunnistus/nimi/"),
        answers("reason_missing", "reason_missing", "reason_missing", "none", "none"),
    ),
    # Flags, advice, whispers, the client record, hiding.
    *both("flag", LIFE, post("merkinta/", act="set", flag="dangerous"), (READERS, READERS, READERS)),
    Action("withdraw flag", "flagged", post("merkinta/", act="withdraw"), owner("ok")),
    *CONCERN_ACTIONS,
    *HELP_ACTIONS,
    Action("handle flag", "flagged", post("merkinta/", act="handle"), answers("forbidden", "forbidden", "ok", "none", "none")),
    *both(
        "ask for advice",
        LIFE,
        post("neuvo/", wanted="1"),
        (owner("not_yours"), owner("ok"), answers("ended", "ended", "ended", "none", "none")),
    ),
    *both(
        "whisper",
        LIFE,
        post("kuiskaa/"),
        (
            answers("invalid", "invalid", "invalid", "none", "none"),
            READERS,
            answers("ok", "ended", "ended", "none", "none"),
        ),
        False,
    ),
    Action(
        "whispering: a note",
        "whispering",
        post("viesti/", body="Ikä?", audience="staff"),
        answers("ok", "ok", "none", "none", "none"),
    ),
    Action(
        "whispering: to the resident",
        "whispering",
        post("viesti/", body="Hei", audience="all"),
        answers("ok", "not_yours", "none", "none", "none"),
    ),
    Action("whispering: end", "whispering", post("lopeta/", outcome="R1", topic="neuvonta"), owner("ok")),
    *both("record", LIFE, post("kirjaus/", whole="1"), (READERS, READERS, READERS), False),
    *both(
        "hide",
        LIFE,
        post("peita/", audience="all", seq="{seq}", how="whole"),
        (senders("not_yours", "ok"), senders("ok", "ok"), senders("ok", "ok")),
    ),
    *both("quick replies", LIFE, get("pikavastaukset/"), (READERS, READERS, READERS), False),
    Action("quick replies: used", "active", post(f"{CONSOLE}pikavastaukset/kaytetyt/", reply="{conversation}"), EVERYONE, False),
    *both("directory", LIFE, get("hakemisto/"), (READERS, READERS, READERS), False),
    *both("directory, searched", LIFE, get("hakemisto/?q=neuvonta&osa=1"), (READERS, READERS, READERS), False),
    Action("directory, a chapter that is none", "active", get("hakemisto/?luku=x&osa=1"), NO_ONE, False),
    Action("handbook and directory of the desk", "active", get(f"{CONSOLE}hakemisto/?osa=1"), EVERYONE, False),
    *both(
        "send a card",
        LIFE,
        post("hakemisto/laheta/", kind="service", entry="{service}"),
        (senders("not_yours", "not_yours"), senders("ok", "not_yours"), senders("ended", "not_yours")),
    ),
    Action(
        "send what is not there",
        "active",
        post("hakemisto/laheta/", kind="point", entry="{service}"),
        senders("entry_gone", "not_yours"),
    ),
    Action("propose a reply", "active", post("ehdota/", title="Nimi", text="Sanat"), READERS),
    Action("propose nothing", "active", post("ehdota/"), answers("invalid", "invalid", "invalid", "none", "none")),
    *both(
        "ask whether to hide",
        LIFE,
        get("peita/?audience=all&seq={seq}"),
        (
            answers("none", "none", "ok", "none", "none"),
            answers("ok", "none", "ok", "none", "none"),
            answers("ok", "none", "ok", "none", "none"),
        ),
        False,
    ),
    # Transfers.
    *both(
        "transfer",
        LIFE,
        post("siirto/", to="{second_queue}", reason="expertise", token="{client_id}"),
        (senders("not_yours", "ok"), SENDERS, senders("not_yours", "ended")),
    ),
    *(
        Action(f"transfer to {place}", "active", post("siirto/", to=f"{{{to}}}", reason="expertise", token="{client_id}"), cells)
        for place, to, cells in (
            ("its own queue", "queue", SENDERS),
            ("the colleague", "queue}:{colleague", SENDERS),
            ("one of another queue", "queue}:{second", FORBIDDEN_TARGET),
            ("another county", "other_queue", FORBIDDEN_TARGET),
        )
    ),
    Action("withdraw, none", "active", post("siirto/peru/"), senders("transfer_over", "transfer_over")),
    *(
        Action(f"withdraw, {state}", state, post("siirto/peru/"), SENDERS)
        for state in ("offered", "offered to the colleague", "offered to the second service", "asked")
    ),
    *(
        Action(f"{name} the offer, {state}", state, post(f"{CONSOLE}tarjous/{{transfer}}/{door}/"), cells, state != "moved")
        for name, door, rows in (
            (
                "take",
                "ota",
                (
                    answers("invalid", "ok", "ok", "none", "none"),
                    answers("reserved", "ok", "reserved", "none", "none"),
                    answers("none", "none", "none", "ok", "none"),
                    NO_ONE,
                    answers("none", "none", "none", "ok", "none"),
                ),
            ),
            (
                "decline",
                "palauta",
                (
                    answers("forbidden", "forbidden", "forbidden", "none", "none"),
                    answers("reserved", "ok", "reserved", "none", "none"),
                    answers("none", "none", "none", "forbidden", "none"),
                    NO_ONE,
                    answers("none", "none", "none", "forbidden", "none"),
                ),
            ),
        )
        for state, cells in zip(
            ("offered", "offered to the colleague", "offered to the second service", "asked", "moved"), rows, strict=True
        )
    ),
    Action(
        "call back",
        "target closed",
        post("siirto/takaisinsoitto/", closed="{second_queue}", reason="expertise", value="040 000 0000"),
        SENDERS,
    ),
    Action("keep a place", "target closed", post("siirto/paikka/", closed="{second_queue}", reason="expertise"), SENDERS),
    Action(
        "contact details",
        "target closed",
        post("siirto/yhteystiedot/", closed="{second_queue}", reason="expertise", token="{client_id}"),
        owner("ok"),
    ),
    *(
        Action(
            f"{name}, another county",
            "target closed",
            post(door, token="{client_id}", **ABROAD),
            FORBIDDEN_TARGET,
        )
        for name, door in (
            ("call back", "siirto/takaisinsoitto/"),
            ("keep a place", "siirto/paikka/"),
            ("contact details", "siirto/yhteystiedot/"),
        )
    ),
    # Once it has moved to another service, the first one's people know nothing of it any more.
    *(
        Action(f"moved: {name}", "moved", do, answers("none", "none", "none", told, "none"), changes)
        for name, do, told, changes in (
            ("read", get(), "ok", False),
            ("part", get("osa/record/"), "ok", False),
            ("write", post("viesti/", body="Hei", audience="all"), "ok", True),
            ("note", post("viesti/", body="Hei", audience="staff"), "ok", True),
            ("flag", post("merkinta/", act="set", flag="abusive"), "ok", True),
            ("advice", post("neuvo/", wanted="1"), "ok", True),
            ("whisper", post("kuiskaa/"), "ok", False),
            ("record", post("kirjaus/"), "ok", False),
            ("hide", post("peita/", audience="all", seq="{seq}", how="whole"), "ok", True),
            ("withdraw", post("siirto/peru/"), "transfer_over", True),
            ("end", post("lopeta/", outcome="R1", topic="neuvonta"), "ok", True),
            ("name", post("tunnistus/nimi/", reason="safety"), "ok", False),
        )
    ),
    # The professionals' entrance: anyone who works for the county of the page.
    Action(
        "professionals' entrance",
        "waiting",
        get("/fi/ammattilainen/"),
        answers("ok", "ok", "ok", "ok", "ok", **dict.fromkeys(OTHERS, "ok")),
        False,
    ),
]


@pytest.fixture(autouse=True)
def _identifies(settings: Any) -> None:
    settings.DEMO, settings.IDENTITY_PROVIDER = True, "development"


@pytest.mark.parametrize("state", STATES)
def test_the_doors(state: str, world: World) -> None:
    """All rows of one state in one test. Every wrong cell is told."""
    wrong = wrong_cells(world, STATES[state], [each for each in [*ACTIONS, *HERS] if each.state == state])
    assert not wrong, readable(wrong)


# --- the console's socket: what stands behind its frames `open`, `hello` and `post` ---

STAFF_LINE = {
    "moved": {SECOND: ("with notes", "ok", "ok")},
    "whispering": {
        OWN: ("with notes", "ok", "ok"),
        COLLEAGUE: ("with notes", "not_yours", "ok"),
        SUPERVISOR: ("with notes", "none", "none"),
    },
    "practising": {OWN: ("with notes", "none", "none"), COLLEAGUE: ("with notes", "none", "none")},
}
"""Opening, writing to the resident, a note; whoever is not told here has nothing there."""


@pytest.mark.parametrize("state", STAFF_LINE)
def test_the_socket(state: str, world: World) -> None:
    row, _ids = STATES[state](world)
    wrong = {}
    for name in STAFF:
        by = acting(world.people[name])
        answered = []
        for ask in (opens, posts(AudienceChoice.ALL), posts(AudienceChoice.STAFF)):
            with undone():
                answered.append(ask(row, by))
        if tuple(answered) != STAFF_LINE[state].get(name, ("none", "none", "none")):
            wrong[name] = answered
    assert not wrong


# --- the resident's doors: hers alone; no right of staff opens them, and to everybody else there is nothing ---

TALK = "/fi/keskustelu/{conversation}/"


def hers(told: str = "ok") -> dict[str, str]:
    return {**dict.fromkeys(PEOPLE, "none"), RESIDENT: told}


HERS = [
    Action(f"the resident's: {name}, {state}", state, do, hers(told), changes)
    for name, do, cells, changes in (
        ("page", get(TALK), {"waiting": "ok", "active": "ok", "ended": "ok", "moved": "ok", "whispering": "ok"}, False),
        ("page with words", post(TALK, body="Kesken"), {"active": "ok"}, False),
        ("write", post(f"{TALK}viesti/", body="Hei"), {"waiting": "ok", "active": "ok", "ended": "ended"}, True),
        ("leave?", get(f"{TALK}lopeta/"), {"active": "ok"}, False),
        ("leave", post(f"{TALK}lopeta/", sure="1"), {"waiting": "ok", "active": "ok"}, True),
        ("line", get(f"{TALK}jono/"), {"waiting": "ok", "active": "ok", "ended": "ok"}, False),
        ("transcript", get(f"{TALK}tallenne.txt"), {"active": "ok", "ended": "ok"}, False),
        ("printout", get(f"{TALK}tuloste/"), {"active": "ok", "ended": "ok"}, False),
        *((f"part {part}", get(f"{TALK}osa/{part}/"), {"active": "ok", "ended": "ok"}, False) for part in PARTS),
        ("yes", post(f"{TALK}siirto/", answer="yes", transfer="{transfer}"), {"asked": "ok", "offered": "transfer_over"}, True),
        ("no", post(f"{TALK}siirto/", answer="no", transfer="{transfer}"), {"asked": "ok"}, True),
        ("number", post(f"{TALK}yhteys/", value="040 111 1111"), {"number asked": "ok", "active": "invalid"}, True),
        ("identify?", get(f"{TALK}tunnistaudu/"), {"identity asked": "ok", "active": "ok"}, False),
        ("identify? with words", post(f"{TALK}tunnistaudu/", body="Kesken"), {"identity asked": "ok"}, False),
        ("identify", post(f"{TALK}tunnistaudu/siirry/", behalf="self"), {"identity asked": "ok"}, True),
        ("identify not", post(f"{TALK}tunnistaudu/en/"), {"identity asked": "ok"}, True),
        ("needs no call", post(f"{TALK}jatko/{{later}}/peru/"), {"agreed": "ok"}, True),
        ("feedback", post(f"{TALK}palaute/", satisfaction="5"), {"ended": "ok"}, True),
    )
    for state, told in cells.items()
]


# --- the table is whole ---


def names(actions: list[Action]) -> set[str]:
    """The doors that the rows ask."""
    here = Recorder()
    for action in actions:
        action.do(Scene(Conversation(public_id=uuid4()), here, None, AnyId()))  # type: ignore[arg-type]
    return {resolve(path.partition("?")[0]).view_name for path in here.paths}


def doors(under: str) -> set[str]:
    return {f"chat:{each.name}" for each in urlpatterns if isinstance(each, URLPattern) and str(each.pattern).startswith(under)}


@pytest.mark.parametrize("under", ["vastaaja/", "keskustelu/", "ammattilainen/"])
def test_every_door_is_in_the_table(under: str) -> None:
    """A new door without a row fails here."""
    assert doors(under)
    assert doors(under) <= names([*FIRST_ACTIONS, *ACTIONS, *HERS])


def test_every_cell_is_filled_and_every_row_is_asked() -> None:
    rows = [*ACTIONS, *HERS]
    for action in rows:
        assert set(action.answers) == set(PEOPLE), action.name
    assert len({action.name for action in rows}) == len(rows)
    assert {action.state for action in rows} <= set(STATES)
