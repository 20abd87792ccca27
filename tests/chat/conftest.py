"""Conversations as the operations make them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.actors import Resident, Staff
from accounts.models import User
from chat.models import Conversation
from chat.operations import claim_conversation, start_conversation
from chat.residents import cookie_value
from services.models import County, Queue, Service
from tests.chat.rights import AWAY_HOME, NOBODY, RESIDENT, STAFF, STRANGER, World


@pytest.fixture
def conversation_of(service: Service, queue: Queue) -> Callable[..., Conversation]:
    """A conversation of the resident, claimed by the responder if one is given."""

    def make(resident: Resident, responder: User | None = None, *, body: str = "", now: datetime | None = None) -> Conversation:
        now = now or timezone.now()
        row = start_conversation(by=resident, service=service, token=uuid4(), body=body, now=now)
        if responder is not None:
            claim_conversation(by=Staff(responder.pk), conversation=row.public_id, now=now)
        row.refresh_from_db()
        return row

    return make


@pytest.fixture
def world(
    request: pytest.FixtureRequest,
    county: County,
    queue: Queue,
    second_queue: Queue,
    other_queue: Queue,
    resident: Resident,
    stranger: Resident,
    signed_in: Callable[..., Client],
) -> World:
    """Everybody at the doors."""
    clients: dict[str, Client] = {NOBODY: Client()}
    people: dict[str, User] = {}
    for name in STAFF:
        people[name] = request.getfixturevalue(name.removesuffix(" at home"))
        clients[name] = signed_in(people[name], host="toinen.test" if name == AWAY_HOME else "testserver")
    for name, one in ((RESIDENT, resident), (STRANGER, stranger)):
        clients[name] = Client()
        clients[name].cookies[settings.RESIDENT_COOKIE_NAME] = cookie_value(one)
    return World(county, queue, second_queue, other_queue, resident, people, clients)
