"""Two do something with the same transfer at the same moment: one wins, the other is told, and the rows stay sound."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor, Resident, Staff, System
from accounts.models import User
from chat.choices import State, TransferState
from chat.models import Conversation, Event, Leg, Transfer
from chat.operations import (
    accept_transfer,
    claim_conversation,
    end_conversation,
    leave_conversation,
    offer_transfer,
    run_due,
    start_conversation,
    withdraw_transfer,
)
from services.models import Queue, Service

pytestmark = [pytest.mark.serve, pytest.mark.postgres]

PAIRS = 200 if os.environ.get("SOAK") else 60
SEED = 20261103
Act = Callable[[UUID, UUID], object]


@pytest.fixture
def offered(
    transactional_db: None, service: Service, queue: Queue, responder: User, colleague: User
) -> list[tuple[UUID, UUID, Resident]]:
    """Conversations that the responder offers to her queue."""
    Queue.objects.filter(pk=queue.pk).update(max_parallel=4 * PAIRS)
    made = []
    with transaction.atomic():
        for _ in range(PAIRS):
            person, now = Resident(uuid4()), timezone.now()
            row = start_conversation(by=person, service=service, token=uuid4(), now=now)
            claim_conversation(by=Staff(responder.pk), conversation=row.public_id, now=now)
            transfer = offer_transfer(
                by=Staff(responder.pk), conversation=row.public_id, queue=queue.public_id, reason="load", token=uuid4(), now=now
            )
            made.append((row.public_id, transfer.public_id, person))
    return made


def acts(person: Resident, responder: User, colleague: User, supervisor: User) -> dict[str, Act]:
    """What may happen to an offer."""

    def accept(by: User) -> Act:
        return lambda row, transfer: accept_transfer(by=Staff(by.pk), transfer=transfer, now=timezone.now())

    def expire(row: UUID, transfer: UUID) -> object:
        Transfer.objects.filter(public_id=transfer, state=TransferState.OFFERED).update(due_at=timezone.now())
        Conversation.objects.filter(public_id=row).update(due_at=timezone.now())
        return run_due(by=System("beat"), now=timezone.now())

    sender: Actor = Staff(responder.pk)
    return {
        "accept": accept(colleague),
        "accept too": accept(supervisor),
        "withdraw": lambda row, transfer: withdraw_transfer(by=sender, conversation=row, now=timezone.now()),
        "leave": lambda row, transfer: leave_conversation(by=person, conversation=row, now=timezone.now()),
        "end": lambda row, transfer: end_conversation(
            by=sender, conversation=row, outcome="R1", topic="neuvonta", now=timezone.now()
        ),
        "expire": expire,
    }


def test_pairs_at_once_leave_sound_rows(
    offered: list[tuple[UUID, UUID, Resident]], responder: User, colleague: User, supervisor: User
) -> None:
    """Every pair of deeds, in a seeded order: the transfer ends once, and the conversation is with one person."""
    chance = random.Random(SEED)
    names = ["accept", "accept too", "withdraw", "leave", "end", "expire"]
    pairs = [chance.sample(names, 2) for _ in offered]
    told: list[dict[str, str]] = [{} for _ in offered]
    start = threading.Barrier(2, timeout=120)

    def run(side: int) -> None:
        try:
            for number, (row, transfer, person) in enumerate(offered):
                name = pairs[number][side]
                act = acts(person, responder, colleague, supervisor)[name]
                start.wait()
                try:
                    act(row, transfer)
                    told[number][name] = "done"
                except ValidationError as error:
                    told[number][name] = str(error.code)
                except ObjectDoesNotExist:
                    told[number][name] = "not_found"
        finally:
            if any(len(each) < 1 for each in told):
                start.abort()
            connection.close()

    threads = [threading.Thread(target=run, args=(side,)) for side in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    for number, (key, transfer_key, _) in enumerate(offered):
        row = Conversation.objects.get(public_id=key)
        transfer = Transfer.objects.get(public_id=transfer_key)
        what = f"{pairs[number]} {told[number]} {transfer.state} {row.state}"
        assert len(told[number]) == 2, what
        assert transfer.state not in (TransferState.ASKED, TransferState.OFFERED), what
        taken = Event.objects.filter(conversation=row, kind="transferred", payload__state="accepted").count()
        assert taken == (transfer.state == TransferState.ACCEPTED), what
        open_legs = Leg.objects.filter(conversation=row, left_at__isnull=True).count()
        assert open_legs == (row.state != State.ENDED), what
        if transfer.state == TransferState.ACCEPTED:
            assert row.responder_id == transfer.ended_by_id, what
        else:
            assert row.responder_id == responder.pk, what
        if {"accept", "accept too"} == set(pairs[number]):
            assert sorted(told[number].values()) == ["done", "taken"], what
        numbers = Event.objects.filter(conversation=row, audience="all").order_by("seq").values_list("seq", flat=True)
        assert list(numbers) == list(range(1, row.head_all + 1)), what
