"""The rows of help requests in the table of people × doors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.choices import Role
from chat.models import Conversation
from chat.operations import Wish, agree_later_contact, book_appointment, claim_conversation, leave_call_request, send_help_request
from chat.residents import holder_of
from services.models import Queue
from services.operations import make_help_form, publish_help_form
from tests.chat.rights import EVERYONE, NO_ONE, OWN, OWNER_WRITES, Action, State, World, answers, get, owner, post
from tests.conftest import acting, make_grant, make_person


def requested(world: World) -> tuple[Conversation, Mapping[str, object]]:
    """A question with a phone number, which the responder has taken."""
    service, now = world.queue.service, timezone.now()
    maker = make_person("lomakkeen-tekija")
    make_grant(maker, Role.MAIN_USER, county=world.county)
    publish_help_form(by=acting(maker), form=make_help_form(by=acting(maker), service=service), now=now)
    holder = holder_of("K7QMD3XWPA0H5RTVYZ12")
    row = send_help_request(by=holder, service=service, token=uuid4(), body="Kuka auttaa?", contact="0501234567", now=now)
    claim_conversation(by=acting(world.people[OWN]), conversation=row.public_id, now=now)
    row.refresh_from_db()
    return row, {}


def called(world: World) -> tuple[Conversation, Mapping[str, object]]:
    """A call request, which the responder has taken."""
    Queue.objects.filter(pk=world.queue.pk).update(takes_calls=True)
    unit = Queue.objects.select_related("service__county").get(pk=world.queue.pk)
    now = timezone.now()
    holder = holder_of("C7QMD3XWPA0H5RTVYZ12")
    row = leave_call_request(by=holder, queue=unit, token=uuid4(), body="Soittakaa", wish=Wish("0501234567"), now=now)
    claim_conversation(by=acting(world.people[OWN]), conversation=row.public_id, now=now)
    row.refresh_from_db()
    return row, {}


def booked(world: World) -> tuple[Conversation, Mapping[str, object]]:
    """A chat of an identified resident, in which an appointment was recorded."""
    row = opens(world)
    Conversation.objects.filter(pk=row.pk).update(identified_at=timezone.now(), person="b" * 64)
    row.refresh_from_db()
    now = timezone.now()
    at = now + timedelta(days=3)
    made = book_appointment(
        by=acting(world.people[OWN]), conversation=row.public_id, kind="visit", unit="Asema", at=at, token=uuid4(), now=now
    )
    return row, {"appointment": made.public_id}


def opens(world: World) -> Conversation:
    """A chat that the responder has."""
    return world.start("active")


def agreed(world: World) -> tuple[Conversation, Mapping[str, object]]:
    """A chat in which it was agreed that the responder calls the resident."""
    row, now = opens(world), timezone.now()
    me = acting(world.people[OWN])
    made = agree_later_contact(
        by=me,
        conversation=row.public_id,
        kind="follow_up",
        wish=Wish("0501234567"),
        body="Soitan",
        token=uuid4(),
        agreed=True,
        now=now,
    )
    row.refresh_from_db()
    return row, {"later": made.public_id}


HELP_STATES: Mapping[str, State] = {"agreed": agreed, "requested": requested, "called": called, "booked": booked}
TOLD = {"kind": "follow_up", "channel": "phone", "value": "0501234567", "body": "Soitan", "agreed": "1", "token": "{client_id}"}
TIME = {"kind": "visit", "unit": "Asema", "at_0": str(date.today() + timedelta(days=5)), "at_1": "09:00", "token": "{client_id}"}
DETAIL_ASKED = answers("detail_invalid", "detail_invalid", "detail_invalid", "none", "none")
NOT_WRITTEN = answers("invalid", "none", "none", "none", "none")
HELP_ACTIONS = [
    Action("help requests", "requested", get("/fi/vastaaja/kysymykset/"), EVERYONE, False),
    Action("help request: contact detail", "requested", post("yhteystieto/"), OWNER_WRITES, False),
    Action("call request: contact detail", "called", post("yhteystieto/"), OWNER_WRITES, False),
    Action("call request: an attempt", "called", post("yritys/", result="no_answer", token="{client_id}"), owner("ok")),
    Action("call request: a message to the resident", "called", post("viesti/", body="Hei", audience="all"), NOT_WRITTEN),
    Action("chat: an attempt", "active", post("yritys/", result="no_answer", token="{client_id}"), owner("invalid")),
    Action("follow-up", "active", post("jatko/", **TOLD), owner("ok")),
    Action("follow-up of nothing", "active", post("jatko/", kind="follow_up"), DETAIL_ASKED),
    Action("appointment", "booked", post("aika/", **TIME), owner("ok")),
    Action("appointment of who is not identified", "active", post("aika/", **TIME), owner("not_identified")),
    Action("appointment from the booking system", "booked", get("aika/varattu/"), OWNER_WRITES, False),
    Action("appointment taken back", "booked", post("aika/{appointment}/peru/"), owner("ok")),
    Action("help request: similar questions", "requested", get("samankaltaiset/"), OWNER_WRITES, False),
    Action("chat: contact detail of a help request", "active", post("yhteystieto/"), NO_ONE),
]
