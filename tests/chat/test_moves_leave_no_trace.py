"""What belonged to one responder does not stay behind when the conversation goes to another, and what is due is not put off."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.actors import Resident
from accounts.models import User
from chat.choices import LegExit, ParticipantKind, TransferState
from chat.models import Conversation, Participant
from chat.operations import (
    accept_transfer,
    ask_for_help,
    claim_conversation,
    join_as_colleague,
    post_message,
    record_signs_of_life,
    requeue_conversation,
    run_due,
    take_over_conversation,
)
from services.models import Queue
from tests.chat.moving import BEAT, Make, at, offer
from tests.conftest import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def row(conversation_of: Make, resident: Resident, responder: User) -> Conversation:
    """The responder has had it for two minutes."""
    row = conversation_of(resident, body="Äiti kaatui", now=at())
    claim_conversation(by=acting(responder), conversation=row.public_id, now=at(2))
    row.refresh_from_db()
    return row


def test_a_supervisor_who_whispered_and_takes_over_is_shown_by_her_name(row: Conversation, supervisor: User) -> None:
    join_as_colleague(by=acting(supervisor), conversation=row.public_id, now=at(3))
    take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=at(4))
    post_message(by=acting(supervisor), conversation=row.public_id, client_id=uuid4(), body="Hei", now=at(5))
    assert Participant.objects.get(conversation=row, user=supervisor).kind == ParticipantKind.RESPONDER


def back_to_the_line(row: Conversation, by: User, colleague: User, supervisor: User, queue: Queue) -> None:
    requeue_conversation(by=acting(by), conversation=row.public_id, exit=LegExit.LOST, front=True, now=at(4))


def taken_over(row: Conversation, by: User, colleague: User, supervisor: User, queue: Queue) -> None:
    take_over_conversation(by=acting(supervisor), conversation=row.public_id, now=at(4))


def transferred(row: Conversation, by: User, colleague: User, supervisor: User, queue: Queue) -> None:
    made = offer(row, by, queue, colleague)
    accept_transfer(by=acting(colleague), transfer=made.public_id, now=at(5))


@pytest.mark.parametrize("goes", [back_to_the_line, taken_over, transferred])
def test_who_asked_for_advice_asks_no_longer_when_she_has_it_no_more(
    goes: Callable[..., None], row: Conversation, responder: User, colleague: User, supervisor: User, queue: Queue
) -> None:
    ask_for_help(by=acting(responder), conversation=row.public_id, wanted=True, now=at(3))
    goes(row, responder, colleague, supervisor, queue)
    row.refresh_from_db()
    assert row.help_wanted_at is None


def test_an_offer_ends_in_its_time_though_the_resident_was_away_and_came_back(
    row: Conversation, resident: Resident, responder: User, colleague: User, queue: Queue
) -> None:
    record_signs_of_life(by=resident, conversations=[row.public_id], now=at(4))
    made = offer(row, responder, queue, colleague, now=at(4))
    run_due(by=BEAT, now=at(7))
    record_signs_of_life(by=resident, conversations=[row.public_id], now=at(8.5))
    assert run_due(by=BEAT, now=at(9.1)) > 0
    made.refresh_from_db()
    assert made.state == TransferState.EXPIRED
