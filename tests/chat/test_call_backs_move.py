"""Calls that were agreed before there were call requests: the migration makes them call requests, and their figures stay."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.actors import Resident
from accounts.models import User
from chat.choices import LaterResult, Medium, State
from chat.models import ContactDetail, Conversation, Event, LaterContact
from chat.operations import claim_conversation
from services.models import Queue
from tests.chat.moving import Make, at, sound
from tests.conftest import acting

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(name: str) -> MigrationExecutor:
    executor = MigrationExecutor(connection)
    executor.migrate([("chat", name)])
    return MigrationExecutor(connection)


def test_one_to_be_made_waits_in_the_line_and_one_that_is_done_is_kept(
    conversation_of: Make, resident: Resident, responder: User, second_responder: User, second_queue: Queue
) -> None:
    to_call = conversation_of(resident, now=at())
    done = conversation_of(Resident(uuid4()), now=at())
    for row in (to_call, done):
        claim_conversation(by=acting(responder), conversation=row.public_id, now=at(1))
    newest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == "chat"]
    try:
        before = migrate("0017_mail_threads").loader.project_state([("chat", "0017_mail_threads")]).apps
        details = before.get_model("chat", "ContactDetail").objects
        told = {"queue_id": second_queue.pk, "given_at": at(5)}
        details.create(conversation_id=to_call.pk, value="040 1234567", wish="Illalla", **told)
        details.create(conversation_id=done.pk, done_at=at(60), done_by_id=second_responder.pk, erased_at=at(60), **told)
    finally:
        MigrationExecutor(connection).migrate(newest)

    call = sound(Conversation.objects.get(medium=Medium.CALL))
    assert (call.origin, call.queue, call.state) == (to_call, second_queue, State.WAITING)
    assert (call.later_contact.due_on, call.later_contact.is_open) == (date(2026, 11, 6), True)
    assert ContactDetail.objects.get(conversation=call).value == "040 1234567"
    assert ContactDetail.objects.get(conversation=to_call).value == ""
    assert Event.objects.get(conversation=call, audience="staff").body == "Illalla"
    claim_conversation(by=acting(second_responder), conversation=call.public_id, now=at(90))
    kept = LaterContact.objects.get(conversation=done)
    assert (kept.result, kept.done_at, kept.done_by) == (LaterResult.REACHED, at(60), second_responder)
