"""What the machines of `test_states` and `test_states_moves` share: one conversation in a transaction that is rolled back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant

from accounts.actors import Resident, System
from accounts.models import User
from chat.choices import AudienceChoice
from chat.models import Conversation, Event
from chat.operations import messages
from services.models import Queue, Schedule

BY = System("test")
MONDAY = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
SECRET = "vain-henkilokunnalle"


def campaign(examples: int, steps: int) -> settings:
    """So many lives of so many steps; the same ones each time."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


class OneConversation(RuleBasedStateMachine):
    """One conversation's life. The places and people are set from outside: they are the same in every run."""

    queue: Queue
    people: dict[str, User]
    closed: Schedule
    key: UUID

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        messages.forget()
        self.now = MONDAY
        self.resident = Resident(uuid4())
        self.number = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @property
    def row(self) -> Conversation:
        return Conversation.objects.get(public_id=self.key)

    def word(self) -> str:
        self.number += 1
        return f"sana {self.number}"

    def refused(self, *codes: str) -> Any:
        return pytest.raises(ValidationError, check=lambda error: error.code in codes)

    @invariant()
    def numbers_have_no_gap(self) -> None:
        row = self.row
        for audience, head in ((AudienceChoice.ALL, row.head_all), (AudienceChoice.STAFF, row.head_staff)):
            numbers = list(Event.objects.filter(conversation=row, audience=audience).order_by("pk").values_list("seq", flat=True))
            assert numbers == list(range(1, head + 1))
