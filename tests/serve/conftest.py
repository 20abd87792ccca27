"""Conversations on the test database, and servers for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import Resident, Staff
from accounts.models import User
from chat.models import Conversation
from chat.operations import claim_conversation, start_conversation
from services.models import Queue, Service
from tests.serve.portal import Serve
from tests.serve.warm import WarmProcesses, WarmServe


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmProcesses]:
    """The process from which servers with the usual settings are forked."""
    processes = WarmProcesses(tmp_path_factory.mktemp("warm"))
    yield processes
    processes.end()


@pytest.fixture
def redis_or_none(request: pytest.FixtureRequest) -> str:
    """Redis belongs to the installation with PostgreSQL; the embedded default has none."""
    return request.getfixturevalue("redis_url") if connection.vendor == "postgresql" else ""


@pytest.fixture
def make_serve(transactional_db: None, tmp_path: Path, redis_or_none: str, warm: WarmProcesses) -> Iterator[Callable[..., Serve]]:
    """Start servers on the test database; all are killed afterwards. One with settings of its own begins from nothing."""
    started: list[Serve] = []

    def start(**options: str) -> Serve:
        folder = tmp_path / f"serve{len(started)}"
        choices = {"redis_url": redis_or_none, **options}
        serve = Serve(folder, **choices) if options else WarmServe(folder, warm, **choices)  # type: ignore[arg-type]
        started.append(serve)
        return serve.start()

    yield start
    for serve in started:
        serve.__exit__()


@pytest.fixture
def make_conversation(transactional_db: None, service: Service, queue: Queue) -> Callable[..., Conversation]:
    """A conversation of the resident, claimed by the responder if one is given."""

    def make(resident: Resident, responder: User | None = None) -> Conversation:
        now = timezone.now()
        row = start_conversation(by=resident, service=service, token=uuid4(), now=now)
        if responder is not None:
            claim_conversation(by=Staff(responder.pk), conversation=row.public_id, now=now)
        return row

    return make
