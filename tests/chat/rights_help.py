"""The rows of help requests in the table of people × doors."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from django.utils import timezone

from accounts.choices import Role
from chat.models import Conversation
from chat.operations import claim_conversation, send_help_request
from chat.residents import holder_of
from services.operations import make_help_form, publish_help_form
from tests.chat.rights import EVERYONE, NO_ONE, OWN, OWNER_WRITES, Action, State, World, get, post
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


HELP_STATES: Mapping[str, State] = {"requested": requested}
HELP_ACTIONS = [
    Action("help requests", "requested", get("/fi/vastaaja/kysymykset/"), EVERYONE, False),
    Action("help request: contact detail", "requested", post("yhteystieto/"), OWNER_WRITES, False),
    Action("chat: contact detail of a help request", "active", post("yhteystieto/"), NO_ONE),
]
